"""When the rules of followup say no: one word per reason, the same over HTTP and as an event."""

from typing import Literal

from schemas.offline import Differences

Reason = Literal[
    "unknown-incident",
    "unknown-action",
    "unknown-basis",
    "changed-meanwhile",
    "no-revisit-due",
    "unknown-party",
    "already-answered",
    "before-the-resolution",
    "round-not-open",
    "same-counselling",
    "imported-history",
    "support-plan-open",
    "no-support-plan",
    "until-passed",
    "support-too-long",
]

SENTENCES: dict[Reason, tuple[str, str]] = {
    "unknown-incident": ("没有这个事件的回访", "No revisit of such an incident"),
    "unknown-action": (
        "主办层级的程序版本尚不认识该操作",
        "The owner's version of the software does not know this action yet",
    ),
    "unknown-basis": (
        "所依据的字段不在可比对之列",
        "It is based on a field that cannot be compared; known: status, attempt, result, counselling",
    ),
    "changed-meanwhile": (
        "所依据的内容已被他人更改，未作改动",
        "Somebody has changed what it was based on; nothing was overwritten",
    ),
    "no-revisit-due": ("本次回访已经完成", "This revisit is done"),
    "unknown-party": ("没有这一方当事人", "No such party in this matter"),
    "already-answered": ("该当事人已有回访结果", "This party has answered already"),
    "before-the-resolution": ("时间早于化解时间", "This cannot have happened before the resolution"),
    "round-not-open": ("未到本轮回访时间", "It is too early for this round"),
    "same-counselling": ("与已登记的疏导情况相同", "This is what is recorded of the counselling already"),
    "imported-history": ("历史导入事件不能制定帮扶", "Imported history gets no support plan"),
    "support-plan-open": ("该当事人已有帮扶", "A support plan of this party runs already"),
    "no-support-plan": ("该当事人没有帮扶", "No support plan of this party runs"),
    "until-passed": ("截止时间已过", "Its end is in the past"),
    "support-too-long": ("超过最长帮扶期限", "It would last longer than the policy allows"),
}


class Refused(Exception):
    """A business refusal: a fact, not a failure; nothing changes."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.conflicts: Differences = ()


class Conflict(Refused):
    """Somebody has changed meanwhile what an action was based on."""

    def __init__(self, conflicts: Differences) -> None:
        super().__init__("changed-meanwhile")
        self.conflicts = conflicts
