"""Who may do what: one table of actions and roles, closed for whatever is not in it. Pure; nothing else decides.

A thing belongs to an area, and so does whoever asks. Where a role may do something, it may do it to what lies in the
caller's own area and below, never above or elsewhere; at the door of the caller's own tier, and where the table says
`DOWN` at the doors of lower tiers as well, never of higher ones. `docs/permissions.md` is made of this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from doors.caller import Caller, Role
from schemas.base import Tier, height

Relation = Literal["own", "below", "above", "elsewhere"]
RELATIONS: tuple[Relation, ...] = ("own", "below", "above", "elsewhere")
"""Of the area of a thing to that of a caller."""
Far = Literal["here", "down"]
HERE: Far = "here"
DOWN: Far = "down"


def relation(thing: str, caller: str) -> Relation:
    """How an area lies to a caller's; the code of what lies in another begins with its code."""
    if thing == caller:
        return "own"
    if thing.startswith(caller):
        return "below"
    return "above" if caller.startswith(thing) else "elsewhere"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may do a thing, and how far down; `anywhere` is for what belongs to no area."""

    zh: str
    en: str
    roles: Mapping[Role, Far]
    anywhere: bool = False


_STAFF: Mapping[Role, Far] = {"centre-staff": HERE, "centre-head": HERE}
_FIELD: Mapping[Role, Far] = {"grid-staff": HERE, "mediator": HERE, **_STAFF}
_CALLED: Mapping[Role, Far] = {**_FIELD, "department": DOWN}
_OUTSIDE: Mapping[Role, Far] = {"department": DOWN, "partner-system": DOWN}
_HEAD: Mapping[Role, Far] = {"centre-head": DOWN}
_SEEN: Mapping[Role, Far] = {
    "grid-staff": HERE, "mediator": HERE, "centre-staff": DOWN, "centre-head": DOWN, "department": DOWN,
    "auditor": DOWN,
}  # fmt: skip
_FIGURES: Mapping[Role, Far] = {
    "grid-staff": HERE, "mediator": HERE, "centre-staff": DOWN, "centre-head": DOWN, "department": DOWN,
    "auditor": DOWN, "operator": DOWN, "board-viewer": DOWN,
}  # fmt: skip


def _acts(kind: str, roles: Mapping[Role, Far], **words: str) -> dict[str, Grant]:
    """Grants of the same roles, one for each action: its name with underlines, and what it is called in Chinese."""
    grants = {}
    for name, zh in words.items():
        action = name.rstrip("_").replace("_", "-")
        grants[f"{kind}.{action}"] = Grant(zh, f"{action.replace('-', ' ')}", roles)
    return grants


TABLE: Mapping[str, Grant] = MappingProxyType({
    "report.make": Grant("上报", "report a matter", {"reporter": HERE, **_FIELD, **_OUTSIDE}),
    "report.enter": Grant(
        "代为录入",
        "say of a report who entered it, its severity, deadline and origin, which body sent it, its number there",
        {**_FIELD, **_OUTSIDE},
    ),
    "report.follow": Grant(
        "查询进度", "ask where a report is", {"reporter": HERE, **_FIELD, "partner-system": DOWN, "auditor": DOWN}
    ),
    "report.triage": Grant("试研判", "see what triage would propose", {"grid-staff": HERE, **_STAFF}),
    "activity.record": Grant("登记活动", "record a patrol, session or survey", _FIELD),
    "batch.send": Grant("离线补录", "send what was recorded without a network; each item by its own line", _FIELD),
    "batch.follow": Grant("查询补录", "see what became of a batch", _FIELD),
    "referral.declare": Grant("申报可分流数", "declare eligible matters", {**_STAFF, "partner-system": DOWN}),
    "referral.ledger": Grant(
        "对接台账", "see the referral ledger",
        {"centre-staff": DOWN, "centre-head": DOWN, "partner-system": DOWN, "auditor": DOWN},
    ),
    "referral.reconcile": Grant(
        "对账", "compare a source's list with ours",
        {"centre-staff": DOWN, "centre-head": DOWN, "partner-system": DOWN, "auditor": DOWN},
    ),
    "incident.see": Grant("查看事件", "see incidents, their deadlines and sheets", _SEEN),
    "ledger.export": Grant(
        "导出台账", "export the ledger", {"centre-staff": HERE, "centre-head": DOWN, "auditor": DOWN}
    ),
    "contact.see": Grant("查看联系人", "see who is there for an area", {**_SEEN, "operator": DOWN}),
    "contact.put": Grant("导入联系人", "add a file to the registry of contacts", {**_HEAD, "operator": DOWN}),
    **_acts("incident", _FIELD, accept="接单", resolve="化解", whistle="吹哨", escalate="上报上级"),
    **_acts(
        "incident", _STAFF, assign="指派", return_="退回", suspend="挂起", resume="恢复", extend="延期", triage="改判",
        excuse="免到", call_off="取消吹哨", transfer="移交", refer="分流", recall="收回", return_to_source="退回来源",
        link_origin="衍生关联", link="合并", unlink="撤销合并", dismiss="不予合并",
    ),
    **_acts(
        "incident", _HEAD, list="挂牌督办", remind="催办", change_leader="领导包案", strike_off="摘牌",
    ),
    **_acts(
        "incident", {"mediator": HERE, **_STAFF}, call_session="召集联合调解", adjourn_session="改期",
        hold_session="召开", miss_session="未能召开", cancel_session="取消调解",
    ),
    **_acts("incident", {**_STAFF, "partner-system": DOWN}, confirm_agreement="司法确认"),
    **_acts(
        "incident", _CALLED, take="认领", decline="拒接", acknowledge="响应", arrive="到场", support="支援",
        report_result="反馈",
    ),
    **_acts("incident", {**_STAFF, **_OUTSIDE}, answer_referral="答复移交或分流"),
    "revisit.see": Grant(
        "查看回访", "see revisits",
        {"grid-staff": HERE, "mediator": HERE, "centre-staff": DOWN, "centre-head": DOWN, "auditor": DOWN},
    ),
    **_acts(
        "revisit", _FIELD, visit="回访", counsel="心理疏导", start_support_plan="开始帮扶",
        record_support_step="登记帮扶", end_support_plan="结束帮扶",
    ),
    "figure.see": Grant("查看指标", "see figures, rankings and the live stream", _FIGURES),
    "figure.defined": Grant("查看口径", "see how figures are defined", _FIGURES, anywhere=True),
    "figure.flags": Grant(
        "查看防造假提示", "see what looks like gaming", {"centre-head": DOWN, "auditor": DOWN}
    ),
    "figure.scrape": Grant("抓取指标", "scrape figures for Prometheus", {"operator": DOWN, "auditor": DOWN}),
})  # fmt: skip
"""By the name of an action. An action of an incident or a revisit is called as `action` names it in a request."""

Address = tuple[str, str, str]
"""A service, a method and the template of a path."""
ROUTES: Mapping[Address, str] = MappingProxyType({
    ("intake", "POST", "/v1/reports"): "report.make",
    ("intake", "GET", "/v1/reports/{incident_id}"): "report.follow",
    ("intake", "POST", "/v1/triage"): "report.triage",
    ("intake", "POST", "/v1/activities"): "activity.record",
    ("intake", "POST", "/v1/batches"): "batch.send",
    ("intake", "GET", "/v1/batches/{batch_id}"): "batch.follow",
    ("intake", "POST", "/v1/referrals/eligible"): "referral.declare",
    ("intake", "GET", "/v1/referrals/ledger"): "referral.ledger",
    ("intake", "POST", "/v1/referrals/reconciliations"): "referral.reconcile",
    ("routing", "GET", "/v1/incidents"): "incident.see",
    ("routing", "GET", "/v1/incidents/{incident_id}"): "incident.see",
    ("routing", "GET", "/v1/incidents/{incident_id}/deadlines"): "incident.see",
    ("routing", "GET", "/v1/incidents/{incident_id}/derived"): "incident.see",
    ("routing", "GET", "/v1/incidents/{incident_id}/sheet"): "incident.see",
    ("routing", "POST", "/v1/incidents/{incident_id}/actions"): "incident.*",
    ("routing", "GET", "/v1/contacts"): "contact.see",
    ("routing", "PUT", "/v1/contacts"): "contact.put",
    ("routing", "GET", "/v1/ledger"): "ledger.export",
    ("followup", "GET", "/v1/revisits"): "revisit.see",
    ("followup", "GET", "/v1/revisits/{incident_id}"): "revisit.see",
    ("followup", "GET", "/v1/revisits/{incident_id}/deadlines"): "revisit.see",
    ("followup", "POST", "/v1/revisits/{incident_id}/visits"): "revisit.visit",
    ("followup", "POST", "/v1/revisits/{incident_id}/actions"): "revisit.*",
    ("metrics", "GET", "/v1/areas"): "figure.see",
    ("metrics", "GET", "/v1/metrics"): "figure.see",
    ("metrics", "GET", "/v1/metrics/definitions"): "figure.defined",
    ("metrics", "GET", "/v1/metrics/restatements"): "figure.see",
    ("metrics", "GET", "/v1/metrics/rankings"): "figure.see",
    ("metrics", "GET", "/v1/metrics/unusual"): "figure.see",
    ("metrics", "GET", "/v1/metrics/stream"): "figure.see",
    ("metrics", "GET", "/v1/metrics/flags"): "figure.flags",
    ("metrics", "GET", "/metrics"): "figure.scrape",
})  # fmt: skip
"""What is done at an address; `incident.*` is one of these actions, which the request names."""
BESIDE: Mapping[str, str] = MappingProxyType({"report.enter": "report.make"})
"""What needs a line of its own where a request says it: beside which line of its address."""
OPEN = frozenset({"/openapi.json", "/docs", "/docs/assets", "/", "/board", "/paper"})
"""Files of the product and the description of a door, the same for everybody everywhere: nothing of any county."""


def may(caller: Caller, action: str, door: Tier) -> bool:
    """Whether some thing may be done at the door of a tier: to what `reaches` says, or to what belongs to no area."""
    grant = TABLE.get(action)
    if grant is None:
        return False
    below = height(caller.tier) - height(door)
    return any(
        below == 0 or (below > 0 and grant.roles[one] == DOWN) for one in caller.roles if one in grant.roles
    )


def may_any(caller: Caller, action: str, door: Tier) -> bool:
    """The same for what an address does, which may be one of several actions."""
    if not action.endswith(".*"):
        return may(caller, action, door)
    return any(may(caller, one, door) for one in TABLE if one.startswith(action[:-1]))


def reaches(caller: Caller, thing: str) -> bool:
    """Whether what belongs to an area is the caller's."""
    return relation(thing, caller.area) in {"own", "below"}


def allowed(caller: Caller, action: str, thing: str, door: Tier) -> bool:
    """Whether a caller may do something to what belongs to an area, at the door of a tier: the table's whole answer."""
    return may(caller, action, door) and (TABLE[action].anywhere or reaches(caller, thing))
