"""Until when others are waited for, step by step: who is asked or called, sessions, the next reminder. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from policy.model import Policy
from policy.telling import MAY_MOVE, Said, Told, fields, local, told
from services.routing.counted import count_of, held_by, session_of
from services.routing.incident import Incident, Timer
from services.routing.sessions import Session

EXPECTED: dict[str, tuple[str, str]] = {
    "acknowledge": ("前响应", "is to acknowledge by"),
    "arrive": ("前到场", "is to arrive by"),
    "support": ("前提供支援", "is to give support by"),
    "result": ("前反馈结果", "is to report a result by"),
    "unresponsive": ("仍未响应，记为无响应", "is recorded as unresponsive, if still silent, at"),
}
Local = Callable[[datetime], str]
"""How a moment is written there."""


class Wait(Told):
    """Something the clock waits for besides the present step, by the name of its timer, and how that was counted."""

    step: str
    due_at: datetime
    provisional: bool = False
    """Whether `due_at` was counted through a year whose holidays are not known."""
    zh: str
    en: str


def waits(incident: Incident, policy: Policy) -> Iterator[Wait]:
    """All of them: the alarm, the assignee, whistles, sessions, the reminder; of each kind the next one first."""
    for kind, words in TELL.items():
        for timer in sorted(one for one in incident.timers if one.step.partition(":")[0] == kind):
            end = _end(words(incident, timer, partial(local, where=policy.where)), timer)
            yield Wait(
                step=timer.step,
                due_at=timer.due_at,
                provisional=timer.guess is not None,
                zh=end.zh,
                en=end.en,
                **fields(_counted(incident, timer, policy, end)),
            )


def _end(words: tuple[str, str], timer: Timer) -> Said:
    maybe = MAY_MOVE if timer.guess is not None else ("", "")
    return Said(zh=words[0] + maybe[0], en=words[1] + maybe[1])


def _counted(incident: Incident, timer: Timer, policy: Policy, end: Said) -> Told:
    """Step by step; of a session first how late it may be set for."""
    count = count_of(incident, timer, policy)
    if count is None:
        return Told(steps=(end,))
    result = told(count, timer.due_at, policy.where, end)
    if timer.step.startswith("session:"):
        latest = _latest(incident, session_of(incident, int(timer.step.split(":")[1])), policy)
        return result.model_copy(update={"steps": (*latest, *result.steps)})
    return result


def _latest(incident: Incident, session: Session, policy: Policy) -> tuple[Said, ...]:
    if session.held_by is None:
        return ()
    at = local(session.held_by, policy.where)
    end = Said(zh=f"会期最迟可定于 {at}", en=f"It may be set for {at} at the latest")
    return told(held_by(incident, session, policy), session.held_by, policy.where, end).steps


def _alarm(incident: Incident, timer: Timer, local: Local) -> tuple[str, str]:
    """A time that passed before that was kept is not known here, and is said at once."""
    missed = incident.missed
    if missed is None:
        return "期限已过，即将再次提醒", "Overdue; that is about to be said again"
    since, at = local(missed.deadline), local(timer.due_at)
    return (
        f"期限 {since} 已过，已提醒 {missed.said} 次；至 {at} 仍未办理，再次提醒",
        f"Overdue since {since}, said {missed.said} times; if not done by {at}, it is said again",
    )


def _assignee(incident: Incident, timer: Timer, local: Local) -> tuple[str, str]:
    at = local(timer.due_at)
    return (
        f"指派：{incident.assignee} 应于 {at} 前认领或拒接",
        f"Assigned: {incident.assignee} is to take it on or decline by {at}",
    )


def _participant(incident: Incident, timer: Timer, local: Local) -> tuple[str, str]:
    _, number, name, what = timer.step.split(":")
    whistle = next(one for one in incident.whistles if one.number == int(number))
    one = whistle.participant(name)
    assert one is not None
    (zh, en), at = EXPECTED[what], local(timer.due_at)
    by = "应于" if what != "unresponsive" else "至"
    return (
        f"吹哨 {number}：{one.role}（{name}）{by} {at} {zh}",
        f"Whistle {number}: {one.role} ({name}) {en} {at}",
    )


def _session(incident: Incident, timer: Timer, local: Local) -> tuple[str, str]:
    number = int(timer.step.split(":")[1])
    session = session_of(incident, number)
    at, then = local(session.at), local(timer.due_at)
    return (
        f"联合调解 {number}：定于 {at} 召开，至 {then} 仍无结果，记为未召开",
        f"Session {number}: to be held at {at}; recorded as missed at {then}, if nobody reports on it",
    )


def _reminder(incident: Incident, timer: Timer, local: Local) -> tuple[str, str]:
    at = local(timer.due_at)
    return f"挂牌督办：{at} 催办 {incident.leader}", f"Listed: {incident.leader} reminds of it at {at}"


TELL: dict[str, Callable[[Incident, Timer, Local], tuple[str, str]]] = {
    "alarm": _alarm,
    "answer": _assignee,
    "whistle": _participant,
    "session": _session,
    "remind": _reminder,
}
