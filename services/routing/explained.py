"""Until when, and why: the present clock told step by step, in Chinese and English, so that nobody has to trust it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from policy.spans import Due, Where, span_of
from policy.telling import MAY_MOVE, NotCounted, Said, began, by_rule, days, full, local, plain
from schemas.routing import Step
from services.routing.awaited import Awaiting, awaiting
from services.routing.clocks import Policies, reckoned, span_for
from services.routing.incident import Incident, Move
from services.routing.rules import clock_rule
from services.routing.waits import Wait, waits

WhyNot = Literal[
    "imported", "suspended", "linked", "overdue", "nothing-to-do", "handed-over", "policy-not-known"
]
NOT_RUNNING: dict[WhyNot, tuple[str, str]] = {
    "imported": ("历史数据，不计期限", "Imported history has no deadline"),
    "suspended": ("已挂起，期限暂停计算", "It is suspended; the clock stands still"),
    "linked": ("已合并到主件办理，期限暂停计算", "It is handled with its lead; the clock stands still"),
    "overdue": ("期限已过，已提醒", "The time is up, and that was raised"),
    "nothing-to-do": ("已办结，没有待办的环节", "It is handled; no step waits"),
    "handed-over": ("已移交其他层级，期限在那里计算", "It was handed over; the clock runs there"),
    "policy-not-known": ("所依据的规则版本不在本地", "The policy it began with is not at hand"),
}
STEPS: dict[Step, tuple[str, str]] = {"accept": ("接单", "accept"), "handle": ("办理", "handle")}


class Reason(Said):
    """Why no clock runs."""

    reason: WhyNot


class Moved(Said):
    """A pause or a link, its end, or an extension."""

    kind: Literal["suspended", "resumed", "extended", "linked", "unlinked"]
    at: datetime
    reason: str | None
    approver: str | None
    span: str | None


class Explanation(BaseModel):
    """The clock of the present step; `due_at` is null when none runs, and `why_not` says why."""

    incident_id: str
    policy: str
    time_zone: str | None = None
    step: Step | None
    span: str | None = None
    """How long the step may take, as the policy has it."""
    rule: str | None = None
    """The policy version and the place of the rule."""
    began_at: datetime | None
    due_at: datetime | None
    provisional: bool
    why_not: Reason | None
    moves: tuple[Moved, ...]
    not_counted: tuple[NotCounted, ...] = ()
    steps: tuple[Said, ...] = ()
    """The same as sentences, in order."""
    waits: tuple[Wait, ...] = ()
    """What the clock waits for besides: who is asked to take it on, whistles, sessions, the next reminder."""
    awaiting: Awaiting | None = None
    """The answer of a department or a body, awaited by a clock of its own; explained in the same steps."""


def explain(incident: Incident, policies: Policies) -> Explanation:
    """The explanation of an incident's present clock."""
    policy = policies.get(incident.policy)
    due = reckoned(incident, policies) if policy else None
    bare = Explanation(
        incident_id=incident.incident_id,
        policy=incident.policy,
        step=incident.step,
        began_at=incident.clock_from,
        due_at=incident.due_at,
        provisional=incident.provisional,
        why_not=_why_not(incident, known=policy is not None),
        moves=(),
        waits=tuple(waits(incident, policy)) if policy else (),
        awaiting=awaiting(incident, policy) if policy else None,
    )
    if policy is None or due is None or incident.step is None or incident.clock_from is None:
        return bare
    return bare.model_copy(update=_counted(incident, due, policies))


def _counted(incident: Incident, due: Due, policies: Policies) -> dict[str, Any]:
    """How the clock of the present step was counted, and the same as sentences."""
    assert incident.step is not None
    assert incident.clock_from is not None
    policy, span = policies[incident.policy], span_for(incident, incident.step, policies)
    under, where = clock_rule(incident, incident.step, policies), policy.where
    gone = tuple(_days(incident, incident.clock_from, due, policies))
    moves = tuple(_moved(one, where) for one in incident.moves)
    steps = (
        began(incident.clock_from, span, where),
        *by_rule(under),
        *gone,
        *moves,
        _end(incident, due, where),
    )
    return {
        "time_zone": policy.time_zone,
        "span": span.text,
        "rule": under,
        "moves": moves,
        "not_counted": tuple(one for one in gone if isinstance(one, NotCounted)),
        "steps": plain(steps),
    }


def _why_not(incident: Incident, *, known: bool) -> Reason | None:
    """None while a clock runs."""
    if incident.due_at is not None and known:
        return None
    reason: WhyNot = "overdue"
    if not known:
        reason = "policy-not-known"
    elif incident.status == "handed-over":
        reason = "handed-over"
    elif incident.step is None:
        reason = "nothing-to-do"
    elif incident.linked:
        reason = "linked"
    elif incident.suspended_at is not None:
        reason = "suspended"
    elif incident.clock_from is None:
        reason = "imported"
    zh, en = NOT_RUNNING[reason]
    return Reason(reason=reason, zh=zh, en=en)


def _days(incident: Incident, begin: datetime, due: Due, policies: Policies) -> Iterator[Said]:
    """The days that do not count or count unexpectedly, where days are counted at all."""
    assert incident.step is not None
    spans = [
        span_for(incident, incident.step, policies),
        *(span_of(one.span) for one in incident.moves if one.span),
    ]
    if all(isinstance(one.length, timedelta) for one in spans):
        return
    where = policies[incident.policy].where
    still = tuple((where.day(one), where.day(other)) for one, other in _pauses(incident.moves))
    yield from days(begin, due, where, still)
    if not incident.moves:
        yield full(begin, due, where)


def _pauses(moves: tuple[Move, ...]) -> Iterator[tuple[datetime, datetime]]:
    """From when until when the clock stood still; a pause that lasts has no end, and no day to count yet."""
    begin: datetime | None = None
    for move in moves:
        if move.kind in {"suspended", "linked"}:
            begin = move.at
        elif move.kind in {"resumed", "unlinked"} and begin is not None:
            yield begin, move.at


def _moved(move: Move, where: Where) -> Moved:
    zh, en = _words(move, local(move.at, where))
    return Moved(
        kind=move.kind, at=move.at, reason=move.reason, approver=move.approver, span=move.span, zh=zh, en=en
    )


def _words(move: Move, at: str) -> tuple[str, str]:
    zh, en = f"{move.reason}，批准 {move.approver}", f"{move.reason}, approved by {move.approver}"
    match move.kind:
        case "suspended":
            return f"{at} 挂起：{zh}", f"Suspended at {at}: {en}"
        case "resumed":
            return f"{at} 恢复，按剩余期限继续", f"Resumed at {at} with what was left"
        case "linked":
            return f"{at} 合并到主件，期限暂停", f"Linked to its lead at {at}; the clock stands still"
        case "unlinked":
            return f"{at} 撤销合并，按剩余期限继续", f"Unlinked at {at}, with what was left"
        case "extended":
            return f"{at} 延期 {move.span}：{zh}", f"Extended at {at} by {move.span}: {en}"


def _end(incident: Incident, due: Due, where: Where) -> Said:
    assert incident.step is not None
    (zh, en), at = STEPS[incident.step], local(due.at, where)
    if incident.linked:
        return Said(zh=f"合并时应于 {at} 前{zh}", en=f"It stood at: {en} by {at}")
    if incident.suspended_at is not None:
        return Said(zh=f"挂起前应于 {at} 前{zh}", en=f"It stood at: {en} by {at}")
    uncertain = MAY_MOVE if due.provisional else ("", "")
    return Said(zh=f"应于 {at} 前{zh}{uncertain[0]}", en=f"To {en} by {at}{uncertain[1]}")
