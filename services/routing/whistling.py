"""吹哨: who may whistle for whom, and how a whistle ends; what the clock records of it. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from policy.model import Policy
from schemas.base import SYSTEM, Event
from schemas.codes import bare
from schemas.whistle_actions import Call, CallOff, Whistle, WhistleAction
from schemas.whistles import (
    CalledParticipant,
    StepDue,
    WhistleBlown,
    WhistleCalledOff,
    WhistleEnded,
    WhistleEvent,
    WhistleOverdue,
    WhistleUnresponsive,
)
from services.routing import whistles as books
from services.routing.guesses import until
from services.routing.incident import Incident
from services.routing.occasion import Occasion
from services.routing.refusal import Refused
from services.routing.responses import about, answer
from services.routing.rules import rule

HANDED_OVER = "reason/1:handed-over"


def decide(incident: Incident, action: WhistleAction, occasion: Occasion) -> Sequence[Event]:
    """The events of an action. Raises `Refused`."""
    if isinstance(action, Whistle):
        return [_blow(incident, action, occasion)]
    whistle = _open(incident, action.whistle)
    if isinstance(action, CallOff):
        if occasion.occurred_at < whistle.blown_at:
            raise Refused("before-the-step")
        return [_called_off(incident, whistle, occasion.by, action.reason)]
    return _with_end(incident, answer(incident, whistle, action, occasion))


def none_open(incident: Incident) -> None:
    """Nothing is resolved while somebody is still called to it. Raises `Refused`."""
    for whistle in incident.whistles:
        if whistle.open:
            raise Refused("whistle-open", f"whistle:{whistle.number}")


def handed_over(incident: Incident, occurred_at: datetime) -> list[Event]:
    """Open whistles end where the incident leaves: who was called answers to the centre that called."""
    by = {"occurred_at": occurred_at, "actor": SYSTEM}
    return [_called_off(incident, one, by, HANDED_OVER) for one in incident.whistles if one.open]


def late(incident: Incident, step: str, due_at: datetime) -> list[Event]:
    """What it does that the clock has reached a timer of a whistle."""
    _, number, name, what = step.split(":")
    whistle = next(one for one in incident.whistles if one.number == int(number))
    one = whistle.participant(name)
    assert one is not None
    place = "grace" if what == "unresponsive" else what
    under = rule(incident, "whistle", "rings", one.ring, place)
    said = about(incident, whistle, one) | {"occurred_at": due_at, "actor": SYSTEM, "rule": under}
    if what != "unresponsive":
        return [WhistleOverdue(**said, step=what, due_at=due_at)]
    return _with_end(incident, WhistleUnresponsive(**said, due_at=one.stages[0].due_at))


def _blow(incident: Incident, action: Whistle, occasion: Occasion) -> WhistleBlown:
    if incident.suspended_at is not None:
        raise Refused("suspended")
    rules = occasion.policy.whistle
    called: list[CalledParticipant] = []
    for number, call in enumerate(_calls(incident, action, occasion), start=1):
        name = call.ring or action.ring or rules.usual
        if name not in rules.rings:
            raise Refused("unknown-ring", name)
        who = {"participant": f"p{number}", "role": call.role, "ref": call.ref, "ring": name}
        called.append(CalledParticipant(**who, **_times(incident, name, occasion)))
    return WhistleBlown(
        **incident.matter,
        **occasion.by,
        rule=_rule(incident, action, occasion.policy),
        whistle=incident.whistled + 1,
        participants=tuple(called),
    )


def calls_of(incident: Incident, action: Whistle, policy: Policy) -> tuple[Call, ...]:
    """Whom to call: those who are named, else those whom the policy calls."""
    return action.participants or tuple(_by_policy(incident, action.ring, policy))


def _calls(incident: Incident, action: Whistle, occasion: Occasion) -> Iterator[Call]:
    """Whom to call, and who that is where the registry knows; nobody twice. Raises `Refused`."""
    calls = calls_of(incident, action, occasion.policy)
    taken = {one.ref for one in calls if one.ref is not None}
    if not calls:
        raise Refused("nobody-to-call")
    if len(taken) < sum(one.ref is not None for one in calls):
        raise Refused("called-twice")
    for call in calls:
        found = (
            None
            if call.ref
            else occasion.roster.best(bare(call.role), incident.area, without=frozenset(taken))
        )
        if found is not None:
            taken.add(found.reference)
        yield call if found is None else call.model_copy(update={"ref": found.reference})


def _by_policy(incident: Incident, ring: str | None, policy: Policy) -> Iterator[Call]:
    at = _at(incident, policy)
    for role, name in policy.whistle.callees(at, ring) if at is not None else ():
        yield Call(role=role, ring=name)


def _at(incident: Incident, policy: Policy) -> int | None:
    """Which rule says who is called to it."""
    return policy.whistle.rule(policy.severity(incident.severity), bare(incident.category))


def _rule(incident: Incident, action: Whistle, policy: Policy) -> str | None:
    """The rule that named those who are called; a person's choice has none."""
    at = _at(incident, policy)
    return None if action.participants or at is None else rule(incident, "whistle", "calls", at)


def _times(incident: Incident, name: str, occasion: Occasion) -> dict[str, Any]:
    """The steps of a ring; what is counted from the whistle is due from now, and what follows is not known yet."""
    rules, where, now = occasion.policy.whistle, occasion.policy.where, occasion.now
    ring, under = rules.rings[name], partial(rule, incident, "whistle", "rings", name)
    steps = []
    for step, span in ring.steps:
        begun = not incident.backfill and rules.since.of(step) == "whistle"
        due = until(now, where, under(step), span) if begun else None
        steps.append(StepDue(step=step, due_at=due and due.at, guess=due and due.guess))
    if incident.backfill:
        return {"steps": tuple(steps)}
    silent = until(now, where, under("grace"), ring.acknowledge, ring.grace)
    return {"steps": tuple(steps), "unresponsive_at": silent.at, "guess": silent.guess}


def _open(incident: Incident, number: int) -> books.Whistle:
    found = next((one for one in incident.whistles if one.number == number), None)
    if found is not None and found.open:
        return found
    # A number of the past may have been a whistle of a tier that handed the incident over.
    raise Refused("whistle-over" if number <= incident.whistled else "unknown-whistle")


def _called_off(incident: Incident, whistle: books.Whistle, by: dict[str, Any], reason: str) -> Event:
    return WhistleCalledOff(
        **incident.matter,
        **by,
        whistle=whistle.number,
        reason=reason,
        blown_at=whistle.blown_at,
        unfinished=tuple(one.said() for one in whistle.participants if one.active),
    )


def _with_end(incident: Incident, event: WhistleEvent) -> list[Event]:
    """The event, and the end of its whistle if nobody is waited for after it."""
    after = books.changed(incident.whistles, event, event.occurred_at)
    whistle = next(one for one in after if one.number == event.whistle)
    if any(one.active for one in whistle.participants):
        return [event]
    ended = WhistleEnded(
        **incident.matter,
        occurred_at=event.occurred_at,
        actor=event.actor,
        whistle=whistle.number,
        blown_at=whistle.blown_at,
        participants=tuple(one.said() for one in whistle.participants),
    )
    return [event, ended]
