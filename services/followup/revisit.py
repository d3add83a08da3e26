"""一事一回访: every resolved matter is revisited, each party asked separately. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from policy.model import Policy, RevisitRules
from schemas.actions import Visit
from schemas.base import SYSTEM, Actor, Event, MatterState, Party, matter_of
from schemas.codes import bare
from schemas.followup import RevisitCompleted, RevisitEvent, RevisitOverdue, RevisitPlanned, RevisitVisited
from schemas.routing import IncidentResolved

Policies = dict[str, Policy]
Reason = Literal[
    "unknown-incident",
    "unknown-action",
    "no-revisit-due",
    "unknown-party",
    "already-answered",
    "before-the-resolution",
]
"""Why a visit is refused."""
FINAL = frozenset({"satisfied", "dissatisfied", "relapse", "refused"})
"""Answers that need no further call. Only the first is satisfaction; a refusal is never counted as one."""


class Refused(Exception):
    """A business refusal: a fact, not a failure; nothing changes."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """How far one party's revisit has come: `result` is the last answer, None while nobody asked."""

    party: Party
    result: str | None = None
    calls: int = 0

    def final(self, rules: RevisitRules) -> bool:
        """Whether this party needs no further call: answered, or tried as often as the policy asks."""
        if self.result is None:
            return False
        return bare(self.result) in FINAL or self.calls >= rules.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit(MatterState):
    """The revisit of one resolution of one incident."""

    attempt: int
    resolved_at: datetime
    policy: str
    answers: tuple[Answer, ...]
    status: Literal["due", "done"] = "due"
    outcome: str | None = None
    due_at: datetime | None = None
    """When it should be done; None for imported history, which is pending without a date."""
    overdue: bool = False

    def fields(self, actor: Actor, occurred_at: datetime) -> dict[str, Any]:
        """What every event of this revisit repeats."""
        return {
            **self.matter,
            "attempt": self.attempt,
            "resolved_at": self.resolved_at,
            "actor": actor,
            "occurred_at": occurred_at,
        }


Step = tuple[Revisit, Sequence[Event]]


def plan(
    before: Revisit | None, resolved: IncidentResolved, policies: Policies, now: datetime
) -> Step | None:
    """The revisit of a new resolution; None when this resolution has one already."""
    if before is not None and before.attempt >= resolved.attempt:
        return None
    policy = policies.get(resolved.policy) or next(iter(policies.values()))
    revisit = Revisit(
        **matter_of(resolved),
        attempt=resolved.attempt,
        resolved_at=resolved.occurred_at,
        policy=policy.version,
        answers=tuple(Answer(party) for party in resolved.parties),
        due_at=None if resolved.backfill else now + policy.revisit.due,
    )
    fields = revisit.fields(SYSTEM, resolved.occurred_at)
    return revisit, [RevisitPlanned(**fields, parties=resolved.parties, due_at=revisit.due_at)]


def visit(revisit: Revisit | None, asked: Visit, by: tuple[Actor, datetime], policies: Policies) -> Step:
    """What a party's answer does: a failed one reopens at once, the last one completes. Raises `Refused`."""
    if revisit is None:
        raise Refused("unknown-incident")
    actor, occurred_at = by
    at = next((at for at, one in enumerate(revisit.answers) if one.party.ref == asked.party), None)
    rules = (policies.get(revisit.policy) or next(iter(policies.values()))).revisit
    if revisit.status == "done":
        raise Refused("no-revisit-due")
    if at is None:
        raise Refused("unknown-party")
    before = revisit.answers[at]
    if before.final(rules):
        raise Refused("already-answered")
    if occurred_at < revisit.resolved_at:
        raise Refused("before-the-resolution")
    answer = Answer(before.party, asked.result, before.calls + 1)
    after = replace(revisit, answers=(*revisit.answers[:at], answer, *revisit.answers[at + 1 :]))
    fields = revisit.fields(actor, occurred_at)
    visited = RevisitVisited(
        **fields, party=asked.party, role=before.party.role, means=asked.means, result=asked.result,
        replaces=before.result, calls=answer.calls,
    )  # fmt: skip
    return _completed(after, [visited], fields, rules)


def _completed(revisit: Revisit, events: list[Event], fields: dict[str, Any], rules: RevisitRules) -> Step:
    """Ends the revisit when it has failed, or when no party needs a further call."""
    failed = next(
        (one.result for one in revisit.answers if one.result and bare(one.result) in rules.reopen_on), None
    )
    if failed is not None:
        unasked = tuple(one.party.role for one in revisit.answers if one.result is None)
        done = RevisitCompleted(
            **fields, outcome="relapse", reason=f"reason/1:{bare(failed)}", unasked=unasked
        )
    elif all(one.final(rules) for one in revisit.answers):
        done = RevisitCompleted(
            **fields, outcome=_ending({bare(one.result or "") for one in revisit.answers})
        )
    else:
        return revisit, events
    return replace(revisit, status="done", outcome=done.outcome, due_at=None), [*events, done]


def _ending(results: set[str]) -> Literal["satisfied", "dissatisfied", "unheard"]:
    """Satisfied only when every party said so; a party not heard, or not satisfied, is never hidden."""
    if results == {"satisfied"}:
        return "satisfied"
    return "dissatisfied" if results <= {"satisfied", "dissatisfied"} else "unheard"


def late(revisit: Revisit, due_at: datetime) -> Step:
    """The revisit's date passed: said once, and it stays due."""
    if revisit.status == "done" or revisit.overdue or revisit.due_at != due_at:
        return revisit, []
    overdue: RevisitEvent = RevisitOverdue(**revisit.fields(SYSTEM, due_at), due_at=due_at)
    return replace(revisit, overdue=True), [overdue]
