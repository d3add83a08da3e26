"""Routing put together: what it listens to, what it serves, what its clock does."""

from functools import partial

from doors.identity.opening import database_of, opened
from messaging.inbox import Reading
from messaging.process import Process
from messaging.settings import settings_of
from messaging.telemetry import UNRAISED
from messaging.timer import Timer
from policy.load import Area, Codes, areas, both, policies, with_codes
from policy.model import Policy
from schemas.duplicates import DuplicateProposed, LeadResolved, ProposalForwarded
from schemas.followup import RevisitCompleted, RoundCompleted
from schemas.handoff import ActionForwarded, ActionForwardedV1, IncidentHandedOver
from schemas.intake import ActionReceived, ActionReceivedV1, IncidentReported
from schemas.topics import topics_read_by
from services.routing import followed
from services.routing.api import api
from services.routing.centre import Centre
from services.routing.desk import Desk
from services.routing.needed import NoneIsGone
from services.routing.reach import astray
from services.routing.settings import Files, Settings
from services.routing.versions import Versions
from services.routing.watch import Auditor, Recount

LISTENS_TO = (
    IncidentReported, ActionReceived, ActionReceivedV1, IncidentHandedOver, ActionForwarded, ActionForwardedV1,
    RevisitCompleted, RoundCompleted, DuplicateProposed, ProposalForwarded, LeadResolved, *followed.LISTENS_TO,
)  # fmt: skip


def _read(files: Files, codes: Codes | None) -> tuple[dict[str, Policy], dict[str, Area] | None]:
    return both(
        partial(policies, files.policy, codes), lambda: None if files.areas is None else areas(files.areas)
    )


def compose() -> Process:
    """The process, not yet started. Raises `ValueError` naming every setting or policy line that is wrong."""
    files = Files()
    settings, (codes, (rules, registry)) = both(
        partial(settings_of, Settings, "routing"), lambda: with_codes(files.codes, partial(_read, files))
    )
    if lost := list(astray(next(iter(rules.values())), settings.tiers)):
        raise ValueError("\n".join(lost))
    process = Process("routing", settings)
    process.policy(next(iter(rules)))
    desk = Desk(Centre(settings.tier, Versions(rules), tiers=settings.tiers))
    process.checks(NoneIsGone(rules.keys(), files.policy.parent))
    process.reads(Reading(topics_read_by("routing", settings.tier, settings.tiers), LISTENS_TO, desk.handle))
    doors = database_of(process, settings)
    opened(process, settings, api(doors, desk, codes, process.relay.pulse, registry))
    process.loops(Timer(process.database, desk.fire, process.relay.pulse, settings.clock_s).run)
    process.loops(Recount(process.database, desk.recount, process.relay.pulse).run)
    auditor = Auditor(process.database)
    process.health.figures["deadlines not raised"] = lambda: auditor.unraised
    process.health.readings.reads(UNRAISED, lambda: auditor.unraised)
    process.loops(auditor.run)
    return process
