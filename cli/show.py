"""What a play looks like: one line or a small table while it runs, and the table of what happened at its end."""

from collections.abc import Sequence
from typing import Any

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.proof import Missing
from cli.tally import Tally
from schemas.base import TIERS, Tier

TIER_NAMES: dict[Tier, str] = {"village": "村 village", "town": "镇 town", "county": "县 county"}
ROWS = (
    ("received", "上报", "reported"),
    ("resolved", "化解", "settled"),
    ("escalated", "上交", "climbed"),
    ("returned", "退回", "came back"),
    ("revisited", "回访", "revisited"),
    ("reopened", "反弹", "reopened"),
    ("closed", "销号", "closed"),
    ("open", "在办", "still open"),
)
TOGETHER = (
    ("taken", "认领", "taken on"),
    ("whistles", "吹哨", "whistles"),
    ("sessions.held", "联调", "sessions"),
    ("transferred", "移交", "transferred"),
    ("referred", "移出", "referred"),
    ("referral.offered", "对接", "offered"),
    ("listed", "挂牌", "listed"),
    ("struck_off", "摘牌", "struck off"),
    ("linked", "并案", "linked"),
    ("rounds_done", "再访", "asked again"),
    ("counselling.offered", "疏导", "counselled"),
    ("support_plans", "帮扶", "supported"),
)
"""What is done together and beside the chain from report to closing."""
ACTIVITIES = (
    ("patrol", "巡查", "patrols"),
    ("publicity", "宣传", "publicity"),
    ("survey", "走访", "surveys"),
    ("deliberation", "议事", "deliberations"),
    ("training", "培训", "training"),
    ("deliberation.raised", "提出议题", "items raised"),
    ("deliberation.adopted", "采纳议题", "adopted"),
)
SHARE = "resolved_in_village@1"


def address(url: str, seconds: float) -> Panel:
    """Where to look, in Chinese first."""
    text = Text.assemble(
        ("看板地址  ", "bold"), (url, "bold green"), "\n", ("The board  ", "bold"), (url, "bold green")
    )
    return Panel(
        text,
        title="枫桥 Fengqiao",
        subtitle=f"启动用时 ready after {seconds:.0f} s",
        expand=False,
        padding=(1, 4),
    )


def line(figures: dict[str, Any], tally: Tally, seconds: float) -> str:
    """One line of progress."""
    counts = figures["counts"]
    return (
        f"{seconds:5.0f} s  上报 reported {counts['received']} · 化解 settled {counts['resolved']}"
        f" · 上交 climbed {counts['escalated']} · 销号 closed {counts['closed']} · 在办 open {counts['open']}"
        f" · 重试 retried {tally.again}"
    )


def happened(figures: dict[str, Any], tiers: Sequence[Tier], lost: Missing | None = None) -> Table:
    """What happened at each tier; the last row only once it was looked up."""
    table = Table("", *(TIER_NAMES[tier] for tier in tiers), "合计 total", box=None, padding=(0, 2))
    for column in table.columns[1:]:
        column.justify = "right"
    for rows in (ROWS, TOGETHER):
        for measure, zh, en in rows:
            row = [figures["by_tier"].get(tier, {}).get(measure, 0) for tier in tiers]
            table.add_row(f"{zh} {en}", *map(str, row), str(sum(row)))
        table.add_row()
    if lost is not None:
        style = "bold green" if lost.total == 0 else "bold red"
        row = [lost.at(tier) for tier in tiers]
        table.add_row("丢失 lost", *map(str, row), str(lost.total), style=style)
    return table


def share(figures: dict[str, Any]) -> str:
    """The figure everybody watches, with its numerator and denominator."""
    rate = next(one for one in figures["rates"] if one["id"] == SHARE)
    value = "–" if rate["value"] is None else f"{rate['value']} %"
    return f"矛盾不上交率 settled in the village: {value} ({rate['numerator']} / {rate['denominator']})"


def beside(figures: dict[str, Any]) -> str:
    """What was done in the areas besides incidents."""
    done = (f"{zh} {en} {figures['activities'].get(name, 0)}" for name, zh, en in ACTIVITIES)
    return "活动 activities: " + " · ".join(done)


def recorded(figures: dict[str, Any]) -> int:
    """How many activities the figures know of."""
    return sum(count for name, count in figures["activities"].items() if "." not in name)


def told(tally: Tally) -> list[str]:
    """What the doors told the simulator."""
    windows = tally.reported - tally.by_systems
    done = ", ".join(f"{name} {count}" for name, count in sorted(tally.done.items()))
    by_systems = f"{tally.by_systems} by other systems), {len(tally.asked)} actions by other systems"
    lines = [
        f"答复“已受理” answered “accepted”: {tally.reported} reports ({windows} at windows, {by_systems}",
        f"中心与回访 centres and revisitors: {done or 'nothing'}",
    ]
    if tally.brought:
        brought = ", ".join(f"{name} {count}" for name, count in sorted(tally.brought.items()))
        lines.append(f"离线批次 brought by devices: {brought}")
    if tally.refused:
        lines.append("未予办理 refused: " + ", ".join(f"{k} {n}" for k, n in sorted(tally.refused.items())))
    if tally.again:
        lines.append(f"重试 asked again, when a door did not answer: {tally.again}")
    return lines


def otherwise(figures: dict[str, Any], tally: Tally) -> list[str]:
    """Where the figures know of other numbers than the simulator was told."""
    lines = []
    if (received := figures["counts"]["received"]) != tally.reported:
        unsure = f"；{tally.unanswered} 件未等到答复 got no answer in time" if tally.unanswered else ""
        lines.append(f"注意 the figures show {received} reports, {tally.reported} were accepted{unsure}")
    if (entered := recorded(figures)) != tally.activities:
        lines.append(f"注意 the figures show {entered} activities, {tally.activities} were recorded")
    return lines


def all_tiers(running: Sequence[Tier]) -> list[Tier]:
    """Running tiers, village first."""
    return [tier for tier in TIERS if tier in running]
