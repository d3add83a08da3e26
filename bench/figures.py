"""What a run found out: figures with their bars, tables, printed for people and written for machines."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

OUT = Path(__file__).parent / "out"
console = Console(highlight=False, width=None if sys.stdout.isatty() else 150)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. With a bar it must be at least, or at most, that much."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None without one."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    @property
    def bar(self) -> str:
        """The bar as people read it."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"


@dataclass(slots=True)
class Report:
    """Everything of one run, in the order it was found out."""

    figures: list[Figure] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def add(self, *figures: Figure) -> None:
        """Notes figures, and says them at once: a run takes minutes."""
        self.figures += figures
        for one in figures:
            verdict = {True: "ok", False: "MISSED", None: ""}[one.met]
            say(f"  {one.name}: {_number(one.value)} {one.unit} {one.bar} {verdict}".rstrip())

    def missed(self) -> list[Figure]:
        """The figures whose bar is not met."""
        return [one for one in self.figures if one.met is False]

    def finish(self) -> int:
        """Prints the whole table, writes it down; the exit code is 1 when a bar is missed."""
        rows = [
            (
                one.name,
                _number(one.value),
                one.unit,
                one.bar,
                {True: "ok", False: "MISSED", None: ""}[one.met],
            )
            for one in self.figures
        ]
        table("Figures", ("figure", "value", "unit", "bar", ""), rows)
        OUT.mkdir(exist_ok=True)
        found = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "figures": [asdict(one) | {"met": one.met} for one in self.figures],
            "details": self.details,
        }
        (OUT / "latest.json").write_text(json.dumps(found, indent=1, default=str) + "\n")
        for one in self.missed():
            say(f"bar missed: {one.name} is {_number(one.value)} {one.unit}, must be {one.bar}")
        return 1 if self.missed() else 0


def say(line: str) -> None:
    """One line of progress."""
    console.print(line, markup=False, soft_wrap=True)


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints rows; all columns but the first are numbers."""
    shown = Table(title=title, box=None, title_justify="left", title_style="bold")
    for at, heading in enumerate(headings):
        shown.add_column(heading, justify="right" if at else "left", no_wrap=True)
    for row in rows:
        shown.add_row(*row)
    console.print(shown)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies; NaN when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
