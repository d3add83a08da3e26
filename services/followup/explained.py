"""Until when, and why: rounds of a revisit and support plans told step by step, in Chinese and English. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from policy.model import Policy
from policy.spans import span_of
from policy.telling import Count, Said, Told, fields, local, told
from services.followup.state import Policies, Revisit

WhyNot = Literal["imported", "done"]
NOT_DUE: dict[WhyNot, tuple[str, str]] = {
    "imported": ("历史数据，回访不计期限", "Imported history is revisited without a date"),
    "done": ("各轮回访均已完成", "All its rounds are over"),
}


class Reason(Said):
    """Why no round is due."""

    reason: WhyNot


class Deadline(Told):
    """A time of it, and how that was counted: a round of the revisit, or the end of a support plan."""

    step: Literal["revisit", "support-plan"]
    number: int
    """Which round, or which plan."""
    due_at: datetime
    overdue: bool = False


class Explanation(BaseModel):
    """Every time that is still to come, or has passed and is waited for; `why_not` where no round is due."""

    incident_id: str
    policy: str
    time_zone: str
    deadlines: tuple[Deadline, ...]
    why_not: Reason | None


def explain(revisit: Revisit, policies: Policies) -> Explanation:
    """The explanation of a revisit's times; where the policy it was planned by is not at hand, without how."""
    policy = policies.get(revisit.policy) or next(iter(policies.values()))
    return Explanation(
        incident_id=revisit.incident_id,
        policy=revisit.policy,
        time_zone=policy.time_zone,
        deadlines=(*_rounds(revisit, policy), *_plans(revisit, policy)),
        why_not=_why_not(revisit),
    )


def _why_not(revisit: Revisit) -> Reason | None:
    if revisit.due_at is not None:
        return None
    reason: WhyNot = "done" if revisit.status == "done" else "imported"
    zh, en = NOT_DUE[reason]
    return Reason(reason=reason, zh=zh, en=en)


def _rounds(revisit: Revisit, policy: Policy) -> Iterator[Deadline]:
    """All of them are counted from when the revisit was planned; the last dates of the plan are those that are left."""
    if revisit.due_at is None:
        return
    dates = (revisit.due_at, *revisit.later)
    counts = tuple(_counts(revisit, policy))[-len(dates) :]
    for at, due_at in enumerate(dates):
        end = _end(revisit.round + at, due_at, policy)
        how = told(counts[at], due_at, policy.where, end) if counts else Told(steps=(end,))
        yield Deadline(
            step="revisit",
            number=revisit.round + at,
            due_at=due_at,
            overdue=revisit.overdue and not at,
            **fields(how),
        )


def _counts(revisit: Revisit, policy: Policy) -> Iterator[Count]:
    """How every round of the plan is counted; when it was planned follows from its date, it is time that passes."""
    if policy.version != revisit.policy:
        return
    severity = policy.severity(revisit.severity)
    for at, after in enumerate(policy.revisit.rounds(severity)):
        place = f"plans.{severity}.{at}" if severity in policy.revisit.plans else "due"
        yield Count(None, (span_of(after),), f"{policy.version} revisit.{place}")


def _end(number: int, due_at: datetime, policy: Policy) -> Said:
    at = local(due_at, policy.where)
    return Said(zh=f"第 {number} 轮回访应于 {at} 前完成", en=f"Round {number} is to be held by {at}")


def _plans(revisit: Revisit, policy: Policy) -> Iterator[Deadline]:
    """A person set its end; no rule counts it."""
    for one in revisit.plans:
        at = local(one.until, policy.where)
        said = Said(
            zh=f"帮扶 {one.number}（{one.party.ref}）由制定人定于 {at} 结束，届时自动终止",
            en=f"Support plan {one.number} ({one.party.ref}) ends by itself at {at}, as whoever began it has set",
        )
        yield Deadline(step="support-plan", number=one.number, due_at=one.until, steps=(said,))
