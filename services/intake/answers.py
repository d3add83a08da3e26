"""How intake's door says no: the same words for a report, an activity and an item of a batch."""

from doors.problems import Problem
from services.intake.report import NotAccepted, NumberKnown

WORDS = {
    "unknown-area": "区划代码不在名录中",
    "future": "时间在将来",
    "unknown-code": "存在未知代码",
    "id-reused": "编号已用于其他内容",
    "unknown-report": "所指的上报未被受理",
}


def problem_of(error: NotAccepted) -> Problem:
    """Which fields are wrong, and why."""
    if isinstance(error, NumberKnown):
        en = f"The source has reported this matter before: {error.incident_id}."
        return Problem(
            409, error.kind, en, zh=f"该来源编号已受理，对应事件 {error.incident_id}", fields=error.fields
        )
    zh = WORDS.get(error.kind, "")
    return Problem(422, error.kind, "The report cannot be accepted as it is.", zh=zh, fields=error.fields)
