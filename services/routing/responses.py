"""响应、到场、支援、反馈: what a participant of a whistle may do next, and who may excuse it. Pure."""

from typing import Any, assert_never

from schemas.base import Actor
from schemas.codes import bare
from schemas.whistle_actions import Acknowledge, Arrive, Excuse, ReportResult, ResponseAction, Support
from schemas.whistles import (
    ParticipantEvent,
    ResponseStep,
    WhistleAcknowledged,
    WhistleArrived,
    WhistleExcused,
    WhistleReported,
    WhistleSupported,
)
from services.routing.assigned import acts_for
from services.routing.guesses import Until, until
from services.routing.incident import Incident
from services.routing.occasion import Occasion
from services.routing.refusal import Refused
from services.routing.rules import rule
from services.routing.whistles import Participant, Whistle

NOBODY = Actor().ref


def answer(
    incident: Incident, whistle: Whistle, action: ResponseAction, occasion: Occasion
) -> ParticipantEvent:
    """What is done by a participant, or about one. Raises `Refused`."""
    one = whistle.participant(action.participant)
    if one is None:
        raise Refused("unknown-participant")
    if not one.active:
        raise Refused("participant-done", one.standing)
    done = [stage.done_at for stage in one.stages if stage.done_at is not None]
    if occasion.occurred_at < max([whistle.blown_at, *done]):
        raise Refused("before-the-step")
    said = about(incident, whistle, one) | occasion.by
    match action:
        case Excuse():
            _may_excuse(one, action, occasion)
            return WhistleExcused(
                **said,
                rule=rule(incident, "whistle", "excuse"),
                reason=action.reason,
                approver=action.approver,
            )
        case Acknowledge():
            return WhistleAcknowledged(
                **said | _step(incident, one, "acknowledge", occasion) | {"ref": _who(one, occasion)}
            )
        case Arrive():
            return WhistleArrived(**said | _step(incident, one, "arrive", occasion))
        case Support(support=support):
            return WhistleSupported(**said | _step(incident, one, "support", occasion), support=support)
        case ReportResult(outcome=outcome):
            return WhistleReported(**said | _step(incident, one, "result", occasion), outcome=outcome)
        case _:
            assert_never(action)


def about(incident: Incident, whistle: Whistle, one: Participant) -> dict[str, Any]:
    """What every event of a participant says."""
    who = {"participant": one.name, "role": one.role, "ref": one.ref, "ring": one.ring}
    return {**incident.matter, "whistle": whistle.number, "blown_at": whistle.blown_at, **who}


def _step(incident: Incident, one: Participant, step: ResponseStep, occasion: Occasion) -> dict[str, Any]:
    """Steps are done in their order; the next one's time begins with the one before where the policy says so."""
    stage = one.next
    assert stage is not None
    if stage.step != step:
        raise Refused("out-of-turn", stage.step)
    following = _next_due(incident, one, occasion)
    return {
        "due_at": stage.due_at,
        "in_time": None if stage.due_at is None else occasion.occurred_at <= stage.due_at,
        "next_due_at": following and following.at,
        "next_guess": following and following.guess,
    }


def _next_due(incident: Incident, one: Participant, occasion: Occasion) -> Until | None:
    """When the step after the next is due; what was known from the whistle on stays as it is."""
    waiting = [stage for stage in one.stages if stage.done_at is None]
    if len(waiting) == 1 or incident.backfill:
        return None
    following = waiting[1]
    if following.due_at is not None:
        return Until(following.due_at, following.guess)
    span = dict(occasion.policy.whistle.rings[one.ring].steps)[following.step]
    under = rule(incident, "whistle", "rings", one.ring, following.step)
    return until(occasion.now, occasion.policy.where, under, span)


def _who(one: Participant, occasion: Occasion) -> str | None:
    """Whoever acknowledges for a role is the one who was called."""
    return one.ref or (occasion.actor.ref if occasion.named else None)


def _may_excuse(one: Participant, action: Excuse, occasion: Occasion) -> None:
    """Somebody else approves; as long as only a role is known, whoever asks may be the one who was called."""
    if bare(action.reason) not in occasion.policy.whistle.excuse:
        raise Refused("reason-not-allowed")
    unsure = one.ref is None and (not occasion.named or action.approver == occasion.actor.ref)
    if unsure or action.approver == NOBODY or (one.ref is not None and acts_for(action.approver, one.ref)):
        raise Refused("approver-is-participant")
