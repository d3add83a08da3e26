"""Followup put together: what it listens to, what it serves, what its clock does."""

from functools import partial

from doors.identity.opening import database_of, opened
from messaging.inbox import Reading
from messaging.process import Process
from messaging.settings import settings_of
from messaging.timer import Timer
from policy.load import Area, Codes, areas, both, policies, with_codes
from policy.model import Policy
from schemas.intake import ActionReceived, ActionReceivedV1
from schemas.routing import IncidentResolved
from schemas.topics import topics_read_by
from services.followup.api import api
from services.followup.desk import Desk
from services.followup.settings import Files, Settings

LISTENS_TO = (IncidentResolved, ActionReceived, ActionReceivedV1)


def _read(files: Files, codes: Codes | None) -> tuple[dict[str, Policy], dict[str, Area] | None]:
    return both(
        partial(policies, files.policy, codes), lambda: None if files.areas is None else areas(files.areas)
    )


def compose() -> Process:
    """The process, not yet started. Raises `ValueError` naming every setting or policy line that is wrong."""
    files = Files()
    settings, (codes, (rules, registry)) = both(
        partial(settings_of, Settings, "followup"), lambda: with_codes(files.codes, partial(_read, files))
    )
    process = Process("followup", settings)
    process.policy(next(iter(rules)))
    desk = Desk(settings.tier, rules)
    process.reads(Reading(topics_read_by("followup", settings.tier, settings.tiers), LISTENS_TO, desk.handle))
    doors = database_of(process, settings)
    opened(process, settings, api(doors, desk, codes, process.relay.pulse, registry))
    process.loops(Timer(process.database, desk.fire, process.relay.pulse, settings.clock_s).run)
    return process
