"""What transfers, referrals and answers to sources add to the figures: when, which measure, how much. Pure."""

from collections.abc import Iterator
from datetime import datetime

from schemas.base import Matter
from schemas.codes import bare
from schemas.referrals import (
    IncidentReferred,
    IncidentReturnedToSource,
    IncidentTransferred,
    ReferralAccepted,
    ReferralAnswered,
    ReferralConcluded,
    ReferralEvent,
    ReferralOverdue,
    ReferralRecalled,
    ReferralReturned,
)

Count = tuple[datetime, str, int]
COUNTED = (
    IncidentTransferred, IncidentReferred, ReferralAccepted, ReferralReturned, ReferralConcluded, ReferralRecalled,
    ReferralOverdue, IncidentReturnedToSource, ReferralAnswered,
)  # fmt: skip


def counts(event: Matter) -> Iterator[Count]:
    """What an event adds. `referral.` measures are of what sources offered, under the day of the offer."""
    match event:
        case ReferralAnswered():
            for measure, by in _answered(event):
                yield event.reported_at, f"referral.{measure}", by
        case IncidentTransferred():
            yield event.occurred_at, "transferred", 1
        case IncidentReferred():
            yield from _out(event.occurred_at, "referred", event.body)
        case ReferralEvent():
            if (said := _said(event)) is not None:
                sent = "transferred" if event.kind == "transfer" else "referred"
                yield from _out(event.occurred_at, f"{sent}.{said}", event.body)
        case IncidentReturnedToSource():
            yield event.occurred_at, "returned_to_source", 1
        case _:
            return


def _answered(event: ReferralAnswered) -> Iterator[tuple[str, int]]:
    """A relapse takes the result back; what goes back after it was accepted was not diverted after all."""
    if event.answer == "reopened":
        yield event.before or "accepted", -1
        return
    yield event.answer, 1
    if event.answer == "accepted":
        yield "diverted", 1
    elif event.answer == "returned" and event.before is not None:
        yield "diverted", -1


def _out(moment: datetime, measure: str, body: str | None) -> Iterator[Count]:
    """In total, and where it went to a body also for that body."""
    yield moment, measure, 1
    if body is not None:
        yield moment, f"{measure}.{bare(body)}", 1


def _said(event: ReferralEvent) -> str | None:
    match event:
        case ReferralAccepted():
            return "accepted"
        case ReferralReturned():
            return "returned"
        case ReferralRecalled():
            return "recalled"
        case ReferralOverdue():
            return "overdue"
        case ReferralConcluded():
            return event.result
        case _:
            return None
