"""Intake put together: what it listens to, what it serves."""

from functools import partial

from doors.identity.opening import database_of, opened
from messaging.inbox import Reading
from messaging.process import Process
from messaging.settings import settings_of
from messaging.trimming import Seen, Trimming
from policy.load import Area, Codes, areas, both, policy, with_codes
from policy.model import Policy
from schemas.declarations import EligibleDeclared
from schemas.duplicates import IncidentLinked
from schemas.inbound import ActionSubmitted, ActivitySubmitted, ReportSubmitted
from schemas.offline import ActionDone
from schemas.referrals import ReferralAnswered
from schemas.routing import ActionRefused
from schemas.topics import topics_read_by
from services.intake.api import api
from services.intake.comparing import Forgetting
from services.intake.desk import Desk
from services.intake.erasing import Erasing
from services.intake.letters import SealedLetters
from services.intake.report import Registry
from services.intake.retention import Retention
from services.intake.settings import Files, Settings
from services.intake.unlocking import Unlocking
from services.intake.vault import Vault

LISTENS_TO = (
    ReportSubmitted, ActionSubmitted, ActivitySubmitted, ActionDone, ActionRefused, EligibleDeclared, IncidentLinked,
    ReferralAnswered,
)  # fmt: skip
"""Parsed; of everything else it reads, only type and times go to the reporters' timelines."""


def _read(files: Files, codes: Codes | None) -> tuple[dict[str, Area], Policy]:
    return both(partial(areas, files.areas), partial(policy, files.policy, codes))


def compose() -> Process:
    """The process, not yet started. Raises `ValueError` naming every setting or registry line that is wrong."""
    files = Files()
    settings, (codes, (places, rules)) = both(
        partial(settings_of, Settings, "intake"), lambda: with_codes(files.codes, partial(_read, files))
    )
    process = Process("intake", settings)
    process.policy(rules.version)
    registry = Registry(settings.tier, places, codes, rules)
    vault = Vault(*settings.keys())
    process.checks(Unlocking(vault, settings.vault_lost_keys.split()).check)
    desk = Desk(registry, vault)
    process.loops(Forgetting(process.database, registry.policy).run)
    erasing = Erasing(settings.tier, vault)
    kept = Retention(process.database, erasing, registry.policy.retention, settings.sealed_letters_days)
    process.loops(kept.run)
    topics = topics_read_by("intake", settings.tier, settings.tiers)
    process.reads(Reading(topics, LISTENS_TO, desk.handle, SealedLetters(vault)))
    inbound = [one.name for one in topics if one.flow.trimmed]
    process.loops(Trimming(process.broker, process.name, inbound, Seen(settings.inbound_kept_s)).run)
    opened(process, settings, api(database_of(process, settings), desk, process.relay.pulse))
    return process
