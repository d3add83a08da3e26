"""What the floor has to do: as many messages and rows, of the same sizes, as the real run was seen to need."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from bench import gauges
from bench.gauges import Where
from bench.lifecycle import Run

OWN = ("intake", "routing", "followup")
CAUSES: dict[str, tuple[str, ...]] = {
    "incident.reported.v1": ("inbound",),
    "action.received.v2": ("inbound",),
    "incident.opened.v1": ("intake", "handoff"),
    "incident.closed.v1": ("followup",),
    "revisit.planned.v1": ("routing",),
    "metric.cell.v1": OWN,
}
"""Kinds of topic whose messages set off an event; a visit or any other action comes through intake."""
OTHERWISE = ("intake",)
ROW_OVERHEAD = 40
"""Bytes of a row of the floor that are not payload: its header, its number, a length."""


@dataclass(slots=True)
class Kind:
    """All events of one type on one topic."""

    count: int = 0
    size: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """Records a stage produces: `ratio` for each message of the trigger topics."""

    topic: str
    triggers: tuple[str, ...]
    ratio: float
    headers: tuple[tuple[str, str], ...]
    size: int
    per_lifecycle: float


@dataclass(frozen=True, slots=True)
class Stage:
    """One process of the floor: what it consumes, stores for each message, and produces."""

    name: str
    database: str
    topics: tuple[str, ...]
    rows: tuple[tuple[int, float], ...]
    """Payload bytes, and rows for each message consumed."""
    outputs: tuple[Output, ...]
    per_lifecycle: float
    """Messages consumed for one lifecycle."""


Census = dict[tuple[str, str], Kind]


async def census(kafka: str, topics: list[str], ends: Mapping[str, int]) -> Census:
    """Counts every record of the topics by type, with its bytes."""
    found: Census = {}
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, at) for topic in topics for at in range(12)])
        left = sum(ends[topic] for topic in topics)
        while left > 0:
            batches = await consumer.getmany(timeout_ms=2000, max_records=5000)
            if not batches:
                break  # a compacted topic has fewer records than offsets
            for batch in batches.values():
                left -= len(batch)
                for record in batch:
                    _count(found, record)
    finally:
        await consumer.stop()
    return found


def _count(found: Census, record: "ConsumerRecord[Any, Any]") -> None:
    name = dict(record.headers).get("ce_type", b"").decode()
    kind = found.setdefault((record.topic, name), Kind())
    kind.count += 1
    kind.size += len(record.value or b"")
    kind.headers = tuple(record.headers)


async def stages(where: Where, run: Run, seen: Census) -> list[Stage]:
    """One stage for each service of the run."""
    return [await _stage(where, run, seen, group) for group in where.groups]


async def _stage(where: Where, run: Run, seen: Census, group: str) -> Stage:
    topics = where.groups[group]
    tier, _, service = group.partition("-")
    database = f"{service}_{tier}"
    consumed = sum(kind.count for (topic, _), kind in seen.items() if topic in topics)
    rows = []
    for (owner, table), count in run.rows.items():
        if owner == database and count:
            size = await gauges.row_size(where.postgres, database, table)
            rows.append((max(1, round(size) - ROW_OVERHEAD), count / consumed))
    written = ("routing", "handoff") if service == "routing" else (service,)
    mine = {f"{tier}.{one}" for one in written}
    outputs = [
        _output(one, _triggers(one[1], topics), seen, run)
        for one in seen
        if one[0] in mine and one[1] != "metric.heartbeat.v1"
    ]
    return Stage(group, database, topics, tuple(rows), tuple(outputs), consumed / run.incidents)


def _triggers(name: str, topics: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in topics if one.partition(".")[2] in CAUSES.get(name, OTHERWISE))


def _output(which: tuple[str, str], triggers: tuple[str, ...], seen: Census, run: Run) -> Output:
    kind = seen[which]
    messages = sum(other.count for (topic, _), other in seen.items() if topic in triggers) or run.incidents
    headers = tuple((header, base64.b64encode(value).decode()) for header, value in kind.headers)
    per_lifecycle = kind.count / run.incidents
    return Output(which[0], triggers, kind.count / messages, headers, kind.size // kind.count, per_lifecycle)


def inbound(run: Run, seen: Census) -> list[Output]:
    """What the driver sends: `ratio` records for each lifecycle."""
    return [_output(one, (), seen, run) for one in seen if one[0].endswith(".inbound")]


def plain(one: Stage | Output) -> dict[str, Any]:
    """As JSON can hold it."""
    return asdict(one)


def output_of(raw: Mapping[str, Any]) -> Output:
    """The output `plain` made."""
    headers = tuple((name, value) for name, value in raw["headers"])
    return Output(
        raw["topic"], tuple(raw["triggers"]), raw["ratio"], headers, raw["size"], raw["per_lifecycle"]
    )


def stage_of(raw: Mapping[str, Any]) -> Stage:
    """The stage `plain` made."""
    return Stage(
        raw["name"],
        raw["database"],
        tuple(raw["topics"]),
        tuple((size, share) for size, share in raw["rows"]),
        tuple(map(output_of, raw["outputs"])),
        raw["per_lifecycle"],
    )
