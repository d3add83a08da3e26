"""What is read off the running house: CPU by process, records by topic and group, rows written by table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.databases import address
from deploy.local.stack import Stack

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything at one moment, by the database clock; all counters only grow."""

    at: datetime
    cpu: dict[str, float]
    """Seconds by process; PostgreSQL's backends by the database they serve."""
    ends: dict[str, int]
    """Records by topic."""
    consumed: dict[str, int]
    """Records by consumer group, as committed."""
    commits: dict[str, int]
    """Transactions by database."""

    def lag(self, group: str, topics: tuple[str, ...]) -> int:
        """Records that a group has still to consume."""
        return sum(self.ends.get(one, 0) for one in topics) - self.consumed[group]


def cores(begin: Reading, end: Reading) -> float:
    """How many cores our processes kept busy between two readings."""
    spent = sum(seconds - begin.cpu.get(name, 0.0) for name, seconds in end.cpu.items())
    return spent / (end.at - begin.at).total_seconds()


@dataclass(frozen=True, slots=True)
class Where:
    """Addresses, and what to read there: consumer groups with their topics."""

    kafka: str
    postgres: str
    groups: Mapping[str, tuple[str, ...]]

    @property
    def topics(self) -> list[str]:
        """All topics of all groups."""
        return sorted({one for topics in self.groups.values() for one in topics})


async def read(where: Where, processes: Mapping[str, int]) -> Reading:
    """Reads all gauges; `processes` maps a name to a process id, `postgres` to the postmaster's."""
    done = await consumed(where)
    ends = await offsets(where.kafka, where.topics)
    connection = await asyncpg.connect(where.postgres)
    try:
        at: datetime = await connection.fetchval("select clock_timestamp()")
        rows = await connection.fetch("select datname, xact_commit from pg_stat_database where datname <> ''")
    finally:
        await connection.close()
    cpu = _cpu(processes)
    return Reading(at, cpu, ends, done, {row["datname"]: row["xact_commit"] for row in rows})


def programs(stack: Stack) -> dict[str, int]:
    """The processes of a stack by name."""
    return {name: state.pid for name, state in stack.programs().items() if state.pid}


async def offsets(kafka: str, topics: list[str]) -> dict[str, int]:
    """How many records each topic has had."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        places = [
            TopicPartition(topic, at)
            for topic in topics
            for at in sorted(consumer.partitions_for_topic(topic) or range(12))
        ]
        ends = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return {topic: sum(end for place, end in ends.items() if place.topic == topic) for topic in topics}


async def consumed(where: Where) -> dict[str, int]:
    """Records each consumer group has committed."""
    admin = AIOKafkaAdminClient(bootstrap_servers=where.kafka)
    await admin.start()
    try:
        found = {}
        for group, topics in where.groups.items():
            committed = await admin.list_consumer_group_offsets(group)
            found[group] = sum(one.offset for place, one in committed.items() if place.topic in topics)
    finally:
        await admin.close()
    return found


async def rows_written(postgres: str, database: str) -> dict[str, int]:
    """Rows inserted or updated by table. Queues of what is to be sent are not counted: they store nothing new."""
    rows = await _fetch(postgres, database, "select relname, n_tup_ins, n_tup_upd from pg_stat_user_tables")
    return {
        row["relname"]: row["n_tup_ins"] + row["n_tup_upd"]
        for row in rows
        if row["relname"] not in {"unsent", "unpublished", "unpublished_restatement"}
    }


async def row_size(postgres: str, database: str, table: str) -> float:
    """Mean bytes of a row as the table stores it, over some thousand of them."""
    query = f'select avg(pg_column_size(t.*))::float8 as mean from (select * from "{table}" limit 5000) t'
    rows = await _fetch(postgres, database, query)
    return float(rows[0]["mean"] or 0.0)


async def closed(postgres: str, database: str, since: datetime, until: datetime) -> int:
    """How many incidents a routing closed in a stretch of time."""
    query = """
        select count(*) as closed from outbox
        where type = 'incident.closed.v1' and recorded_at >= $1 and recorded_at < $2
    """
    return int((await _fetch(postgres, database, query, since, until))[0]["closed"])


async def batches(postgres: str, database: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Events published in a stretch of time, and in how many transactions."""
    query = """
        select count(*) as events, count(distinct recorded_at) as transactions from outbox
        where recorded_at >= $1 and recorded_at < $2
    """
    row = (await _fetch(postgres, database, query, since, until))[0]
    return int(row["events"]), int(row["transactions"])


async def statements(postgres: str, limit: int = 25) -> list[asyncpg.Record]:
    """The statements that took most of the database's time, when it keeps count."""
    query = """
        select d.datname, s.calls, s.total_exec_time, s.mean_exec_time, s.rows, s.wal_bytes::float8,
            regexp_replace(left(s.query, 400), '\\s+', ' ', 'g') as query
        from pg_stat_statements s join pg_database d on d.oid = s.dbid
        order by s.total_exec_time desc limit $1
    """
    return await _fetch(postgres, "postgres", query, limit)


async def _fetch(postgres: str, database: str, query: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(address(postgres, database))
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


def _cpu(processes: Mapping[str, int]) -> dict[str, float]:
    spent: dict[str, float] = {}
    for name, pid in processes.items():
        try:
            process = psutil.Process(pid)
            spent[name] = _seconds(process)
            for child in process.children(recursive=True):
                label = f"postgres {_backend(child)}" if name == "postgres" else name
                spent[label] = spent.get(label, 0.0) + _seconds(child)
        except psutil.Error:
            continue
    return spent


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _backend(process: psutil.Process) -> str:
    """The database a backend serves, or what a background process does, from its title."""
    try:
        words = " ".join(process.cmdline()).split()
    except psutil.Error:
        return "gone"
    return words[2] if len(words) > 3 else " ".join(words[1:2])
