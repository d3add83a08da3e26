"""SQL that adds up what areas of one level had, side by side."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from messaging.columns import texts
from messaging.database import Connection
from schemas.base import Tier
from services.metrics.sums import Sum

WIDTHS: dict[Tier, int] = {"county": 6, "town": 9, "village": 12}
"""How many digits of a code name an area of a level; those behind them name what lies in it."""


Apart = Literal["tier", "day"]
"""What is kept apart of an area's sums."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Which cells: in an area, of days (inclusive), some measures; each added up to the area of a level it lies in."""

    area: str
    level: Tier
    first: date
    last: date
    measures: Collection[str]
    """Each a whole name, or the beginning of names, with a dot at its end."""


async def by_area(connection: Connection, wanted: Beside, apart: Apart) -> dict[str, Sum]:
    """Area → tier or day → measure → sum. What belongs to an area above the level is in none of them."""
    rows = await connection.fetch(
        f"""
        select left(area, $2) as area, {apart}, m.key as measure, sum(m.value::bigint)::bigint as value
        from cell, json_each_text(counts) as m
        where area ^@ $1 and length(area) >= $2 and day between $3 and $4
            and m.key like any (array(select unnest(texts($5)))) group by 1, 2, 3
        """,  # noqa: S608 - one of two columns, nothing from outside
        *_given(wanted),
    )
    found: dict[str, Sum] = {}
    for area, key, measure, value in rows:
        found.setdefault(area, {}).setdefault(key, {})[measure] = value
    return found


def _given(wanted: Beside) -> tuple[str | int, ...]:
    patterns = [one.replace("_", r"\_") + ("%" if one.endswith(".") else "") for one in wanted.measures]
    days = wanted.first.isoformat(), wanted.last.isoformat()
    return wanted.area, WIDTHS[wanted.level], *days, texts(patterns)


async def by_prefix(connection: Connection, digits: int, root: str) -> dict[str, dict[str, dict[str, int]]]:
    """So many digits of an area in another → tier → measure → sum of all days, without the parts of durations."""
    rows = await connection.fetch(
        """
        select left(area, $1) as prefix, tier, m.key as measure, sum(m.value::bigint)::bigint as value
        from total, json_each_text(counts) as m
        where strpos(m.key, ':') = 0 and area ^@ $2 group by 1, 2, 3
        """,
        digits,
        root,
    )
    found: dict[str, dict[str, dict[str, int]]] = {}
    for prefix, tier, measure, value in rows:
        found.setdefault(prefix, {}).setdefault(tier, {})[measure] = value
    return found
