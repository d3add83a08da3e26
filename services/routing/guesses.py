"""暂定: until when others are waited for, counted again when a year's holidays are known that were not before. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from policy.spans import Span, Where, span_of
from schemas.base import SYSTEM, Event
from schemas.guesses import Guess, IncidentWaitMoved
from services.routing import sessions, whistles
from services.routing.clocks import Policies
from services.routing.incident import Incident
from services.routing.pauses import CALENDAR


@dataclass(frozen=True, slots=True)
class Until:
    """A time something is waited for, and how it was counted if it may still move."""

    at: datetime
    guess: Guess | None = None


def until(since: datetime, where: Where, rule: str | None, *spans: Span) -> Until:
    """When the spans are over, one after the other, as a rule has them."""
    due = spans[0].due(since, where)
    for span in spans[1:]:
        due = span.after(due, where)
    if not due.provisional:
        return Until(due.at)
    return Until(due.at, Guess(since=since, spans=tuple(one.text for one in spans), rule=rule))


def again(passed: datetime, now: datetime, where: Where, rule: str, span: Span) -> Until:
    """When something is said once more that was due at a moment, by then passed, and is said now.

    Midnight ends the day before: counted from the day that it begins, every working day would be every second one.
    """
    return until(since_again(passed, now, where, span), where, rule, span)


def since_again(passed: datetime, now: datetime, where: Where, span: Span) -> datetime:
    """From when that is counted: in the rhythm of working days, unless it is said on a later day than it was due."""
    end = span.since(passed, where)
    return end if end != passed and where.day(passed) == where.day(now) else now


def moved(incident: Incident, policies: Policies, now: datetime) -> Iterator[Event]:
    """What the calendar has to say of the guesses that still matter; nothing where it comes to the same."""
    policy = policies.get(incident.policy)
    for timer in incident.timers:
        if policy is None or (guess := timer.guess) is None:
            continue
        again = until(guess.since, policy.where, guess.rule, *map(span_of, guess.spans))
        if again == Until(timer.due_at, guess):
            continue
        yield IncidentWaitMoved(
            **incident.matter,
            occurred_at=now,
            actor=SYSTEM,
            rule=guess.rule,
            wait=timer.step,
            reason=CALENDAR,
            was_due_at=timer.due_at,
            due_at=again.at,
            guess=again.guess,
        )


def changes(before: Incident, event: IncidentWaitMoved) -> dict[str, Any]:
    """The fields of an incident that change with it."""
    match event.wait.split(":"):
        case ["whistle", *_]:
            return {"whistles": whistles.moved(before.whistles, event)}
        case ["session", *_]:
            return {"sessions": sessions.moved(before.sessions, event)}
        case ["alarm"]:
            return {"missed": before.missed and before.missed.moved(event)}
        case ["remind"]:
            assert before.listing is not None
            later = {"remind_at": event.due_at, "guess": event.guess}
            return {"listing": before.listing.model_copy(update=later)}
        case _:
            assert before.away is not None
            return {"away": replace(before.away, due_at=event.due_at, guess=event.guess)}
