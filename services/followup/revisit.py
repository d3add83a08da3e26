"""一事一回访: every resolved matter is revisited, each party asked separately. Pure."""

from datetime import datetime
from typing import Any, Literal

from policy.revisits import RevisitRules
from schemas.actions import Visit
from schemas.base import SYSTEM, Actor, Event, matter_of
from schemas.followup import (
    RevisitCompleted,
    RevisitEvent,
    RevisitOverdue,
    RevisitPlanned,
    RevisitVisited,
    RoundCompleted,
    RoundOverdue,
    RoundPlanned,
    RoundVisited,
)
from schemas.routing import IncidentResolved
from services.followup.refusal import Refused
from services.followup.state import Answer, Policies, Revisit, Step


def plan(
    before: Revisit | None, resolved: IncidentResolved, policies: Policies, now: datetime
) -> Step | None:
    """The revisit of a new resolution; None when this resolution has one already."""
    if before is not None and before.attempt >= resolved.attempt:
        return None
    policy = policies.get(resolved.policy) or next(iter(policies.values()))
    dates = () if resolved.backfill else policy.revisits(resolved.severity, now)
    revisit = Revisit(
        **matter_of(resolved),
        attempt=resolved.attempt,
        resolved_at=resolved.occurred_at,
        policy=policy.version,
        answers=tuple(Answer(party) for party in resolved.parties),
        due_at=dates[0] if dates else None,
        later=dates[1:],
    )
    if before is not None:  # what is done for the parties goes on
        revisit = revisit.changed(counselling=before.counselling, plans=before.plans, planned=before.planned)
    fields = revisit.fields(SYSTEM, resolved.occurred_at)
    return revisit, [RevisitPlanned(**fields, parties=resolved.parties, due_at=revisit.due_at)]


def visit(revisit: Revisit, asked: Visit, by: tuple[Actor, datetime], policies: Policies) -> Step:
    """What a party's answer does: a failed one reopens at once, the last one completes. Raises `Refused`."""
    actor, occurred_at = by
    rules = (policies.get(revisit.policy) or next(iter(policies.values()))).revisit
    at = _whose(revisit, asked.party, occurred_at, rules)
    before = revisit.answers[at]
    answer = Answer(before.party, asked.result, before.calls + 1)
    after = revisit.changed(answers=(*revisit.answers[:at], answer, *revisit.answers[at + 1 :]))
    fields = revisit.fields(actor, occurred_at)
    kind = RevisitVisited if revisit.first else RoundVisited
    visited = kind(
        **fields, party=asked.party, role=before.party.role, means=asked.means, result=asked.result,
        replaces=before.result, calls=answer.calls,
    )  # fmt: skip
    return _completed(after, [visited], fields, rules)


def _whose(revisit: Revisit, party: str, occurred_at: datetime, rules: RevisitRules) -> int:
    """The place of the party that may be asked now. Raises `Refused`."""
    at = next((at for at, one in enumerate(revisit.answers) if one.party.ref == party), None)
    if revisit.status == "done":
        raise Refused("no-revisit-due")
    if at is None:
        raise Refused("unknown-party")
    if revisit.answers[at].final(rules):
        raise Refused("already-answered")
    if occurred_at < revisit.resolved_at:
        raise Refused("before-the-resolution")
    if not revisit.first and revisit.due_at is not None and occurred_at < revisit.due_at - rules.ahead:
        raise Refused("round-not-open")
    return at


def _completed(revisit: Revisit, events: list[Event], fields: dict[str, Any], rules: RevisitRules) -> Step:
    """Ends the round when it has failed, or when no party needs a further call; then the next one is planned."""
    kind = RevisitCompleted if revisit.first else RoundCompleted
    said = [rules.result(one.result) for one in revisit.answers if one.result]
    failed = next((one for one in said if one in rules.reopen_on), None)
    if failed is not None:
        unasked = tuple(one.party.role for one in revisit.answers if one.result is None)
        done = kind(**fields, outcome="relapse", reason=f"reason/1:{failed}", unasked=unasked)
        return _over(revisit, "relapse", later=()), [*events, done]
    if not all(one.final(rules) for one in revisit.answers):
        return revisit, events
    outcome = _ending(set(said))
    after, planned = _next_round(_over(revisit, outcome, later=revisit.later), fields["occurred_at"])
    return after, [*events, kind(**fields, outcome=outcome), *planned]


def _over(revisit: Revisit, outcome: str, *, later: tuple[datetime, ...]) -> Revisit:
    return revisit.changed(status="done", outcome=outcome, due_at=None, later=later)


def _next_round(done: Revisit, ended_at: datetime) -> Step:
    """The parties are asked again at the next date of the plan; one that has passed meanwhile is not made up for."""
    left = tuple(date for date in done.later if date > ended_at)
    if not left:
        return done.changed(later=()), []
    parties = tuple(one.party for one in done.answers)
    again = done.changed(status="due", overdue=False, round=done.round + 1, due_at=left[0], later=left[1:],
        answers=tuple(Answer(party) for party in parties),
    )  # fmt: skip
    fields = again.fields(SYSTEM, ended_at)
    return again, [RoundPlanned(**fields, parties=parties, due_at=left[0], rule=again.rule)]


def _ending(results: set[str]) -> Literal["satisfied", "dissatisfied", "unheard"]:
    """Satisfied only when every party said so; a party not heard, or not satisfied, is never hidden."""
    if results == {"satisfied"}:
        return "satisfied"
    return "dissatisfied" if results <= {"satisfied", "dissatisfied"} else "unheard"


def overdue(revisit: Revisit) -> Step:
    """The date of a round passed: said once, and it stays due."""
    kind = RevisitOverdue if revisit.first else RoundOverdue
    assert revisit.due_at is not None
    fields = revisit.fields(SYSTEM, revisit.due_at)
    said: RevisitEvent = kind(**fields, due_at=revisit.due_at, rule=revisit.rule)
    return revisit.changed(overdue=True), [said]
