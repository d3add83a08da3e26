"""SQL for what stood before a period began: a stock is the sum of all days up to one, and few of its days are new."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from messaging.columns import texts
from messaging.database import Connection
from services.metrics.figures import Counts
from services.metrics.store import LONG_S, NARROW, Wanted, key_of
from services.metrics.sums import Sum, minus, only

DAY = timedelta(days=1)
STOCKS = """
    select {key} as key, tier, one as measure, sum((counts->>one)::bigint)::bigint as value
    from {cells}, unnest(texts(${place})) as one where area ^@ $1 {narrow} group by 1, 2, 3
"""


async def before(
    connection: Connection, wanted: Wanted, within: Mapping[str, Counts], stocks: frozenset[str]
) -> dict[str, Sum]:
    """What the stocks were before the first day that is wanted, by group; `within` are the sums of the days wanted.

    Where the totals can tell, they do: what came later is little of most periods, and what came earlier is years.
    """
    if wanted.first is None or not stocks:
        return {}
    if wanted.category or wanted.channel:
        eve = date.fromisoformat(wanted.first) - DAY
        return await _sums(connection, replace(wanted, first=None, last=eve.isoformat()), stocks)
    found = await _sums(connection, replace(wanted, first=None, last=None), stocks)
    after: Mapping[str, Counts] = {}
    if wanted.last is not None:
        morrow = date.fromisoformat(wanted.last) + DAY
        after = await _sums(connection, replace(wanted, first=morrow.isoformat(), last=None), stocks)
    for taken in (within, after):
        found = {
            key: minus(found.get(key, {}), only(taken.get(key, {}), stocks))
            for key in found.keys() | taken.keys()
        }
    return found


async def _sums(connection: Connection, wanted: Wanted, stocks: Iterable[str]) -> dict[str, Sum]:
    narrow = (wanted.first, wanted.last, wanted.category, wanted.channel)
    cells, which, before = (
        ("cell", NARROW, (wanted.area, *narrow)) if any(narrow) else ("total", "", (wanted.area,))
    )
    key, given = key_of(wanted, *before, texts(sorted(stocks)))
    statement = STOCKS.format(key=key, cells=cells, narrow=which, place=len(before) + 1)
    found: dict[str, Sum] = {}
    for group, tier, measure, value in await connection.fetch(statement, *given, timeout=LONG_S):
        if value:
            found.setdefault(group, {}).setdefault(tier, {})[measure] = value
    return found
