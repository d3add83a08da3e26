"""The statement behind the ledger: the server writes the rows, batch by batch, as fast as they are taken."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from doors.spreadsheet import FORMULA, defused
from messaging.database import Database
from services.routing.ledger import Wanted
from services.routing.words import STATUS

LONGEST_S = 900.0
"""A ledger that takes longer is broken off, so that no reader holds a connection and its snapshot for ever."""
IN_ORDER = "set local enable_sort = off; set local enable_hashjoin = off; set local enable_mergejoin = off"
"""Along the indexes: the first row comes at once and nothing is sorted, however long the ledger is."""


def _cell(value: str) -> str:
    """A text as a cell: with an apostrophe before what a spreadsheet would compute, where the format needs one."""
    return f"case when $1 and {value} ~ $2 then '''' || {value} else {value} end"


def _word(value: str, kind: str = "") -> str:
    """A word of ours by its label, which is harmless already; what has none is a cell like any other."""
    return f"coalesce(w.labels->>('{kind}' || {value}), {_cell(value)})"


def _time(value: str) -> str:
    return f"to_char({value} at time zone $4, 'YYYY-MM-DD HH24:MI:SS')"


_ROWS = f"""
    select {_cell("i.incident_id")}, {_cell("i.area")}, {_word("i.category")}, {_word("i.channel")},
        {_word("i.severity")}, {_time("i.reported_at")}, {_word("i.status", STATUS)}, h.number, {_word("h.tier")},
        {_word("h.event")}, {_word("h.role")}, {_cell("h.ref")}, {_time("h.occurred_at")},
        {_time("h.recorded_at")}, {_cell("h.rule")}, {_cell("d.detail")}
    from (select $3::jsonb as labels) w, incident i join history h using (incident_id)
    cross join lateral (
        select string_agg(coalesce(w.labels->>part, part), ' ' order by place) as detail
        from unnest(string_to_array(h.detail, ' ')) with ordinality as p (part, place)
    ) d
    where i.reported_at >= $5 and i.reported_at < $6 and ($7::text is null or i.area ^@ $7)
    order by i.reported_at, i.incident_id, h.number
"""  # noqa: S608 - put together from this module's own words only


async def copy_out(
    database: Database,
    wanted: Wanted,
    labels: Mapping[str, str],
    sink: Callable[[bytes], Coroutine[Any, Any, None]],
    *,
    safe: bool,
) -> None:
    """Writes the rows as CSV without a heading into the sink, waiting for it; oldest incident first.

    `safe` defuses what a spreadsheet would compute. Raises `Unavailable`, also when it takes too long.
    """
    said = {word: defused(label) for word, label in labels.items()} if safe else labels
    fixed = (safe, FORMULA, json.dumps(said), wanted.zone.key)
    async with database.transaction() as tx, asyncio.timeout(LONGEST_S):
        await tx.execute("set transaction read only")
        await tx.execute(IN_ORDER)
        period = (wanted.begin, wanted.end, wanted.area)
        await tx.copy_from_query(_ROWS, *fixed, *period, output=sink, format="csv", timeout=LONGEST_S)
