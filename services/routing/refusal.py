"""When the rules say no: one word per reason, the same over HTTP and as an event."""

from typing import Literal

from schemas.offline import Differences

Reason = Literal[
    "unknown-incident",
    "unknown-action",
    "unknown-basis",
    "changed-meanwhile",
    "already-accepted",
    "not-accepted",
    "not-open",
    "already-resolved",
    "closed",
    "top-tier",
    "absent-tier",
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
    "own-origin",
    "same-origin",
    "already-listed",
    "not-listed",
    "same-leader",
    "not-finished",
    "handler-strikes-off",
    "unknown-whistle",
    "whistle-open",
    "whistle-over",
    "nobody-to-call",
    "called-twice",
    "unknown-ring",
    "unknown-participant",
    "participant-done",
    "out-of-turn",
    "before-the-step",
    "approver-is-participant",
    "unknown-session",
    "session-open",
    "session-over",
    "session-in-the-past",
    "session-too-late",
    "session-not-yet",
    "no-session-held",
    "no-agreement",
    "confirmed-already",
    "out-of-hand",
    "nothing-is-out",
    "opened-already",
    "answer-out-of-turn",
    "another-referral",
    "no-source",
    "returned-to-source",
    "linked",
    "already-linked",
    "not-linked",
    "not-proposed",
    "unknown-lead",
    "same-incident",
    "lead-elsewhere",
    "lead-is-linked",
    "lead-closed",
    "has-duplicates",
    "too-many-duplicates",
    "still-called",
    "unknown-contact",
    "not-the-assignee",
    "already-taken",
]

SENTENCES: dict[Reason, tuple[str, str]] = {
    "unknown-incident": ("没有这个事件", "No such incident"),
    "unknown-action": (
        "主办层级的程序版本尚不认识该操作",
        "The owner's version of the software does not know this action yet",
    ),
    "unknown-basis": (
        "所依据的字段不在可比对之列",
        "Its basis cannot be compared; known: status, owner, assignee, severity, leader, origin, session_at",
    ),
    "changed-meanwhile": (
        "所依据的内容已被他人更改，未作改动",
        "Somebody has changed what it was based on; nothing was overwritten",
    ),
    "already-accepted": ("已经接单", "It has been accepted already"),
    "not-accepted": ("尚未接单，请先接单", "It is not accepted yet; accept it first"),
    "not-open": ("当前状态不能这样处理", "Its state does not allow this"),
    "already-resolved": ("已经化解，正在回访", "It is resolved and waits for its revisit"),
    "closed": ("已经销号", "It is closed"),
    "top-tier": ("县级之上没有上级", "There is no tier above the county"),
    "absent-tier": ("本县没有设这一层级的中心", "This county has no centre at that tier"),
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
        "经办人和批准人须具名，且不能由本人批准",
        "Whoever asks must be named, and somebody else who is named must approve",
    ),
    "same-severity": ("与现有严重程度相同", "It has this severity already"),
    "own-origin": ("事件不能由自身衍生", "It cannot derive from itself"),
    "same-origin": ("已关联该原事件", "It is linked to this origin already"),
    "already-listed": ("已经挂牌督办", "It is listed already"),
    "not-listed": ("没有挂牌督办", "It is not listed"),
    "same-leader": ("包案领导没有变化", "This leader owns the case already"),
    "not-finished": ("尚未办结，不能摘牌", "It is struck off only when the matter is finished"),
    "handler-strikes-off": (
        "须由承办人以外的具名人员摘牌",
        "Somebody who is named, and did not handle the matter, must strike it off",
    ),
    "unknown-whistle": ("没有这次吹哨", "No such whistle"),
    "whistle-open": (
        "吹哨尚未结束，不能办结",
        "A whistle is still open; nothing is resolved before it has ended",
    ),
    "whistle-over": ("这次吹哨已经结束", "The whistle has ended"),
    "nobody-to-call": (
        "规则未规定应吹哨的对象，请指明",
        "The policy calls nobody for such a matter; name somebody",
    ),
    "called-twice": ("同一对象被点名两次", "The same participant is named twice"),
    "unknown-ring": ("规则中没有这个响应圈", "The policy has no such ring"),
    "unknown-participant": ("没有这个参与方", "No such participant"),
    "participant-done": (
        "该参与方已反馈、免到、无响应或已取消",
        "The participant has reported, was excused, did not respond, or was called off",
    ),
    "out-of-turn": ("请先完成前面的环节", "It is another step's turn"),
    "before-the-step": ("时间早于上一环节", "This cannot have happened before the step before it"),
    "approver-is-participant": (
        "免到须由参与方以外的具名人员批准",
        "Somebody who is named and is not the participant must approve",
    ),
    "unknown-session": ("没有这场调解", "No such session"),
    "session-open": (
        "还有调解会待召开，请先召开或取消",
        "A session is still to be held; hold or cancel it first",
    ),
    "session-over": ("这场调解已召开、错过或取消", "The session was held, missed or cancelled"),
    "session-in-the-past": ("召开时间早于召集时间", "A session is not called for a time that has passed"),
    "session-too-late": ("召开时间超出规定期限", "The policy wants it held earlier"),
    "session-not-yet": ("还没到召开时间", "Its time has not come yet"),
    "no-session-held": ("尚未召开联合调解", "No session of joint mediation was held"),
    "no-agreement": ("没有达成协议", "No agreement was reached"),
    "confirmed-already": ("司法确认结果已经登记", "The court's answer is known already"),
    "out-of-hand": (
        "已移交或分流，请先收回或等待答复",
        "It is with a department or a body; recall it, or wait for the answer",
    ),
    "nothing-is-out": ("没有正在移交或分流", "Nothing of it is with a department or a body"),
    "opened-already": ("对方已经开始办理，不能收回", "The other side has opened it; it cannot be recalled"),
    "answer-out-of-turn": ("现阶段不能这样答复", "This cannot be answered at this stage"),
    "another-referral": (
        "答复的不是当前这一次移交或分流",
        "The answer is about another transfer or referral",
    ),
    "no-source": ("不是由其他单位移送，无来源可退", "No body sent it here, so there is none to return it to"),
    "returned-to-source": ("已退回来源单位", "It went back to its source"),
    "linked": (
        "已合并到主件办理；如非同一事项，请先撤销合并",
        "It is handled with its lead; unlink it first if it is another matter",
    ),
    "already-linked": ("已经合并到主件", "It is linked to a lead already"),
    "not-linked": ("没有合并到其他事件", "It is not linked to a lead"),
    "not-proposed": ("没有这条合并建议", "Nobody proposed that one"),
    "unknown-lead": ("本级没有这个主件", "This tier has no such lead"),
    "same-incident": ("不能与自身合并", "An incident is no duplicate of itself"),
    "lead-elsewhere": ("主件已移交其他层级", "The lead was handed to another tier"),
    "lead-is-linked": (
        "主件本身已合并到另一件，请合并到那一件",
        "The lead is linked itself; link to its lead",
    ),
    "lead-closed": ("主件已办结", "The lead is closed"),
    "has-duplicates": ("有其他事件合并在本件之下，请先撤销", "Others are linked to it; unlink them first"),
    "too-many-duplicates": ("合并件数已达上限", "As many are linked to the lead as the policy allows"),
    "still-called": (
        "仍有未完结的吹哨、移送或督办，请先办结；督办件只能并入同在督办的主件",
        "Something else runs in it, such as a whistle or a referral; end that first; if it is listed, list its lead",
    ),
    "unknown-contact": (
        "联系人名册中没有此人或单位",
        "The registry of contacts does not know this reference",
    ),
    "not-the-assignee": ("只有被指派的人可以认领或拒接", "Only who it is assigned to takes it or declines"),
    "already-taken": ("已经认领", "It has been taken on already"),
}


class Refused(Exception):
    """A business refusal: a fact, not a failure; nothing changes."""

    def __init__(self, reason: Reason, about: str | None = None) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.about = about
        """What it is about, such as `whistle:1`; an opaque name or a code."""
        self.conflicts: Differences = ()


class Conflict(Refused):
    """Somebody has changed meanwhile what an action was based on."""

    def __init__(self, conflicts: Differences) -> None:
        super().__init__("changed-meanwhile")
        self.conflicts = conflicts
