"""A house with history: closed incidents by the million, as the services themselves left a sample of them.

Every row is a copy of one that the services wrote, under another incident id: reports, submissions, timelines,
incidents, revisits, guards and sequences. Figures get further days. Sent events are not copied: the outbox keeps
them for a week only.
"""

import asyncio
import time
from collections.abc import Collection

import asyncpg

from bench.figures import say
from deploy.local.databases import address

SAMPLES = 500
"""Incidents that are copied; each makes as many copies as are needed."""
DAYS = 30
"""The copies' figures are spread over this many days, from the second before the sample's on backwards."""
SLICE = 50
"""Copies of the sample written by one statement."""

# $1 sampled ids, $2 and $3 the first and last number of a copy; new ids are the same in every database.
COPIES = "unnest($1::text[]) as old(id), generate_series($2::int, $3::int) as n"
NEW = "md5(old.id || n)::uuid::text"

_KEYED = {
    "guard": f"select t.topic, {NEW}, t.last_seq, t.waiting from guard t, {COPIES} where t.key = old.id",
    "sequence": f"select t.topic, {NEW}, t.last_seq from sequence t, {COPIES} where t.key = old.id",
}
STATEMENTS: dict[str, dict[str, str]] = {
    "intake": _KEYED
    | {
        "report": f"""
            select {NEW}, t.source, t.area, t.category, t.channel, t.severity, t.occurred_at, t.recorded_at, t.backfill
            from report t, {COPIES} where t.incident_id = old.id""",
        "timeline": f"""
            select {NEW}, t.topic, t.seq, t.type, t.occurred_at, t.recorded_at
            from timeline t, {COPIES} where t.incident_id = old.id""",
        # five of each incident: the report, and what was done
        "submission": f"""
            select '/bench/partner', {NEW} || '-' || place, sha256(({NEW} || place)::bytea)
            from {COPIES}, generate_series(1, 5) as place""",
    },
    "routing": _KEYED
    | {
        "incident": f"""
            select {NEW}, t.area, t.category, t.channel, t.severity, t.status, t.live, t.owner, t.reported_at,
                replace(t.state, old.id, {NEW}), t.updated_at, t.proposed, t.told
            from incident t, {COPIES} where t.incident_id = old.id""",
        "history": f"""
            select {NEW}, t.number, t.event, t.tier, t.occurred_at, t.recorded_at, t.role, t.ref, t.detail, t.rule
            from history t, {COPIES} where t.incident_id = old.id""",
    },
    "followup": _KEYED
    | {
        "revisit": f"""
            select {NEW}, t.area, t.status, t.due_at, t.resolved_at,
                replace(t.state, old.id, {NEW}), t.updated_at
            from revisit t, {COPIES} where t.incident_id = old.id""",
    },
    "metrics": {"guard": _KEYED["guard"]},
}

# $1 is what every value is multiplied by, so that the sum over the days is right; $2 the number of days.
_CELLS = """
    insert into cell (tier, area, day, category, channel, counts, version)
    select tier, area, (day::date - 1 - n)::text, category, channel,
        (select json_object_agg(key, value::bigint * $1::bigint) from json_each_text(counts)), version
    from cell, generate_series(1, $2::int) as n where day = (select max(day) from cell)
"""
_TOTALS = """
    update total t set counts = s.counts, changed_at = now()
    from (
        select tier, area, json_object_agg(key, value) as counts
        from (
            select tier, area, key, sum(value::bigint)::bigint as value
            from cell, json_each_text(counts) group by 1, 2, 3
        ) m group by 1, 2
    ) s
    where (t.tier, t.area) = (s.tier, s.area)
"""


async def fill(postgres: str, tier: str, incidents: int) -> float:
    """Seeds the four databases of a tier; returns the seconds it took."""
    began = time.monotonic()
    sample = await _sample(postgres, tier)
    numbers = range(1, -(-incidents // len(sample)) + 1)
    await asyncio.gather(*(copy(postgres, f"{name}_{tier}", sample, numbers) for name in STATEMENTS))
    await _figures(postgres, f"metrics_{tier}", incidents)
    await tidy(postgres, tier)
    return time.monotonic() - began


async def tidy(postgres: str, tier: str) -> None:
    """Leaves the databases as they are some time after a load."""
    for name in STATEMENTS:
        connection = await asyncpg.connect(address(postgres, f"{name}_{tier}"))
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
        await connection.close()


async def _sample(postgres: str, tier: str) -> list[str]:
    connection = await asyncpg.connect(address(postgres, f"routing_{tier}"))
    try:
        rows = await connection.fetch(
            "select incident_id from incident where status = 'closed' limit $1", SAMPLES
        )
    finally:
        await connection.close()
    return [row["incident_id"] for row in rows]


async def copy(
    postgres: str, database: str, sample: list[str], numbers: range, leaving: Collection[str] = ()
) -> None:
    """Writes numbered copies of some incidents' rows in one database, `leaving` out some tables."""
    connection = await asyncpg.connect(address(postgres, database))
    statements = STATEMENTS[database.partition("_")[0]]
    try:
        for first in numbers[::SLICE]:
            last = min(first + SLICE, numbers.stop) - 1
            for table in statements.keys() - set(leaving):
                await connection.execute(f"insert into {table} {statements[table]}", sample, first, last)
        say(f"  {database}: {len(numbers) * len(sample):,} incidents are there")
    finally:
        await connection.close()


async def _figures(postgres: str, database: str, incidents: int) -> None:
    """Cells for further days, and totals to match, so that about as many incidents are counted as there are."""
    connection = await asyncpg.connect(address(postgres, database))
    try:
        counted = await connection.fetchval("select sum((counts->>'received')::bigint)::bigint from cell")
        times = max(1, round(incidents / (counted * DAYS)))
        async with connection.transaction():
            await connection.execute(_CELLS, times, DAYS)
            await connection.execute(_TOTALS)
    finally:
        await connection.close()
