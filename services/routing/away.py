"""What is out of a centre's hands while the centre stays its owner: the state, and how each event changes it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from schemas.base import Event
from schemas.guesses import Guess
from schemas.referrals import (
    Awaited,
    IncidentReferred,
    IncidentReturnedToSource,
    IncidentTransferred,
    Kind,
    Offer,
    ReferralAccepted,
    ReferralAnswered,
    ReferralConcluded,
    ReferralEvent,
    ReferralOpened,
    ReferralOverdue,
    ReferralRecalled,
    ReferralReturned,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A transfer or a referral the other side has not finished with; at most one of an incident at a time."""

    kind: Kind
    number: int
    unit: str
    body: str | None = None
    stage: Literal["sent", "opened", "accepted"] = "sent"
    due_at: datetime | None = None
    """Until when the next answer is awaited; None for imported history."""
    guess: Guess | None = None
    """How that was counted, while it may still move."""
    since: datetime | None = None
    """From when it was counted."""
    asked_again: bool = False
    """Whether it is what the other side was given once its time had passed."""
    clock_stopped: bool = False
    """Whether the incident's own clock stands still because of it, and runs on when it is back."""
    missed: bool = False
    """Whether the incident's own deadline passed meanwhile: it climbs once it is back."""
    case_number: str | None = None

    @property
    def step(self) -> Awaited:
        """What is waited for."""
        if self.kind == "transfer":
            return "transfer.answer"
        return "referral.result" if self.stage == "accepted" else "referral.answer"

    @property
    def named(self) -> dict[str, Any]:
        """Which transfer or referral an event is about."""
        return {"kind": self.kind, "number": self.number, "unit": self.unit, "body": self.body}


AwayEvent = IncidentTransferred | IncidentReferred | ReferralEvent | ReferralAnswered


def changes(away: Away | None, offer: Offer | None, event: AwayEvent, now: datetime) -> dict[str, Any]:
    """The fields of an incident that change with one of these events, recorded now."""
    match event:
        case IncidentTransferred():
            return {"away": _transferred(event, now), "referrals": event.number}
        case IncidentReferred():
            return {"away": _referred(event, now), "referrals": event.number}
        case ReferralAnswered():
            known = offer or Offer(body=event.body, number=event.source_number)
            return {"offer": known.model_copy(update={"answers": event.order, "answer": event.answer})}
        case ReferralEvent():
            return _answered(away, event, now)


def _transferred(event: IncidentTransferred, now: datetime) -> Away:
    sent = Away(kind="transfer", number=event.number, unit=event.department)
    return replace(sent, due_at=event.due_at, guess=event.guess, since=now)


def _referred(event: IncidentReferred, now: datetime) -> Away:
    return Away(
        kind="referral",
        number=event.number,
        unit=event.unit,
        body=event.body,
        due_at=event.due_at,
        guess=event.guess,
        since=now,
        clock_stopped=event.clock_stopped,
    )


def _answered(away: Away | None, event: ReferralEvent, now: datetime) -> dict[str, Any]:
    """A department that accepts has the matter in hand, and nothing is out any more."""
    assert away is not None, "what is not out cannot be answered"
    match event:
        case ReferralOpened():
            return {"away": replace(away, stage="opened")}
        case ReferralAccepted(kind="transfer"):
            return {"away": None}
        case ReferralAccepted():
            taken = replace(away, stage="accepted", case_number=event.case_number, asked_again=False)
            return {"away": replace(taken, due_at=event.due_at, guess=event.guess, since=now)}
        case ReferralOverdue():
            again = replace(away, due_at=event.next_at, guess=event.guess)
            return {"away": replace(again, since=now, asked_again=True)}
        case ReferralReturned() | ReferralConcluded() | ReferralRecalled():
            return {"away": None}
        case _:
            return {}


def detail(event: Event) -> str | None:
    """What a reader of the history wants to know; codes and references only."""
    match event:
        case IncidentTransferred():
            return f"{event.number} {event.department} {event.reason}"
        case IncidentReferred():
            return f"{event.number} {event.body} {event.unit} {event.reason}"
        case ReferralReturned() | ReferralRecalled():
            return f"{event.number} {event.unit} {event.reason}"
        case ReferralConcluded():
            return " ".join(
                one for one in (str(event.number), event.unit, event.result, event.agreement) if one
            )
        case ReferralAccepted():
            return " ".join(one for one in (str(event.number), event.unit, event.case_number) if one)
        case ReferralOverdue():
            return f"{event.number} {event.unit} {event.step}"
        case ReferralOpened():
            return f"{event.number} {event.unit}"
        case IncidentReturnedToSource():
            return f"{event.body} {event.reason}"
        case ReferralAnswered():
            return f"{event.body} {event.answer}"
        case _:
            return None
