"""What a message says to intake, and what intake says of it: names, digests, happenings, outcomes. Pure."""

import hashlib
import json

from messaging.envelope import Message
from schemas.base import Event, Tier
from schemas.declarations import EligibleRecorded, SubmissionRefused
from schemas.duplicates import DuplicateProposed
from schemas.intake import ActionReceived, ActivityRecorded, IncidentReported
from schemas.offline import ActionDone
from schemas.routing import ActionRefused
from services.intake.items import CHANGED, State, device_source
from services.intake.items_store import Outcome
from services.intake.store import Happening

Said = (
    IncidentReported
    | ActionReceived
    | ActivityRecorded
    | DuplicateProposed
    | EligibleRecorded
    | SubmissionRefused
)
"""What intake publishes."""
_SINCE = {"people", "derived_from", "source_number", "based_on", "entered_by"}
"""Fields that submissions got after the first release."""


def subject_of(event: Said) -> str:
    """What an event is about: its key."""
    match event:
        case EligibleRecorded():
            return event.declaration_id
        case SubmissionRefused():
            return event.subject_id
        case ActivityRecorded():
            return event.activity_id
        case _:
            return event.incident_id


def happening_of(message: Message) -> Happening:
    """The line an event adds to a reporter's timeline."""
    assert message.stream is not None
    assert message.occurred_at is not None
    assert message.recorded_at is not None
    stream = message.stream
    return Happening(
        stream.key, stream.topic, message.seq, message.type, message.occurred_at, message.recorded_at
    )


def outcome_of(event: Event | None, tier: Tier) -> Outcome | None:
    """What became of an action that a device of this tier recorded."""
    if not isinstance(event, ActionDone | ActionRefused):
        return None
    source, name, about = event.source, event.reference, event.incident_id
    if source is None or name is None or not source.startswith(device_source(tier, "")):
        return None
    if isinstance(event, ActionDone):
        return Outcome(source, name, about, "done", None, "[]")
    state: State = "conflict" if event.reason == CHANGED else "refused"
    conflicts = json.dumps([one.model_dump() for one in event.conflicts])
    return Outcome(source, name, about, state, event.reason, conflicts)


def digest_of(message: Message) -> bytes:
    """Of what was said, so that a field that is added to the type later changes nothing."""
    assert message.event is not None
    return _hashed(message.type, message.event.model_dump_json(exclude_unset=True))


def first_digest_of(message: Message) -> bytes:
    """As the first release noted it: of all fields there were then, said or not."""
    assert message.event is not None
    return _hashed(message.type, message.event.model_dump_json(exclude=_SINCE))


def _hashed(name: str, body: str) -> bytes:
    return hashlib.sha256(f"{name}\n{body}".encode()).digest()
