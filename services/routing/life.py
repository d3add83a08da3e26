"""The life of an incident at one tier: from what arrives to what happens, without clock, chance or I/O."""

from collections.abc import Sequence
from datetime import datetime

from messaging.errors import Rejected
from schemas.base import SYSTEM, Event
from schemas.duplicates import DuplicateProposed, LeadResolved, ProposalForwarded
from schemas.followup import RevisitCompleted, RoundCompleted
from schemas.handoff import ActionForwarded, IncidentHandedOver
from schemas.intake import ActionReceived, IncidentReported
from schemas.routing import IncidentClosed, IncidentReopened, Step
from services.routing import alarms, assignment, mediation, whistling
from services.routing.asked import no, request_of, told
from services.routing.centre import Centre
from services.routing.changes import evolve
from services.routing.clocks import due_fields, handle_until
from services.routing.duplicates import forwarded, propose
from services.routing.handling import Request, decide_action
from services.routing.handoff import ADDRESSED, REASONS, Act, climb, first_tier, hand_over, way_up
from services.routing.incident import Incident, Timer
from services.routing.leads import ALONE, Beside, Turn, follow
from services.routing.noted import noted
from services.routing.offers import answers
from services.routing.opening import begun, opened, taken_over
from services.routing.referrals import unanswered
from services.routing.refusal import Refused
from services.routing.rules import first_rule, rule
from services.routing.supervision import remind_again, watch

Arrival = (
    IncidentReported
    | IncidentHandedOver
    | ActionReceived
    | ActionForwarded
    | RevisitCompleted
    | RoundCompleted
    | DuplicateProposed
    | ProposalForwarded
    | LeadResolved
)
Addressed = IncidentHandedOver | ActionForwarded | ProposalForwarded | LeadResolved
Move = tuple[Incident, Sequence[Event]]


def arrive(
    incident: Incident | None, arrival: Arrival, centre: Centre, now: datetime, beside: Beside = ALONE
) -> Turn:
    """What a message does: the incident afterwards and the events to publish. Raises `Rejected` if it never can."""
    if isinstance(arrival, Addressed) and arrival.to_tier != centre.tier:
        return incident, []
    match arrival:
        case IncidentReported():
            return _reported(incident, arrival, centre, now)
        case IncidentHandedOver():
            return _taken_over(incident, arrival, centre, now)
        case ActionReceived() if arrival.decided_by != "routing":
            return incident, []
        case ActionReceived() | ActionForwarded():
            return _asked(incident, arrival, centre, now, beside)
        case DuplicateProposed():
            return _proposed(incident, arrival, centre, now, beside)
        case ProposalForwarded(proposed=proposed):
            return _proposed(incident, proposed, centre, now, beside)
        case LeadResolved():
            return _with_its_lead(incident, arrival, centre, now)
        case RevisitCompleted():
            return _revisited(incident, arrival, centre, now)
        case RoundCompleted():
            return _followed(incident, arrival, centre, now)


def act(incident: Incident | None, request: Request, centre: Centre, now: datetime) -> Move:
    """What a person's action does. Raises `Refused`."""
    if incident is None:
        raise Refused("unknown-incident")
    return _watched(incident, decide_action(incident, request, centre, now), centre, now)


def late(incident: Incident, passed: Timer, centre: Centre, now: datetime) -> Move:
    """What it does that the database clock has reached a timer; nothing, if it is not the next one any more."""
    if incident.next_due != passed:
        return incident, []
    match passed.step:
        case "accept" | "handle" as step:
            return _overdue(incident, step, passed.due_at, centre, now)
        case "alarm":
            again = alarms.still_overdue(incident, passed.due_at, centre.policies, now)
            return _after(incident, [again], centre, now)
        case "remind":
            return _after(incident, remind_again(incident, centre.policies, now), centre, now)
        case step if step.startswith("whistle:"):
            return _after(incident, whistling.late(incident, step, passed.due_at), centre, now)
        case step if step.startswith("session:"):
            return _after(incident, mediation.late(incident, step, passed.due_at), centre, now)
        case "transfer.answer" | "referral.answer" | "referral.result":
            return _after(incident, [unanswered(incident, centre.policies, now)], centre, now)
        case "answer":
            return _watched(incident, [assignment.unanswered(incident, passed.due_at)], centre, now)
        case other:
            raise AssertionError(f"nothing of an incident is called {other}")


def _overdue(incident: Incident, step: Step, due_at: datetime, centre: Centre, now: datetime) -> Move:
    """A missed deadline is noted, and raises the incident where the policy says so and can; else it is said again."""
    out = incident.away is not None and incident.away.kind == "referral"  # then it climbs when it is back
    stays = out or way_up(incident, step, centre.policies) is None
    events: list[Event] = [alarms.overdue(incident, step, due_at, centre.policies, now if stays else None)]
    if not stays:
        events += climb(evolve(incident, events[0], now), step, centre.policies, now)
    return _after(incident, events, centre, now)


def _reported(incident: Incident | None, report: IncidentReported, centre: Centre, now: datetime) -> Turn:
    if incident is not None:
        raise Rejected("forbidden-transition", "the incident exists already")
    fresh = begun(report, centre)
    owner = first_tier(fresh, centre.policies)
    if owner != centre.tier:
        elsewhere = Act(SYSTEM, report.occurred_at, now, first_rule(fresh, centre.policies))
        return _after(fresh, hand_over(fresh, owner, REASONS["severity"], "policy", elsewhere), centre, now)
    return _watched(fresh, [opened(fresh, report, centre, now)], centre, now)


def _taken_over(incident: Incident | None, given: IncidentHandedOver, centre: Centre, now: datetime) -> Turn:
    if incident is not None and incident.owned:
        raise Rejected("forbidden-transition", "this tier owns the incident already")
    fresh = taken_over(given, incident, centre)
    return _watched(fresh, [opened(fresh, given, centre, now)], centre, now)


def _asked(
    incident: Incident | None,
    asked: ActionReceived | ActionForwarded,
    centre: Centre,
    now: datetime,
    beside: Beside,
) -> Turn:
    """An action without a waiting caller: a refusal becomes an event that the sender can read."""
    try:
        after, events = act(incident, request_of(asked, beside), centre, now)
    except Refused as refusal:
        return incident, [no(asked, refusal)]
    return after, [*events, *told(asked, events)]


def _proposed(
    incident: Incident | None, proposed: DuplicateProposed, centre: Centre, now: datetime, beside: Beside
) -> Turn:
    """A proposal is for the owner; the incident is there, because it comes after it in its stream."""
    if incident is None:
        raise Rejected("forbidden-transition", "the incident does not exist")
    if not incident.owned:
        return incident, [forwarded(incident, proposed)]
    noted, events = propose(incident, proposed, centre.policies, beside, now)
    return _after(noted, events, centre, now)


def _with_its_lead(incident: Incident | None, told: LeadResolved, centre: Centre, now: datetime) -> Turn:
    events = follow(incident, told)
    return (incident, []) if incident is None else _after(incident, events, centre, now)


def _revisited(incident: Incident | None, done: RevisitCompleted, centre: Centre, now: datetime) -> Turn:
    """销号 after a good revisit, 反弹 after a failed one; only for the resolution the revisit was about."""
    if incident is None or incident.status != "resolved" or incident.attempt != done.attempt:
        raise Rejected("forbidden-transition", "the revisit is not about the present resolution")
    if done.outcome == "relapse":
        return _watched(incident, [_reopening(incident, done, centre, now)], centre, now)
    closed = IncidentClosed(
        **incident.matter,
        occurred_at=done.occurred_at,
        actor=done.actor,
        resolved_at=done.resolved_at,
        attempt=done.attempt,
        outcome=done.outcome,
        same_hand=incident.same_hand(done.actor),
        rule=rule(incident, "revisit"),
    )
    return _after(incident, [closed], centre, now)


def _followed(incident: Incident | None, done: RoundCompleted, centre: Centre, now: datetime) -> Turn:
    """A later round of the follow-up of a closed incident: only a relapse changes anything, and undoes the closing."""
    if incident is None or incident.status != "closed" or incident.attempt != done.attempt:
        raise Rejected("forbidden-transition", "the round is not about the present closing")
    if done.outcome != "relapse":
        return incident, []
    return _watched(incident, [_reopening(incident, done, centre, now)], centre, now)


def _reopening(
    incident: Incident, done: RevisitCompleted | RoundCompleted, centre: Centre, now: datetime
) -> IncidentReopened:
    return IncidentReopened(
        **incident.matter,
        occurred_at=done.occurred_at,
        actor=done.actor,
        resolved_at=done.resolved_at,
        closed_at=incident.closed_at,
        reason=done.reason or REASONS["severity"],
        rule=rule(incident, "revisit", "reopen_on"),
        attempt=done.attempt + 1,
        on_time=incident.on_time,
        by_lead=incident.ties.lead,
        **due_fields(handle_until(incident, centre.policies, now)),
    )


def _watched(incident: Incident, events: Sequence[Event], centre: Centre, now: datetime) -> Move:
    """What happens to an incident, what supervision makes of it, and who is asked to handle it then."""
    after, said = _after(incident, events, centre, now)
    more = [extra for event in events for extra in watch(after, event, centre.policies, now)]
    after, watched = _after(after, more, centre, now)
    after, asked = _after(after, assignment.follow(after, events, centre, now), centre, now)
    return after, [*said, *watched, *asked]


def _after(incident: Incident, events: Sequence[Event], centre: Centre, now: datetime) -> Move:
    said: list[Event] = []
    if not events:
        return incident, said
    for event in [*events, *answers(incident, events, centre.policy(incident.policy))]:
        if isinstance(event, ADDRESSED):
            said.append(event)
            continue
        said.append(noted(incident, event))
        incident = evolve(incident, said[-1], now)
    return incident, said
