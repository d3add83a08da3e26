"""A partner gone mad: strange records without end and good ones among them, behind which nobody is lost."""

import json
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from messaging.dead_letters import Request
from messaging.dead_letters import ask as decide
from policy.load import areas, policy
from schemas.codes import load
from services.intake.report import Registry, incident_id_of
from tests.services.intake.judged import Claims, Judge
from tests.services.intake.strange import TOPIC, strange
from tests.system.catching_up import CatchingUp
from tests.system.operator import OPERATOR, letters
from tests.system.partner import a_submission, headers
from tests.system.wire import LARGEST, ZSTD, UnreadableName, Wire

pytestmark = pytest.mark.system

TIERS = ("village",)
INTAKE = "village-intake"
GOOD, UNREADABLE = 100, 1000
"""One record in so many is good; one has a header whose name is no text."""
PIECE = 500
"""Records that are made before any of them is sent."""
UNREAD = "not-utf-8"
PACKED = 256 * 1024 * 1024
"""Bytes of a record that is sent in some thousands."""
MOST_MB = 192
"""What a service may have in a cluster."""


def inbound(count):
    """The records, and of the good ones (source, id)."""
    for at in range(count):
        record = strange(f"stack-{count}", at)
        if at % GOOD == 0:
            body = json.dumps(a_submission()).encode()
            name = (f"/hotline/patient-{count}", str(at))
            given = headers("report.submitted.v1", name[1], name[0])
            yield replace(record, value=body, headers=tuple(given)), name
        elif at % UNREADABLE == 1:
            yield replace(record, headers=((UnreadableName("x"), b""), *record.headers)), None
        elif _size(record) < LARGEST - 4096:
            yield record, None


def _size(record):
    parts = (
        record.key,
        record.value,
        *(part for name, said in record.headers for part in (name.encode(), said)),
    )
    return sum(len(one or b"") + 8 for one in parts)


async def pour(stack, count):
    """Sends all of it across all partitions; the names of the good ones, why others must be dead letters, who claims
    which name.
    """
    names, refused = [], Counter()
    async with Wire(stack.kafka) as wire:
        await wire.pour(TOPIC, 0, [(b"bomb", bytes(PACKED), [("x", b"")])], ZSTD)
        refused["too-large"] += 1
        piece = {}
        registry = Registry("village", areas(stack.plan.areas), load(), policy(stack.policy))
        claims, judge = (one(registry, lambda: datetime.now(UTC)) for one in (Claims, Judge))
        for record, name in inbound(count):
            piece.setdefault(record.partition, []).append((record.key, record.value, record.headers))
            names += [name] if name else []
            why = UNREAD if _unreadable(record) else judge.reason(record)
            refused[why] += 1
            if why in (None, "id-reused"):
                claims.note(record)
            if refused.total() % PIECE == 0:
                await _send(wire, piece)
                piece = {}
        await _send(wire, piece)
    return names, refused, claims


def _unreadable(record):
    return any(isinstance(name, UnreadableName) for name, _ in record.headers)


async def _send(wire, piece):
    for partition, records in piece.items():
        await wire.pour(TOPIC, partition, records)


def peak_mb(pid):
    """The most memory a process has had so far."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("this system does not say it")


async def each_reported_once(world, ours):
    """Intake has said each of these incidents once, and routing has it."""
    rows = await world.query(
        "intake_village",
        "select key from outbox where type = 'incident.reported.v1' and key = any($1)",
        list(ours),
    )
    assert Counter(row["key"] for row in rows) == Counter(ours)
    found = await world.query(
        "routing_village", "select incident_id from incident where incident_id = any($1)", list(ours)
    )
    assert {row["incident_id"] for row in found} == ours


async def buried(world):
    """The dead letters by reason, each as often as it came."""
    rows = await world.query("intake_village", "select kind, reason, seen from dead_letter")
    assert {row["kind"] for row in rows} == {"rejected"}, "a bug is no reason"
    found = Counter()
    for row in rows:
        found[row["reason"]] += row["seen"]
    return found


async def discard_all(world):
    """An operator has looked at all of them."""
    async with letters(world, INTAKE) as connection:
        async with connection.transaction():
            ids = [
                row["id"]
                for row in await connection.fetch("select id from dead_letter where status = 'open'")
            ]
            await decide(connection, ids, Request(action="discard", count=len(ids), **OPERATOR))
        undone = "select count(*) from dead_letter where status = 'discard'"

        async def done():
            return await connection.fetchval(undone) == 0

        await world.until(done, "all of them are discarded", 600)


@pytest.mark.parametrize(
    ("count", "seconds"),
    [
        pytest.param(3_000, 240, marks=pytest.mark.timeout(600)),
        pytest.param(100_000, 2400, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_good_reports_among_strange_records_take_effect_once_and_every_strange_one_is_accounted_for(
    world, county, count, seconds
):
    processes = {name: one.pid for name, one in county.programs().items()}
    began = time.monotonic()

    names, expected, claims = await pour(county, count)

    poured = time.monotonic() - began
    reading = CatchingUp(world, TIERS)
    await world.until(lambda: _caught_up(reading), "everything is read to its end", seconds)
    read = time.monotonic() - began
    await each_reported_once(world, {incident_id_of(*name) for name in names})
    first = await world.query("intake_village", "select source, id, digest from submission")
    dead, let_in = (
        await buried(world),
        claims.let_in({(row["source"], row["id"]): row["digest"] for row in first}),
    )
    assert dead.total() + let_in == expected.total()
    # which of two records that came under one name is let in, and what the other is told, is a matter of order
    del expected[None]
    assert (dead - expected).total() < count / 200
    peaks = {name: round(peak_mb(pid)) for name, pid in processes.items() if name.startswith("village-")}
    print(
        f"{count} records poured in {poured:.0f} s, read in {read:.0f} s; let in {let_in}, {dict(dead)}; MB {peaks}"
    )
    assert peak_mb(processes[INTAKE]) < MOST_MB
    await discard_all(world)
    assert peak_mb(processes[INTAKE]) < MOST_MB
    assert {name: one.pid for name, one in county.programs().items()} == processes, (
        "nothing was started again"
    )


async def _caught_up(reading):
    return not await reading.behind()
