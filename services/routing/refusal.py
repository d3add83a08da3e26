"""When the rules say no: one word per reason, the same over HTTP and as an event."""

from typing import Literal

Reason = Literal[
    "unknown-incident",
    "unknown-action",
    "already-accepted",
    "not-accepted",
    "not-open",
    "already-resolved",
    "closed",
    "top-tier",
    "skip-not-allowed",
    "nowhere-to-return",
    "before-the-report",
    "suspended",
    "already-suspended",
    "not-suspended",
    "no-clock",
    "time-is-up",
    "reason-not-allowed",
    "approver-is-actor",
    "same-severity",
    "already-listed",
    "not-listed",
    "same-leader",
    "not-finished",
    "handler-strikes-off",
]

SENTENCES: dict[Reason, tuple[str, str]] = {
    "unknown-incident": ("没有这个事件", "No such incident"),
    "unknown-action": (
        "主办层级的程序版本尚不认识该操作",
        "The owner's version of the software does not know this action yet",
    ),
    "already-accepted": ("已经接单", "It has been accepted already"),
    "not-accepted": ("尚未接单，请先接单", "It is not accepted yet; accept it first"),
    "not-open": ("当前状态不能这样处理", "Its state does not allow this"),
    "already-resolved": ("已经化解，正在回访", "It is resolved and waits for its revisit"),
    "closed": ("已经销号", "It is closed"),
    "top-tier": ("县级之上没有上级", "There is no tier above the county"),
    "skip-not-allowed": ("不允许越级上报", "The policy does not allow skipping a tier"),
    "nowhere-to-return": (
        "不是由其他层级移交，无处可退",
        "No tier handed it over, so there is none to return it to",
    ),
    "before-the-report": ("时间早于受理时间", "This cannot have happened before the report"),
    "suspended": ("已挂起，请先恢复", "It is suspended; resume it first"),
    "already-suspended": ("已经挂起", "It is suspended already"),
    "not-suspended": ("没有挂起", "It is not suspended"),
    "no-clock": ("没有办理期限", "It has no deadline"),
    "time-is-up": (
        "期限已过，不能再挂起或延期",
        "Its time is up; a clock is stopped or extended before that",
    ),
    "reason-not-allowed": ("事由不在规定之列", "The policy does not know this reason for it"),
    "approver-is-actor": (
        "经办人须具名，且不能由本人批准",
        "Whoever asks must be named, and somebody else must approve",
    ),
    "same-severity": ("与现有严重程度相同", "It has this severity already"),
    "already-listed": ("已经挂牌督办", "It is listed already"),
    "not-listed": ("没有挂牌督办", "It is not listed"),
    "same-leader": ("包案领导没有变化", "This leader owns the case already"),
    "not-finished": ("尚未办结，不能摘牌", "It is struck off only when the matter is finished"),
    "handler-strikes-off": (
        "须由承办人以外的具名人员摘牌",
        "Somebody who is named, and did not handle the matter, must strike it off",
    ),
}


class Refused(Exception):
    """A business refusal: a fact, not a failure; nothing changes."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
