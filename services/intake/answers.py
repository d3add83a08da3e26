"""How intake's door says no: the same words at every address and for an item of a batch, naming what it says no to."""

from http import HTTPStatus
from typing import Literal

from doors.gate import within, yours
from doors.problems import Problem
from services.intake.report import NotAccepted, NumberKnown, unknown_area

Thing = Literal["report", "action", "activity", "declaration"]
CALLED: dict[Thing, str] = {"report": "上报", "action": "操作", "activity": "活动", "declaration": "申报"}
WORDS = {
    "unknown-area": ("区划代码不在名录中", "its area is not in the registry"),
    "future": ("时间在将来", "it lies in the future"),
    "unknown-code": ("存在未知代码", "some of its codes are not in the lists in force"),
    "id-reused": ("编号已用于其他内容", "its id was used for something else"),
    "erased": ("该编号的内容已删除，不再受理", "what its id names was erased since"),
    "unknown-report": ("所指的上报未被受理", "the report it is about was not accepted"),
    "invalid": ("部分字段不符合要求", "some of its fields cannot be used"),
}


def check_yours(area: str) -> None:
    """What is for an area that is not the caller's is for one that does not exist. Raises `NotAccepted`."""
    within()
    if not yours(area):
        raise unknown_area()


def problem_of(error: NotAccepted, thing: Thing) -> Problem:
    """What is not accepted, which of its fields are wrong, and why."""
    if isinstance(error, NumberKnown):
        known = error.incident_id
        en = (
            f"The source has reported this matter before: {known}."
            if known
            else "The source's number is used."
        )
        zh = f"该来源编号已受理，对应事件 {known}" if known else "该来源编号已受理"
        return Problem(409, error.kind, en, zh=zh, fields=error.fields)
    zh, en = WORDS[error.kind]
    status = HTTPStatus.GONE if error.kind == "erased" else HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(
        status, error.kind, f"The {thing} cannot be accepted: {en}.", zh=f"{CALLED[thing]}未受理：{zh}",
        fields=error.fields,
    )  # fmt: skip
