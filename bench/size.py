"""What an incident weighs: bytes that stay in each database and topic, and those that pass, after real lifecycles."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench import lifecycle, memory
from bench.figures import Figure, Report, say, table
from bench.house import house
from bench.options import Options
from deploy.local.databases import address
from deploy.local.plan import SERVICES, StackError
from deploy.local.stack import Stack
from schemas.topics import TOPICS

PASSING_TABLES = ("outbox", "unsent", "held", "unpublished", "unpublished_restatement")
"""What is deleted again: sent events after a week, queues at once."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of a house at one moment, by database and table, and by topic; `log` is what was written ahead so far."""

    tables: Mapping[tuple[str, str], int]
    topics: Mapping[str, int]
    log: int


def section(report: Report, options: Options) -> None:
    """Lifecycles through one tier, and what they left on the disk; no bar."""
    with house(options, ("village",)) as stack:
        empty = asyncio.run(weighed(stack))
        run = asyncio.run(lifecycle.measure(stack, options))
        full = asyncio.run(weighed(stack))
        report.add(
            Figure("incidents", run.closed, ""),
            Figure("lost", run.lost, "incidents", at_most=0),
            Figure("lifecycles for a CPU second", run.rate / run.cores, ""),
            Figure("cores busy", run.cores, ""),
        )
        _show(report, empty, full, run.closed)
        for name, mb in sorted(memory.resident_mb(stack).items()):
            report.add(Figure(f"resident after the load: {name}", mb, "MB"))


def _show(report: Report, empty: Weight, full: Weight, incidents: int) -> None:
    """A line for each database and topic, in bytes for one incident, and the tables behind them."""
    grown = {place: (size - empty.tables.get(place, 0)) / incidents for place, size in full.tables.items()}
    for service in SERVICES:
        mine = {name: size for (database, name), size in grown.items() if database.startswith(service)}
        passing = sum(size for name, size in mine.items() if name in PASSING_TABLES)
        report.add(Figure(f"{service}: stays", sum(mine.values()) - passing, "bytes an incident"))
        report.add(Figure(f"{service}: passes in a week", passing, "bytes an incident"))
    for topic, size in full.topics.items():
        weight = (size - empty.topics.get(topic, 0)) / incidents
        report.add(Figure(f"topic {topic}", weight, "bytes an incident"))
    report.add(Figure("written ahead", (full.log - empty.log) / incidents, "bytes an incident"))
    report.details["bytes an incident by table"] = {".".join(place): size for place, size in grown.items()}
    rows = [
        (".".join(place), f"{size:,.0f}") for place, size in sorted(grown.items(), key=lambda one: -one[1])
    ]
    table("Bytes an incident", ("table", "bytes"), [row for row in rows if row[1] != "0"])


async def weighed(stack: Stack) -> Weight:
    """The weight now, after what is dead was cleared away."""
    tables: dict[tuple[str, str], int] = {}
    for tier in stack.plan.tiers:
        for service in SERVICES:
            name = f"{service}_{tier}"
            tables |= {(name, one): size for one, size in (await _tables(stack.postgres(name))).items()}
    say("  weighed")
    return Weight(tables, _topics(stack), await _log(stack.postgres()))


async def _tables(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn, timeout=30, command_timeout=300)
    try:
        await connection.execute("vacuum analyze")
        rows = await connection.fetch(
            "select relname, pg_total_relation_size(oid) as size from pg_class"
            " where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
    finally:
        await connection.close()
    return {row["relname"]: row["size"] for row in rows}


async def _log(dsn: str) -> int:
    connection = await asyncpg.connect(address(dsn, "postgres"), timeout=30)
    try:
        return int(await connection.fetchval("select pg_current_wal_lsn() - '0/0'::pg_lsn"))
    finally:
        await connection.close()


def _topics(stack: Stack) -> dict[str, int]:
    """Bytes of the records of each topic, as the broker keeps them, without its indexes."""
    log = stack.data / "kafka" / "log"
    if not log.is_dir():
        raise StackError("the weight of topics is read off a broker of our own: unset FENGQIAO_KAFKA")
    return {
        name: sum(file.stat().st_size for folder in log.glob(f"{name}-[0-9]*") for file in _segments(folder))
        for name in TOPICS
        if name.partition(".")[0] in stack.plan.tiers
    }


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.log"))
