"""Whose answer is awaited and until when, told in both languages beside the incident's own clock. Pure."""

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel

from schemas.referrals import Awaited
from services.routing.away import Away
from services.routing.guesses import MAY_MOVE

WORDS: dict[Awaited, tuple[str, str]] = {
    "transfer.answer": ("等待部门 {unit} 答复", "The answer of the department {unit} is awaited"),
    "referral.answer": ("等待 {unit} 受理或退回", "{unit} is to accept or return it"),
    "referral.result": ("等待 {unit} 告知结果", "The result of {unit} is awaited"),
}


class Awaiting(BaseModel):
    """An answer that is awaited; `due_at` is null for imported history."""

    step: Awaited
    unit: str
    number: int
    due_at: datetime | None
    provisional: bool = False
    """Whether `due_at` was counted through a year whose holidays are not known."""
    zh: str
    en: str


def awaiting(away: Away | None, local: Callable[[datetime], str]) -> Awaiting | None:
    """What is out at present; `local` writes a moment as people there do."""
    if away is None:
        return None
    zh, en = (words.format(unit=away.unit) for words in WORDS[away.step])
    if away.due_at is not None:
        zh, en = f"{zh}，期限 {local(away.due_at)}", f"{en}, until {local(away.due_at)}"
    if away.guess is not None:
        zh, en = zh + MAY_MOVE[0], en + MAY_MOVE[1]
    fields = {"number": away.number, "due_at": away.due_at, "provisional": away.guess is not None}
    return Awaiting(step=away.step, unit=away.unit, zh=zh, en=en, **fields)
