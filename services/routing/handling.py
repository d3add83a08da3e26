"""What a centre may do to an incident it owns, and when the rules say no."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from schemas.actions import (
    Accept,
    Assign,
    Escalate,
    Extend,
    Handling,
    Resolve,
    Resume,
    Return,
    Suspend,
    Unknown,
)
from schemas.assignment import Decline, Take
from schemas.base import Actor, Event
from schemas.derivation import LinkOrigin
from schemas.duplicates import Dismiss, Link, TieAction, Unlink
from schemas.handoff import ActionForwarded
from schemas.mediation import MediationAction
from schemas.offline import Basis
from schemas.referrals import AnswerReferral, Recall, Refer, ReferralAction, ReturnToSource, Transfer
from schemas.routing import IncidentAccepted, IncidentResolved
from schemas.supervision import ChangeLeader, PutOnList, Remind, StrikeOff, SupervisionAction
from schemas.triage import Triage
from schemas.whistle_actions import WhistleAction
from services.routing import mediation, whistling
from services.routing.assignment import assign, decline, take, taken_by_accepting
from services.routing.basis import check_basis
from services.routing.centre import Centre
from services.routing.clocks import Policies, due_fields, handle_until, promised
from services.routing.derivation import link
from services.routing.duplicates import decide as decide_tie
from services.routing.handoff import Act, hand_over, next_up, skip_rule
from services.routing.incident import Incident
from services.routing.leads import Beside
from services.routing.occasion import Occasion
from services.routing.pauses import extend, resume, suspend
from services.routing.referrals import check, decide
from services.routing.refusal import Refused
from services.routing.rules import clock_rule
from services.routing.supervision import supervise
from services.routing.triage import triage

Aside = Triage | LinkOrigin | SupervisionAction | ReferralAction | TieAction
"""What is done about it beside the step it is in."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants something done: who, what, and when it happened."""

    action: Handling | Unknown
    actor: Actor
    occurred_at: datetime
    beside: Beside = field(default_factory=dict, compare=False)
    """Other incidents it may be about."""
    based_on: Basis = ()
    source: str | None = None
    reference: str | None = None
    """Under which its sender wants to hear what became of it."""


def decide_action(incident: Incident, request: Request, centre: Centre, now: datetime) -> Sequence[Event]:
    """The events of an action. Raises `Refused`; an incident handed over is forwarded to its owner."""
    if mediation.in_these_books(incident, request.action):
        check_basis(incident, request.based_on, request.action)
        return _joint(incident, request, centre, now)
    if not incident.owned:
        return [
            ActionForwarded(
                to_tier=incident.owner,
                from_tier=incident.tier,
                incident_id=incident.incident_id,
                occurred_at=request.occurred_at,
                actor=request.actor,
                action=request.action,
                source=request.source,
                reference=request.reference,
                based_on=request.based_on,
            )
        ]
    check_basis(incident, request.based_on, request.action)
    if isinstance(request.action, Unknown):
        raise Refused("unknown-action")
    if request.occurred_at < incident.reported_at:
        raise Refused("before-the-report")
    if incident.linked and not isinstance(request.action, Unlink):
        raise Refused("already-linked" if isinstance(request.action, Link) else "linked")
    if not isinstance(request.action, (SupervisionAction, LinkOrigin)):
        _worked_on(incident, request)
    return _owned(incident, request.action, request, centre, now)


def _worked_on(incident: Incident, request: Request) -> None:
    """Raises `Refused` for what cannot be handled in this state; supervision and links outlive the handling."""
    if incident.status == "closed":
        raise Refused("closed")
    if incident.status == "resolved":
        raise Refused("already-resolved")
    check(incident, request.action)
    if incident.suspended_at is not None and isinstance(request.action, (Accept, Return, Resolve, Take)):
        raise Refused("suspended")


def _owned(
    incident: Incident, action: Handling, request: Request, centre: Centre, now: datetime
) -> Sequence[Event]:
    policies = centre.policies
    by = {"occurred_at": request.occurred_at, "actor": request.actor}
    if isinstance(action, (WhistleAction, MediationAction)):
        return _joint(incident, request, centre, now)
    match action:
        case Accept():
            return [*taken_by_accepting(incident, by), _accept(incident, request, policies, now)]
        case Assign() as named:
            return [assign(incident, named, by, centre, now)]
        case Take():
            accepted = [_accept(incident, request, policies, now)] if incident.status == "open" else []
            return [take(incident, by), *accepted]
        case Decline() as declined:
            return [decline(incident, declined, by, centre)]
        case Escalate() | Return():
            return _handed_over(incident, action, Act(request.actor, request.occurred_at, now), centre)
        case Resolve():
            return [_resolve(incident, action, request, policies)]
        case Suspend():
            return [suspend(incident, action, by, policies, now)]
        case Resume():
            return [resume(incident, action, by, policies, now)]
        case Extend():
            return [extend(incident, action, by, policies, now)]
        case _:
            return _aside(incident, action, request, policies, now)


def _aside(
    incident: Incident, action: Aside, request: Request, policies: Policies, now: datetime
) -> Sequence[Event]:
    by = {"occurred_at": request.occurred_at, "actor": request.actor}
    match action:
        case Triage():
            return triage(incident, action, Act(request.actor, request.occurred_at, now), policies)
        case LinkOrigin():
            return [link(incident, action, by)]
        case PutOnList() | Remind() | ChangeLeader() | StrikeOff():
            return supervise(incident, action, by, policies, now)
        case Transfer() | Refer() | Recall() | AnswerReferral() | ReturnToSource():
            return decide(incident, action, by, policies, now)
        case Link() | Unlink() | Dismiss():
            return decide_tie(incident, action, by, (policies, request.beside), now)
        case _:
            assert_never(action)


def _handed_over(incident: Incident, action: Escalate | Return, act: Act, centre: Centre) -> Sequence[Event]:
    """Up, as far as asked where the policy lets it skip a tier; or back to whoever gave it."""
    if isinstance(action, Escalate):
        above = next_up(incident, action.to_tier, centre.policies, centre.tiers)
        act = replace(act, rule=skip_rule(incident, above, centre.policies))
        return hand_over(incident, above, action.reason, "person", act)
    if not incident.path:
        raise Refused("nowhere-to-return")
    return hand_over(incident, incident.path[-1], action.reason, "person", act)


def _joint(incident: Incident, request: Request, centre: Centre, now: datetime) -> Sequence[Event]:
    """What is done together with others."""
    policy = centre.policies[incident.policy]
    occasion = Occasion(request.actor, request.occurred_at, now, policy, centre.roster)
    if isinstance(request.action, MediationAction):
        return mediation.decide(incident, request.action, occasion)
    assert isinstance(request.action, WhistleAction)
    return whistling.decide(incident, request.action, occasion)


def _accept(incident: Incident, request: Request, policies: Policies, now: datetime) -> IncidentAccepted:
    if incident.status != "open":
        raise Refused("already-accepted")
    return IncidentAccepted(
        **incident.matter,
        occurred_at=request.occurred_at,
        actor=request.actor,
        opened_at=incident.opened_at or incident.reported_at,
        rule=clock_rule(incident, "handle", policies),
        **due_fields(handle_until(incident, policies, now)),
    )


def _resolve(incident: Incident, action: Resolve, request: Request, policies: Policies) -> IncidentResolved:
    if incident.status != "accepted":
        raise Refused("not-accepted")
    whistling.none_open(incident)
    mediation.may_resolve(incident, action, policies)
    target_at = promised(incident)
    return IncidentResolved(
        **incident.matter,
        occurred_at=request.occurred_at,
        actor=request.actor,
        parties=incident.parties,
        method=action.method,
        outcome=action.outcome,
        agreement=action.agreement,
        attempt=incident.attempt,
        target_at=target_at,
        on_time=None if target_at is None else request.occurred_at <= target_at,
        policy=incident.policy,
        same_hand=incident.same_hand(request.actor),
        rule=clock_rule(incident, "handle", policies) if incident.target_at is None else None,
    )
