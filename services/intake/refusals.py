"""What the sender of a submission that is not let in is told: which fields are wrong and why, never a value. Pure."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from doors.chinese import chinese
from doors.wording import wording
from messaging.envelope import Message
from messaging.errors import Rejected, Unfit
from schemas.declarations import SubmissionRefused, WrongField
from schemas.inbound import ActionSubmitted
from schemas.opaque import NUMBER
from schemas.topics import TOPICS
from services.intake.report import incident_id_of
from services.intake.said import digest_of

_TYPES = frozenset(event.type for event in TOPICS["village.inbound"].flow.events)
_FOREIGN = re.compile(r"[^!-~]+")
"""Whatever a person's name could stand in; systems call themselves and their events in ASCII."""
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A submission that became a dead letter, and why."""

    message: Message
    why: Rejected

    @property
    def identity(self) -> bytes:
        """What makes two refusals the same: who sent what, and which of its fields are wrong."""
        message, why = self.message, self.why
        body = message.record.value or b""
        digest = digest_of(message) if message.event is not None else hashlib.sha256(body).digest()
        fields = [name for name, _ in why.fields]
        return repr((message.source, message.id, message.type, digest, why.reason, fields)).encode()

    def said(self, now: datetime) -> SubmissionRefused:
        """The event, about the name that the submission itself has here."""
        subject_id = incident_id_of(self.message.source, self.message.id)
        return refusal_of(self.message, subject_id, self.why.reason, _errors(self.why), now)


def _errors(why: Rejected) -> tuple[WrongField, ...]:
    if not isinstance(why, Unfit):
        return in_words(why.fields)
    said = ((name, *wording(one)) for (name, _), one in zip(why.fields, why.problems, strict=True))
    return tuple(WrongField(field=name, problem=en, problem_zh=zh) for name, en, zh in said)


def in_words(fields: Iterable[tuple[str, str]]) -> tuple[WrongField, ...]:
    """Fields and their problems, in Chinese as well."""
    return tuple(WrongField(field=name, problem=what, problem_zh=chinese(what)) for name, what in fields)


def refusal_of(
    message: Message, subject_id: str, reason: str, errors: tuple[WrongField, ...], now: datetime
) -> SubmissionRefused:
    """What the sender of a submission is told that the rules say no to."""
    asked = message.event.reference if isinstance(message.event, ActionSubmitted) else None
    return SubmissionRefused(
        subject_id=subject_id,
        source=shown(message.source),
        id=shown(message.id),
        submitted=message.type if message.type in _TYPES else "unknown",
        reason=reason,
        errors=errors,
        reference=None if asked is None or NUMBER.search(asked) else asked,
        occurred_at=now,
    )


def shown(name: str) -> str:
    """A name that another system chose, without what may be a person's name or number."""
    return NUMBER.sub(HIDDEN, _FOREIGN.sub(HIDDEN, name))
