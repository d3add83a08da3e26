"""The reporter's view: what happened to the matter, in words anybody understands. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

WORDS: dict[str, tuple[str, str]] = {
    "incident.reported.v1": ("已受理", "Accepted"),
    "incident.opened.v1": ("已转至综治中心，待接单", "At the centre, to be acknowledged"),
    "incident.accepted.v1": ("已接单，办理中", "Being handled"),
    "incident.assigned.v1": ("已指派承办", "Assigned"),
    "incident.taken.v1": ("承办人已认领", "Taken on by who handles it"),
    "incident.declined.v1": ("承办人未接，另行指派", "Not taken on; somebody else is asked"),
    "incident.unanswered.v1": ("承办人逾期未认领，另行指派", "No answer in time; somebody else is asked"),
    "incident.unclaimed.v1": ("暂无人认领，已提醒", "Nobody has taken it on yet; the centre has been told"),
    "incident.escalated.v1": ("已上报上级", "Raised to the tier above"),
    "incident.returned.v1": ("已退回下级", "Returned to the tier below"),
    "incident.triaged.v1": ("严重程度已改判", "Its severity was judged anew"),
    "incident.suspended.v1": ("已挂起，期限暂停计算", "Suspended; the clock stands still"),
    "incident.resumed.v1": ("已恢复办理，期限继续计算", "Taken up again; the clock runs on"),
    "incident.extended.v1": ("办理期限已延长", "The deadline was extended"),
    "incident.clock-moved.v1": (
        "期限按公布的节假日重新计算",
        "The deadline was counted again with the published holidays",
    ),
    "incident.wait-moved.v1": (
        "等候期限按公布的节假日重新计算",
        "The time something is waited for was counted again with the published holidays",
    ),
    "incident.overdue.v1": ("超期，已提醒", "Late; the centre has been told"),
    "incident.still-overdue.v1": ("仍超期，已再次提醒", "Still late; the centre has been told again"),
    "incident.resolved.v1": ("已化解，待回访", "Resolved, to be revisited"),
    "incident.reopened.v1": ("回访反弹，重新办理", "Reopened after the revisit"),
    "incident.closed.v1": ("已销号", "Closed"),
    "incident.origin-linked.v1": ("已关联原事件", "Linked to the matter it arose from"),
    "incident.listed.v1": ("已挂牌督办", "Listed: a leader supervises it"),
    "incident.reminded.v1": ("已催办", "The centre was reminded"),
    "incident.leader-changed.v1": ("已明确包案领导", "A leader owns the case"),
    "incident.struck-off.v1": ("督办已摘牌", "Struck off the list"),
    "whistle.blown.v1": ("已吹哨，召集有关力量", "Others were called to help"),
    "whistle.acknowledged.v1": ("一方已响应", "One of them is coming"),
    "whistle.arrived.v1": ("一方已到场", "One of them has arrived"),
    "whistle.supported.v1": ("一方已提供支援", "One of them has helped"),
    "whistle.ended.v1": ("吹哨办结", "Those who were called are done"),
    "whistle.called-off.v1": ("吹哨已取消", "Those who were called need not come"),
    "mediation.called.v1": ("已安排联合调解", "A joint mediation was called"),
    "mediation.adjourned.v1": ("联合调解改期", "The joint mediation was set for another time"),
    "mediation.held.v1": ("联合调解已召开", "The joint mediation was held"),
    "mediation.missed.v1": ("联合调解未能召开", "The joint mediation did not take place"),
    "mediation.cancelled.v1": ("联合调解已取消", "The joint mediation was cancelled"),
    "mediation.confirmed.v1": ("司法确认结果已登记", "A court has decided on the agreement"),
    "incident.transferred.v1": ("已移交部门，待答复", "With a department, to be answered"),
    "incident.referred.v1": ("已分流至其他单位，待答复", "Referred to another body, to be answered"),
    "referral.opened.v1": ("对方单位已开始审查", "The other side has opened it"),
    "referral.accepted.v1": ("对方单位已受理", "The other side has taken it"),
    "referral.returned.v1": ("对方单位已退回", "The other side gave it back"),
    "referral.concluded.v1": ("对方单位已告知结果", "The other side told the result"),
    "referral.recalled.v1": ("已收回自行办理", "Taken back by the centre"),
    "referral.overdue.v1": ("对方单位逾期未答复，已催办", "The other side is late; it was reminded"),
    "incident.returned-to-source.v1": ("已退回来源单位", "Given back to its source"),
    "referral.answered.v1": ("已答复来源单位", "The source was answered"),
    "incident.linked.v1": (
        "与另一件同一事项的反映合并办理",
        "Handled together with another report of the same matter",
    ),
    "incident.unlinked.v1": ("不再合并，单独办理", "Handled by itself again"),
    "incident.joined.v1": (
        "有人反映同一事项，合并办理",
        "Somebody else reported the same; both are handled together",
    ),
    "incident.parted.v1": ("合并的反映已改为单独办理", "The other report is handled by itself again"),
    "revisit.planned.v1": ("已安排回访", "A revisit is planned"),
    "revisit.visited.v1": ("已回访一方", "A party was revisited"),
    "revisit.overdue.v1": ("回访超期", "The revisit is late"),
    "revisit.completed.v1": ("回访完成", "The revisit is done"),
    "round.planned.v1": ("已安排跟踪回访", "The parties are to be asked again"),
    "round.visited.v1": ("已跟踪回访一方", "A party was asked again"),
    "round.overdue.v1": ("跟踪回访超期", "A later revisit is late"),
    "round.completed.v1": ("跟踪回访完成", "A later revisit is done"),
}
STATUS = {
    "incident.opened.v1": "open",
    "incident.accepted.v1": "accepted",
    "incident.escalated.v1": "moving",
    "incident.returned.v1": "moving",
    "incident.resolved.v1": "resolved",
    "incident.reopened.v1": "accepted",
    "incident.closed.v1": "closed",
    "incident.returned-to-source.v1": "returned-to-source",
}


FOLLOWED = (
    "incident.accepted.v1", "incident.escalated.v1", "incident.returned.v1", "incident.resolved.v1",
    "incident.reopened.v1", "incident.closed.v1",
)  # fmt: skip
"""What the reporter of a duplicate is told of its lead: how far it is, and nothing of who else reported it."""
BY_ITSELF = ("incident.unlinked.v1", "incident.reopened.v1")
"""What ends that it is handled together with its lead."""


class Line(BaseModel):
    """One thing that happened."""

    type: str
    zh: str
    en: str
    tier: str
    occurred_at: datetime
    recorded_at: datetime
    of_lead: bool = False
    """It happened to the report that this one is handled together with."""


class View(BaseModel):
    """A report and what became of it."""

    incident_id: str
    area: str
    category: str
    channel: str
    severity: str
    reported_at: datetime
    accepted_at: datetime
    status: str
    tier: str
    """Where it is now, as far as this tier has heard."""
    linked: bool
    """Whether it is, or was resolved, together with another report of the same matter."""
    timeline: tuple[Line, ...]


def view(report: Mapping[str, Any], happenings: Sequence[Mapping[str, Any]]) -> View:
    """Puts a report and its timeline together."""
    lines = tuple(_line(one) for one in happenings if one["type"] in WORDS and _concerns(one, happenings))
    own = [line for line in lines if not line.of_lead]
    decisive = [line for line in own if line.type in STATUS]
    ties = [line.type for line in own if line.type in {"incident.linked.v1", *BY_ITSELF}]
    return View(
        **{name: report[name] for name in ("incident_id", "area", "category", "channel", "severity")},
        reported_at=report["occurred_at"],
        accepted_at=report["recorded_at"],
        status=STATUS[decisive[-1].type] if decisive else "reported",
        tier=decisive[-1].tier if decisive else "",
        linked=ties[-1:] == ["incident.linked.v1"],
        timeline=lines,
    )


def _line(one: Mapping[str, Any]) -> Line:
    (zh, en), of_lead = WORDS[one["type"]], _since(one) is not None
    return Line(
        type=one["type"],
        zh=f"合并办理的事项：{zh}" if of_lead else zh,
        en=f"The report it is handled with: {en}" if of_lead else en,
        tier=one["topic"].partition(".")[0],
        occurred_at=one["occurred_at"],
        recorded_at=one["recorded_at"],
        of_lead=of_lead,
    )


def _since(one: Mapping[str, Any]) -> datetime | None:
    """Since when its lead is followed, where it happened to the lead."""
    since: datetime | None = one.get("since")
    return since


def _concerns(one: Mapping[str, Any], happenings: Sequence[Mapping[str, Any]]) -> bool:
    """Of a lead only what its duplicate's reporter is told, and only until that is handled by itself again."""
    since = _since(one)
    if since is None:
        return True
    ended = any(
        other["type"] in BY_ITSELF and since <= other["recorded_at"] <= one["recorded_at"]
        for other in happenings
        if _since(other) is None
    )
    return one["type"] in FOLLOWED and not ended
