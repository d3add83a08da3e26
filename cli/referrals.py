"""``fengqiao referrals reconcile``: a source's own list beside a tier's referral ledger, over its public door."""

from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.door import asking, refuse, said, signed, twice
from cli.files import FILE
from cli.stack import data_option, say
from deploy.local.stack import Stack
from schemas.base import TIERS

PATIENCE_S = 60.0
DIFFERS = 3
"""The exit code when the two sides count differently."""
STATES = {
    "offered": "已移送 offered", "accepted": "已受理 accepted", "returned": "已退回 returned",
    "succeeded": "成功 succeeded", "failed": "不成 failed", "all": "合计 all",
}  # fmt: skip
KINDS = {
    "theirs_not_ours": "来源有而本级无 in theirs, not in ours",
    "ours_not_theirs": "本级有而来源无 in ours, not in theirs",
    "state_differs": "状态不一致 state differs",
    "month_differs": "月份不一致 month differs",
    "duplicates": "来源重复 twice in theirs",
}
console = Console(highlight=False)


@click.group()
def referrals() -> None:
    """What courts, police and other bodies sent here (对接)."""


@referrals.command()
@click.argument("file", type=FILE)
@click.option("--source", required=True, help="Whose list it is: court, police, petition, …")
@click.option("--month", required=True, help="The month it is of, such as 2026-09.")
@click.option("--tier", type=click.Choice(TIERS), default="county", show_default=True, help="Whose ledger.")
@click.option("--url", help="The door of that tier's intake, instead of the local stack's.")
@data_option
def reconcile(file: Path, source: str, month: str, tier: str, url: str | None, data: Path) -> None:
    """List what a source's FILE (CSV or .json) and the ledger count differently. Changes nothing.

    Exits with 0 when they agree, with 3 when something differs.
    """
    door = (url or Stack(data).url(f"{tier}-intake")).rstrip("/") + "/v1/referrals/reconciliations"
    answer = _asked(door, file, {"source": source, "month": month})
    if answer.status_code != httpx.codes.OK:
        refuse(file, answer)
    report = said(answer)
    _show(report)
    raise SystemExit(0 if report["agree"] else DIFFERS)


def _asked(door: str, file: Path, query: dict[str, str]) -> httpx.Response:
    kind = "application/json" if file.suffix.lower() == ".json" else "text/csv"
    body, headers = file.read_bytes(), {"Content-Type": kind} | signed()
    with asking(door):
        return twice(
            lambda: httpx.post(door, params=query, content=body, headers=headers, timeout=PATIENCE_S)
        )


def _show(report: dict[str, Any]) -> None:
    console.print(_totals(report["totals"]))
    for kind, title in KINDS.items():
        if found := report[kind]:
            say(f"{title}: {len(found)}")
            for one in found:
                console.print(Text(f"  {_line(one)}"), soft_wrap=True)
    say("一致 they agree" if report["agree"] else f"不一致 they differ, as of {report['as_of']}")


def _totals(totals: dict[str, dict[str, int]]) -> Table:
    heads = ("来源（前）theirs before", "本级（前）ours before", "一致（后）both after")
    table = Table("", *heads, box=None, padding=(0, 2))
    for state, name in STATES.items():
        table.add_row(
            name, *(str(totals[side][state]) for side in ("theirs_before", "ours_before", "both_after"))
        )
    return table


def _line(one: dict[str, Any]) -> str:
    """One difference: the number, where it stands in the list, and both sides."""
    number = one["number"] or "（无编号 no number）"
    if "lines" in one:
        return f"{number}  行 lines {', '.join(map(str, one['lines']))}"
    line = f"  行 line {one['line']}" if "line" in one else ""
    if "theirs" in one:
        return f"{number}{line}  来源 theirs {one['theirs']} · 本级 ours {one['ours']}"
    return f"{number}{line}  {one['state']} {one['month']}"


COMMANDS = (referrals,)
