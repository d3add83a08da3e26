"""What must be so in all books together: for each rule what is wrong where it is broken, and what to do. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `mend` is the next step, with {tier}, {service} and {where} filled in."""

    zh: str
    en: str
    mend: str


_STATUS = "fengqiao status; kubectl get pods"
_REPLAY = "fengqiao replay --service {service} --tier {tier}"
_LETTERS = "fengqiao dead-letters list --service {service} --tier {tier}"
_RESTORED = "fengqiao recover --service {service} --tier {tier}  # docs/operate/reconcile.md#a-database-that-is-behind"
_BUG = "docs/operate/reconcile.md#what-no-command-mends"
_REBUILD = "fengqiao metrics rebuild --tier {tier}"

RULES: dict[str, Rule] = {
    "unsent": Rule("事件久未发出", "events have waited long to be sent", _STATUS),
    "lost-row": Rule("待发队列中的事件已不存在", "what is to be sent is not in the outbox", _BUG),
    "numbers": Rule("编号与发件箱不符", "numbers drawn and the outbox disagree", _BUG),
    "missing-on-topic": Rule("已发事件不在主题中", "events that were sent are not on the topic", _REPLAY),
    "unknown-to-writer": Rule(
        "主题中有写入方数据库不知道的事件（数据库可能恢复自旧备份）",
        "the topic has events its writer's database does not know (was it restored from a backup?)",
        _RESTORED,
    ),
    "other-event": Rule(
        "同一编号下主题与发件箱的事件不同",
        "under one number the topic has another event than the outbox",
        _RESTORED,
    ),
    "behind": Rule(
        "读取方未处理已发出的事件", "the reader has not applied what was said", _REPLAY + "  # {where}"
    ),
    "ahead": Rule(
        "读取方已处理写入方不知道的事件（写入方数据库可能恢复自旧备份）",
        "the reader has applied what its writer does not know (was that restored from a backup?)",
        _RESTORED,
    ),
    "held": Rule("事件在等待前面的事件", "events wait for those before them", _LETTERS),
    "dead-letter": Rule("死信待处理", "dead letters are open", _LETTERS),
    "report-unsaid": Rule("上报已存，事件未发布", "a report is stored and was never said", _BUG),
    "report-unopened": Rule("上报没有对应事项", "a report has no incident", _BUG),
    "unreported": Rule("事项没有对应上报", "an incident has no report, or several", _BUG),
    "owner": Rule("事项的归属不唯一", "an incident does not have exactly one owner", _BUG),
    "revisit": Rule("回访与事项状态不符", "revisit and incident disagree", _BUG),
    "timeline": Rule("上报人时间线不完整", "a reporter's timeline is not what happened", _BUG),
    "history": Rule("台账行数不符", "a history is not as long as its incident says", _BUG),
    "deadline": Rule("时限与状态不符", "a deadline is not what the state says", _BUG),
    "deadline-late": Rule("时限已过而未触发", "a deadline has passed and nothing happened", _STATUS),
    "vault": Rule("保密库条目无所属", "a row of the vault belongs to nothing", _BUG),
    "figures": Rule("指标与重算不符", "figures are not what the events say", _REBUILD),
    "figures-incomplete": Rule("无法重算指标", "the figures cannot be counted again", _REBUILD + " --check"),
    "copies": Rule(
        "上级所存指标与本级不符",
        "another tier's copy of figures is not what stands here",
        "fengqiao replay --service metrics --tier {tier}",
    ),
}
"""In the order they are told: how events travel, what they have made, what is counted from them."""


def mend(rule: str, where: str) -> str:
    """What to do next about a broken rule at a place such as `village-routing` or `village.intake > town-intake`."""
    whose = where.split(" > ", maxsplit=1)[0].replace(".", "-")
    tier, _, service = whose.partition("-")
    service = {"handoff": "routing"}.get(service, service)
    return RULES[rule].mend.format(tier=tier, service=service, where=where)
