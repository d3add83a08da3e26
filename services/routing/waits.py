"""Until when others are waited for, in sentences: participants of whistles, sessions of joint mediation. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime

from pydantic import BaseModel

from services.routing import sessions, whistles
from services.routing.incident import Incident

EXPECTED: dict[str, tuple[str, str]] = {
    "acknowledge": ("前响应", "is to acknowledge by"),
    "arrive": ("前到场", "is to arrive by"),
    "support": ("前提供支援", "is to give support by"),
    "result": ("前反馈结果", "is to report a result by"),
    "unresponsive": ("仍未响应，记为无响应", "is recorded as unresponsive, if still silent, at"),
}
Local = Callable[[datetime], str]
"""How a moment is written there."""


class Wait(BaseModel):
    """Something the clock waits for besides the present step, by the name of its timer."""

    step: str
    due_at: datetime
    zh: str
    en: str


def waits(incident: Incident, local: Local) -> Iterator[Wait]:
    """All of them, the next one first."""
    for due_at, step in sorted(whistles.timers(incident.whistles)):
        yield _participant(incident, due_at, step, local)
    for due_at, step in sorted(sessions.timers(incident.sessions)):
        yield _session(incident, due_at, step, local)


def _participant(incident: Incident, due_at: datetime, step: str, local: Local) -> Wait:
    _, number, name, what = step.split(":")
    whistle = next(one for one in incident.whistles if one.number == int(number))
    one = whistle.participant(name)
    assert one is not None
    zh, en = EXPECTED[what]
    by = "应于" if what != "unresponsive" else "至"
    return Wait(
        step=step,
        due_at=due_at,
        zh=f"吹哨 {number}：{one.role}（{name}）{by} {local(due_at)} {zh}",
        en=f"Whistle {number}: {one.role} ({name}) {en} {local(due_at)}",
    )


def _session(incident: Incident, due_at: datetime, step: str, local: Local) -> Wait:
    number = int(step.split(":")[1])
    session = next(one for one in incident.sessions if one.number == number)
    at, then = local(session.at), local(due_at)
    return Wait(
        step=step,
        due_at=due_at,
        zh=f"联合调解 {number}：定于 {at} 召开，至 {then} 仍无结果，记为未召开",
        en=f"Session {number}: to be held at {at}; recorded as missed at {then}, if nobody reports on it",
    )
