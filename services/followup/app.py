"""Followup put together: what it listens to, what it serves, what its clock does."""

from functools import partial

from messaging.inbox import Reading
from messaging.process import Process
from messaging.timer import Timer
from policy.load import areas, both, policies
from schemas.codes import load
from schemas.intake import ActionReceived, ActionReceivedV1
from schemas.routing import IncidentResolved
from schemas.topics import topics_read_by
from services.followup.api import api
from services.followup.desk import Desk
from services.followup.settings import Settings

LISTENS_TO = (IncidentResolved, ActionReceived, ActionReceivedV1)


def compose() -> Process:
    """The process, not yet started. Raises `ValueError` naming every setting or policy line that is wrong."""
    settings = Settings()
    process = Process("followup", settings)
    codes = load(*([settings.codes] if settings.codes else []))
    rules, registry = both(
        partial(policies, settings.policy, codes),
        lambda: None if settings.areas is None else areas(settings.areas),
    )
    desk = Desk(settings.tier, rules)
    process.reads(Reading(topics_read_by("followup", settings.tier), LISTENS_TO, desk.handle))
    process.door = api(process.database, desk, codes, process.relay.pulse, registry)
    process.loops(Timer(process.database, desk.fire, process.relay.pulse, settings.clock_s).run)
    return process
