"""The words in which two lives are compared, Chinese first: steps, tiers, roles, refusals, moments."""

from datetime import datetime
from functools import cache

from schemas.codes import CodeList, bare, load
from services.routing.refusal import SENTENCES
from services.routing.words import DETAILS, EVENTS, TIERS

Kind = tuple[str, str]
"""What is different, in Chinese and English."""
Difference = tuple[Kind, str]
"""What, and how in this case."""
NOBODY = "无 nobody"
STEPS: dict[str, tuple[str, str]] = {
    "accept": DETAILS["accept"],
    "handle": DETAILS["handle"],
    "answer": ("认领期限", "to take or decline"),
    "transfer.answer": ("部门答复期限", "a department to answer"),
    "referral.answer": ("分流单位答复期限", "a body to answer"),
    "referral.result": ("分流结果期限", "a body to tell the result"),
    "revisit": ("回访期限", "to revisit"),
}
"""Everything with a deadline that a life is compared by."""
RESPONSES: dict[str, tuple[str, str]] = {
    "acknowledge": ("吹哨响应期限", "whistle: to acknowledge"),
    "arrive": ("吹哨到场期限", "whistle: to arrive"),
    "support": ("吹哨支援期限", "whistle: to support"),
    "result": ("吹哨反馈期限", "whistle: to report the result"),
}


@cache
def _codes() -> dict[str, CodeList]:
    return load()


def at(moment: datetime | None) -> str:
    """A moment as it is read here, with seconds where there are any."""
    if moment is None:
        return "—"
    there = moment.astimezone()
    return f"{there:%Y-%m-%d %H:%M:%S}" if there.second else f"{there:%Y-%m-%d %H:%M}"


def tier(one: str | None) -> str:
    """A tier by its names."""
    return " ".join(TIERS[one]) if one in TIERS else "—"


def event(kind: str) -> str:
    """What happened."""
    return " ".join(EVENTS.get(kind, (kind,)))


def refusal(reason: str) -> str:
    """Why the rules say no."""
    return " ".join(dict(SENTENCES.items()).get(reason, (reason,)))  # type: ignore[call-overload] # a word of ours


def role(code: str) -> str:
    """Whoever is asked or called, by role; one that is in no list stays as it was written."""
    said = _codes()["contact-role/1"].codes.get(bare(code))
    return " ".join(said) if said else code


def moved(step: Kind, was: datetime, now: datetime) -> Kind:
    """A deadline that comes earlier, or later."""
    zh, en = step
    return (f"{zh}提前", f"{en}: earlier") if now < was else (f"{zh}推后", f"{en}: later")


def not_allowed(kind: str, reason: str) -> Difference:
    """Something that was done and would be refused."""
    return ("不再允许的处理", "no longer allowed"), f"{event(kind)}: {refusal(reason)}"
