"""The deed behind a line of history; what the policy itself, or nothing that is lived through, made has none. Pure."""

from dataclasses import dataclass

from schemas.actions import Accept, Assign, Escalate, Extend, Resolve, Resume, Return, Suspend
from schemas.assignment import Decline, Take
from schemas.base import SYSTEM, Action
from schemas.referrals import AnswerReferral, Recall, Refer, ReturnToSource, Transfer
from schemas.routing import Entry
from schemas.supervision import ChangeLeader, PutOnList, Remind, StrikeOff
from schemas.triage import Triage


@dataclass(frozen=True, slots=True)
class Revisited:
    """A revisit ended: with the answer that reopened, or well."""

    reason: str | None


def deed_of(line: Entry) -> Action | Revisited | None:
    """What somebody did, if it was a person's own doing."""
    said = (line.detail or "").split()
    course = _course(line, said)
    return course or _referral(line.event, said) or _assignment(line.event, said) or _listing(line, said)


def _course(line: Entry, said: list[str]) -> Action | Revisited | None:
    """A pause that the policy itself made, because the matter went out, is none."""
    match line.event, said:
        case "incident.accepted.v1", _:
            return Accept()
        case "incident.triaged.v1", [_, severity, reason]:
            return Triage(severity=severity, reason=reason)
        case "incident.suspended.v1", [reason, approver] if line.actor != SYSTEM:
            return Suspend(reason=reason, approver=approver)
        case "incident.resumed.v1", _ if line.actor != SYSTEM:
            return Resume()
        case "incident.extended.v1", [reason, approver, *span]:
            return Extend(reason=reason, approver=approver, span=" ".join(span))
        case "incident.escalated.v1", [to_tier, reason, "person"]:
            return Escalate(reason=reason, to_tier=to_tier)
        case "incident.returned.v1", [_, reason, "person"]:
            return Return(reason=reason)
        case "incident.resolved.v1", [method, outcome]:
            return Resolve(method=method, outcome=outcome)
        case "incident.reopened.v1", [reason]:
            return Revisited(reason)
        case "incident.closed.v1", _:
            return Revisited(None)
        case _:
            return None


def _referral(event: str, said: list[str]) -> Action | None:
    match event, said:
        case "incident.transferred.v1", [_, department, reason]:
            return Transfer(department=department, reason=reason)
        case "incident.referred.v1", [_, body, unit, reason]:
            return Refer(body=body, unit=unit, reason=reason)
        case "incident.returned-to-source.v1", [_, reason]:
            return ReturnToSource(reason=reason)
        case "referral.opened.v1", _:
            return AnswerReferral(answer="opened")
        case "referral.accepted.v1", _:
            return AnswerReferral(answer="accepted")
        case "referral.returned.v1", [*_, reason]:
            return AnswerReferral(answer="returned", reason=reason)
        case "referral.concluded.v1", [_, _, result, *_]:
            return AnswerReferral(answer=result)
        case "referral.recalled.v1", [*_, reason]:
            return Recall(reason=reason)
        case _:
            return None


def _assignment(event: str, said: list[str]) -> Action | None:
    match event, said:
        case "incident.assigned.v1", [assignee] | [assignee, _, "person"]:
            return Assign(assignee=assignee)
        case "incident.taken.v1", _:
            return Take()
        case "incident.declined.v1", [_, reason]:
            return Decline(reason=reason)
        case _:
            return None


def _listing(line: Entry, said: list[str]) -> Action | None:
    match line.event, said:
        case "incident.listed.v1", [leader, reason, "person"]:
            return PutOnList(leader=leader, reason=reason)
        case "incident.reminded.v1", [*_, "person"]:
            return Remind()
        case "incident.leader-changed.v1", [leader, reason]:
            return ChangeLeader(leader=leader, reason=reason)
        case "incident.struck-off.v1", _:
            return StrikeOff()
        case _:
            return None
