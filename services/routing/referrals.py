"""移交, 分流, 收回, 退回来源: when a matter may leave the centre's hands, and what may be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policy.model import Policy
from policy.spans import Span
from schemas.actions import Escalate, Resolve, Resume, Return
from schemas.base import SYSTEM, Action, Event
from schemas.codes import bare
from schemas.referrals import (
    AnswerReferral,
    IncidentReferred,
    IncidentReturnedToSource,
    IncidentTransferred,
    Recall,
    Refer,
    ReferralAccepted,
    ReferralAction,
    ReferralConcluded,
    ReferralOpened,
    ReferralOverdue,
    ReferralRecalled,
    ReferralReturned,
    ReturnToSource,
    Transfer,
)
from schemas.routing import IncidentSuspended
from services.routing.away import Away
from services.routing.changes import evolve
from services.routing.clocks import Policies
from services.routing.guesses import again, until
from services.routing.handoff import climb
from services.routing.incident import Incident
from services.routing.mediation import none_pending
from services.routing.pauses import resume
from services.routing.refusal import Refused
from services.routing.rules import rule
from services.routing.whistling import none_open

By = dict[str, Any]
"""Who, and when it happened."""
NOT_WHILE_OUT = (Resolve, Escalate, Return, Transfer, Refer, ReturnToSource)
"""What would take the matter from under whoever has been asked."""
NOT_WHILE_SUSPENDED = (Transfer, Refer, ReturnToSource)


def check(incident: Incident, action: Action) -> None:
    """What nobody may do while the matter is out, or after it went back to its source. Raises `Refused`."""
    if incident.status == "returned-to-source":
        raise Refused("returned-to-source")
    away = incident.away
    if away is None:
        if isinstance(action, (Recall, AnswerReferral)):
            raise Refused("nothing-is-out")
        if incident.suspended_at is not None and isinstance(action, NOT_WHILE_SUSPENDED):
            raise Refused("suspended")
    elif isinstance(action, NOT_WHILE_OUT) or (away.clock_stopped and isinstance(action, Resume)):
        raise Refused("out-of-hand")


@dataclass(frozen=True, slots=True)
class _Case:
    """A matter somebody does something with: who and when, by which policies, and when it is recorded."""

    incident: Incident
    by: By
    policies: Policies
    now: datetime

    @property
    def fields(self) -> dict[str, Any]:
        """What every event of it says."""
        return {**self.incident.matter, **self.by}

    @property
    def policy(self) -> Policy:
        """The policy it began with."""
        return self.policies[self.incident.policy]

    def until(self, span: Span, under: str) -> dict[str, Any]:
        """Until when an answer is awaited, by a rule; imported history waits for nothing."""
        if self.incident.backfill:
            return {"due_at": None}
        due = until(self.now, self.policy.where, under, span)
        return {"due_at": due.at, "guess": due.guess}


def decide(
    incident: Incident, action: ReferralAction, by: By, policies: Policies, now: datetime
) -> Sequence[Event]:
    """The events of an action that `check` lets pass. Raises `Refused`."""
    case = _Case(incident, by, policies, now)
    match action:
        case Transfer():
            return [_transfer(case, action)]
        case Refer():
            return _refer(case, action)
        case ReturnToSource():
            return [_to_source(case, action)]
        case Recall() | AnswerReferral():
            assert incident.away is not None, "checked before"
            return _answered(case, incident.away, action)


def _transfer(case: _Case, action: Transfer) -> Event:
    _in_handling(case.incident)
    under = rule(case.incident, "referrals", "transfer")
    return IncidentTransferred(
        **case.fields,
        number=case.incident.referrals + 1,
        department=action.department,
        reason=action.reason,
        rule=under,
        **case.until(case.policy.referrals.transfer.answer, under),
    )


def _refer(case: _Case, action: Refer) -> Sequence[Event]:
    """The clock stands still where the policy says so, as long as there is one that has not run out."""
    incident = case.incident
    _in_handling(incident)
    rules = case.policy.referrals.to(bare(action.body))
    runs = incident.due_at is not None and incident.due_at > case.now
    pause = case.policy.stops_for(rules.pause) if runs else None
    under = _rule(incident, case.policy, action.body)
    referred = IncidentReferred(
        **case.fields,
        number=incident.referrals + 1,
        body=action.body,
        unit=action.unit,
        reason=action.reason,
        clock_stopped=pause is not None,
        rule=under,
        **case.until(rules.answer, under),
    )
    return [referred] if pause is None else [referred, _stopped(case, pause)]


def _rule(incident: Incident, policy: Policy, body: str) -> str:
    """The rules of a body, as history names them."""
    return rule(incident, "referrals", *policy.referrals.place(bare(body)))


def _in_handling(incident: Incident) -> None:
    if incident.status != "accepted":
        raise Refused("not-accepted")


def _stopped(case: _Case, pause: str) -> Event:
    """The policy approves this pause, and no person."""
    return IncidentSuspended(
        **case.incident.matter,
        occurred_at=case.by["occurred_at"],
        actor=SYSTEM,
        step=case.incident.step,
        reason=case.policy.reason(pause),
        approver=SYSTEM.ref,
        due_at=case.incident.due_at,
        rule=rule(case.incident, "pauses", "suspend"),
    )


def _to_source(case: _Case, action: ReturnToSource) -> Event:
    if case.incident.offer is None:
        raise Refused("no-source")
    if case.incident.ties.duplicates:
        raise Refused("has-duplicates")
    none_open(case.incident)
    none_pending(case.incident)
    return IncidentReturnedToSource(**case.fields, body=case.incident.offer.body, reason=action.reason)


def _answered(case: _Case, away: Away, action: Recall | AnswerReferral) -> Sequence[Event]:
    _allowed(away, action)
    fields = case.fields | away.named
    match action:
        case Recall():
            return _back(case, away, ReferralRecalled(**fields, reason=action.reason))
        case AnswerReferral(answer="opened"):
            return [ReferralOpened(**fields)]
        case AnswerReferral(answer="accepted"):
            return [_taken(case, away, action)]
        case AnswerReferral(answer="returned"):
            return _back(case, away, ReferralReturned(**fields, reason=action.reason))
        case AnswerReferral():
            concluded = ReferralConcluded(**fields, result=action.answer, agreement=action.agreement)
            return _back(case, away, concluded)


ALLOWED: dict[str, frozenset[str]] = {
    "transfer sent": frozenset({"recall", "accepted", "returned"}),
    "referral sent": frozenset({"recall", "opened", "accepted", "returned"}),
    "referral opened": frozenset({"accepted", "returned"}),
    "referral accepted": frozenset({"returned", "succeeded", "failed"}),
}
"""What may be said while something is out, by what it is and how far it has come."""


def _allowed(away: Away, action: Recall | AnswerReferral) -> None:
    """Recall and opening race: whichever is recorded first holds, and the other is refused. Raises `Refused`."""
    if isinstance(action, AnswerReferral) and action.number not in (None, away.number):
        raise Refused("another-referral")
    said = "recall" if isinstance(action, Recall) else action.answer
    if said not in ALLOWED[f"{away.kind} {away.stage}"]:
        raise Refused("opened-already" if isinstance(action, Recall) else "answer-out-of-turn")


def _taken(case: _Case, away: Away, action: AnswerReferral) -> Event:
    """A body tells the result later; a department that accepts has told everything."""
    told = {**case.fields, **away.named, "case_number": action.case_number}
    if away.body is None:
        return ReferralAccepted(**told)
    rules, under = case.policy.referrals.to(bare(away.body)), _rule(case.incident, case.policy, away.body)
    return ReferralAccepted(**told, **case.until(rules.result, under))


def _back(case: _Case, away: Away, event: Event) -> Sequence[Event]:
    """The matter is its owner's again: a clock that stood still runs on, a deadline that passed is acted on."""
    events, noted = [event], evolve(case.incident, event, case.now)
    by = {"occurred_at": case.by["occurred_at"], "actor": SYSTEM}
    if away.clock_stopped and noted.suspended_at is not None:
        events.append(resume(noted, Resume(), by, case.policies, case.now))
    elif away.missed:
        events += climb(noted, "handle", case.policies, case.now)
    return events


def unanswered(incident: Incident, policies: Policies, now: datetime) -> Event:
    """An answer did not come in time: it is noted, and asked for again after a while, for as long as it takes."""
    away, policy = incident.away, policies[incident.policy]
    assert away is not None
    assert away.due_at is not None
    span, under = policy.referrals.transfer.remind, rule(incident, "referrals", "transfer")
    if away.body is not None:
        span, under = policy.referrals.to(bare(away.body)).remind, _rule(incident, policy, away.body)
    later = again(away.due_at, now, policy.where, under, span)
    return ReferralOverdue(
        **incident.matter,
        **away.named,
        occurred_at=away.due_at,
        actor=SYSTEM,
        step=away.step,
        due_at=away.due_at,
        next_at=later.at,
        guess=later.guess,
    )
