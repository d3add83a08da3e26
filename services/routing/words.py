"""What is stored as a word of ours, said to people: Chinese first, English second. Pure."""

from schemas.codes import CodeList, of_kind
from schemas.followup import ROUNDS

EVENTS: dict[str, tuple[str, str]] = {
    "incident.opened.v1": ("待接单", "Opened"),
    "incident.accepted.v1": ("接单", "Accepted"),
    "incident.assigned.v1": ("指派承办", "Assigned"),
    "incident.triaged.v1": ("改判严重程度", "Severity judged anew"),
    "incident.escalated.v1": ("上报", "Escalated"),
    "incident.returned.v1": ("退回", "Returned"),
    "incident.suspended.v1": ("挂起", "Suspended"),
    "incident.resumed.v1": ("恢复", "Resumed"),
    "incident.extended.v1": ("延期", "Extended"),
    "incident.clock-moved.v1": ("期限重算", "Deadline counted again"),
    "incident.wait-moved.v1": ("等待期限重算", "Awaited time counted again"),
    "incident.overdue.v1": ("超期", "Overdue"),
    "incident.still-overdue.v1": ("仍超期，再次提醒", "Still overdue, said again"),
    "incident.resolved.v1": ("化解", "Resolved"),
    "incident.reopened.v1": ("反弹，重新办理", "Reopened"),
    "incident.closed.v1": ("销号", "Closed"),
    "incident.listed.v1": ("挂牌督办", "Listed"),
    "incident.reminded.v1": ("催办", "Reminded"),
    "incident.leader-changed.v1": ("明确包案领导", "Leader named"),
    "incident.struck-off.v1": ("办结摘牌", "Struck off the list"),
    "whistle.blown.v1": ("吹哨", "Whistle blown"),
    "whistle.acknowledged.v1": ("响应", "Acknowledged"),
    "whistle.arrived.v1": ("到场", "Arrived"),
    "whistle.supported.v1": ("支援", "Supported"),
    "whistle.reported.v1": ("反馈结果", "Result reported"),
    "whistle.excused.v1": ("准予缺席", "Excused"),
    "whistle.overdue.v1": ("响应超时", "A participant is late"),
    "whistle.unresponsive.v1": ("未响应", "Unresponsive"),
    "whistle.ended.v1": ("吹哨结束", "Whistle ended"),
    "whistle.called-off.v1": ("吹哨取消", "Whistle called off"),
    "mediation.called.v1": ("召集联合调解", "Joint mediation called"),
    "mediation.adjourned.v1": ("联合调解改期", "Joint mediation adjourned"),
    "mediation.held.v1": ("召开联合调解", "Joint mediation held"),
    "mediation.missed.v1": ("联合调解未开", "Joint mediation missed"),
    "mediation.cancelled.v1": ("联合调解取消", "Joint mediation cancelled"),
    "mediation.confirmed.v1": ("司法确认", "Confirmed by a court"),
    "incident.transferred.v1": ("移交部门", "Transferred to a department"),
    "incident.referred.v1": ("分流外转", "Referred out"),
    "incident.returned-to-source.v1": ("退回来源单位", "Returned to its source"),
    "referral.opened.v1": ("对方已开始审查", "Opened by the other side"),
    "referral.accepted.v1": ("对方已受理", "Taken by the other side"),
    "referral.returned.v1": ("对方已退回", "Given back by the other side"),
    "referral.concluded.v1": ("对方已告知结果", "Concluded by the other side"),
    "referral.recalled.v1": ("收回", "Recalled"),
    "referral.overdue.v1": ("对方逾期未答复", "The other side is late"),
    "referral.answered.v1": ("已答复来源单位", "Source answered"),
    "incident.taken.v1": ("承办人接受", "Taken by its assignee"),
    "incident.declined.v1": ("承办人推辞", "Declined by its assignee"),
    "incident.unclaimed.v1": ("无人承接", "Nobody takes it"),
    "incident.unanswered.v1": ("承办人未答复", "Its assignee does not answer"),
    "incident.origin-linked.v1": ("关联原事件", "Linked to what it derives from"),
    "duplicate.proposed.v1": ("提示可能重复", "Proposed as a duplicate"),
    "duplicate.dismissed.v1": ("判定为不同事件", "Judged to be another matter"),
    "incident.linked.v1": ("并入主事件", "Linked to its lead"),
    "incident.unlinked.v1": ("解除合并", "Unlinked"),
    "incident.joined.v1": ("有事件并入", "Another was linked to it"),
    "incident.parted.v1": ("并入事件已分出", "Another was unlinked from it"),
    "revisit.visited.v1": ("回访", "Revisited"),
    "revisit.overdue.v1": ("回访超期", "Revisit overdue"),
    "revisit.completed.v1": ("回访结束", "Revisit completed"),
    "round.planned.v1": ("安排跟踪回访", "Later round planned"),
    "round.visited.v1": ("跟踪回访", "Revisited in a later round"),
    "round.overdue.v1": ("跟踪回访超期", "Later round overdue"),
    "round.completed.v1": ("跟踪回访结束", "Later round completed"),
    "counselling.recorded.v1": ("心理疏导", "Counselling"),
    "support-plan.started.v1": ("启动帮扶", "Support plan started"),
    "support-plan.step-recorded.v1": ("帮扶措施", "Step of a support plan"),
    "support-plan.ended.v1": ("帮扶结束", "Support plan ended"),
}
TIERS: dict[str, tuple[str, str]] = {
    "village": ("村(社区)", "village"),
    "town": ("镇(街道)", "town"),
    "county": ("县", "county"),
}
STATES: dict[str, tuple[str, str]] = {
    "open": ("待接单", "open"),
    "accepted": ("办理中", "in handling"),
    "resolved": ("已化解，待回访", "resolved"),
    "closed": ("已销号", "closed"),
    "handed-over": ("已移交", "handed over"),
    "returned-to-source": ("已退回来源单位", "returned to its source"),
}
DETAILS: dict[str, tuple[str, str]] = {
    "accept": ("接单期限", "to accept"),
    "handle": ("办理期限", "to handle"),
    "person": ("人工决定", "by a person"),
    "deadline": ("逾期", "by a deadline"),
    "policy": ("按规则", "by the policy"),
    "rhythm": ("定期催办", "by its rhythm"),
    "relapse": ("反弹催办", "because of a relapse"),
    "clock": ("到时无人登记", "nobody reported in time"),
    "agreement": ("达成协议", "agreement reached"),
    "no-agreement": ("未达成协议", "no agreement"),
    "confirmed": ("已司法确认", "confirmed"),
    "not-confirmed": ("未予司法确认", "not confirmed"),
    "acknowledge": ("响应", "to acknowledge"),
    "arrive": ("到场", "to arrive"),
    "support": ("支援", "to give support"),
    "result": ("反馈结果", "to report a result"),
    "policy-not-known": ("本级没有原规则版本，改按现行规则", "came under a policy that is not at hand here"),
    "accepted": ("已受理", "accepted"),
    "returned": ("已退回", "returned"),
    "succeeded": ("办成", "succeeded"),
    "failed": ("未办成", "failed"),
    "reopened": ("反弹", "reopened"),
    "transfer.answer": ("部门答复", "the department's answer"),
    "referral.answer": ("受理答复", "the body's answer"),
    "referral.result": ("办理结果", "the body's result"),
    "satisfied": ("满意", "satisfied"),
    "dissatisfied": ("不满意", "dissatisfied"),
    "unheard": ("未能听取各方意见", "not every party was heard"),
    "unasked": ("未再询问", "not asked any more:"),
    "date": ("到期", "at its date"),
    **{f"round:{one}": (f"第{one}轮", f"round {one}") for one in ROUNDS},
}
ROLES: dict[str, tuple[str, str]] = {
    "system": ("系统", "system"),
    "staff": ("工作人员", "staff"),
    "officer": ("干部", "officer"),
    "grid-staff": ("网格员", "grid staff"),
    "mediator": ("调解员", "mediator"),
    "partner": ("外部系统", "other system"),
}


STATUS = "status:"
"""Before a state, because an answer may be called by the same word and say something else."""


def roles(codes: dict[str, CodeList]) -> dict[str, tuple[str, str]]:
    """Who acts and who is called, by the bare codes in which actors and whistles name their roles."""
    return of_kind(codes, "contact-role") | of_kind(codes, "staff-role") | ROLES


def labels(codes: dict[str, CodeList]) -> dict[str, str]:
    """All words and codes with what people read: `接单 Accepted`."""
    coded = {f"{one.id}:{code}": said for one in codes.values() for code, said in one.codes.items()}
    states = {f"{STATUS}{one}": said for one, said in STATES.items()}
    every = roles(codes) | coded | states | DETAILS | TIERS | EVENTS
    return {word: f"{zh} {en}" for word, (zh, en) in every.items()}
