"""Whose answer is awaited and until when, told step by step beside the incident's own clock. Pure."""

from datetime import datetime

from policy.model import Policy
from policy.telling import MAY_MOVE, Said, Told, fields, local, told
from schemas.referrals import Awaited
from services.routing.away import Away
from services.routing.counted import count_of
from services.routing.incident import Incident

WORDS: dict[Awaited, tuple[str, str]] = {
    "transfer.answer": ("等待部门 {unit} 答复", "The answer of the department {unit} is awaited"),
    "referral.answer": ("等待 {unit} 受理或退回", "{unit} is to accept or return it"),
    "referral.result": ("等待 {unit} 告知结果", "The result of {unit} is awaited"),
}


class Awaiting(Told):
    """An answer that is awaited, and how its time was counted; `due_at` is null for imported history."""

    step: Awaited
    unit: str
    number: int
    due_at: datetime | None
    provisional: bool = False
    """Whether `due_at` was counted through a year whose holidays are not known."""
    zh: str
    en: str


def awaiting(incident: Incident, policy: Policy) -> Awaiting | None:
    """What is out at present."""
    away = incident.away
    if away is None:
        return None
    end = _end(away, policy)
    return Awaiting(
        step=away.step,
        unit=away.unit,
        number=away.number,
        due_at=away.due_at,
        provisional=away.guess is not None,
        zh=end.zh,
        en=end.en,
        **fields(_counted(incident, away, policy, end)),
    )


def _end(away: Away, policy: Policy) -> Said:
    zh, en = (words.format(unit=away.unit) for words in WORDS[away.step])
    if away.due_at is not None:
        at = local(away.due_at, policy.where)
        zh, en = f"{zh}，期限 {at}", f"{en}, until {at}"
    if away.guess is not None:
        zh, en = zh + MAY_MOVE[0], en + MAY_MOVE[1]
    return Said(zh=zh, en=en)


def _counted(incident: Incident, away: Away, policy: Policy, end: Said) -> Told:
    timer = next((one for one in incident.timers if one.step == away.step), None)
    count = None if timer is None else count_of(incident, timer, policy)
    if timer is None or count is None:
        return Told(steps=(end,))
    return told(count, timer.due_at, policy.where, end)
