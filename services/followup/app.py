"""Followup put together: what it listens to, what it serves, what its clock does."""

from messaging.inbox import Reading
from messaging.process import Process
from messaging.timer import Timer
from policy.load import policies
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
    desk = Desk(settings.tier, policies(settings.policy, codes))
    process.reads(Reading(topics_read_by("followup", settings.tier), LISTENS_TO, desk.handle))
    process.door = api(process.database, desk, codes, process.relay.pulse)
    process.loops(Timer(process.database, desk.fire, process.relay.pulse, settings.clock_s).run)
    return process
