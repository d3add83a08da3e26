"""A partner packs megabytes into kilobytes: intake keeps within its room, and no good report is lost."""

import asyncio
import time
from collections import Counter

import pytest
from aiokafka import AIOKafkaProducer

from messaging.broker import Broker
from schemas.topics import PARTITIONS
from services.intake.report import incident_id_of
from tests.system.catching_up import CatchingUp
from tests.system.crammed import crammed
from tests.system.test_strange import MOST_MB, peak_mb
from tests.system.wire import LARGEST

pytestmark = pytest.mark.system

TIERS = ("village",)
INTAKE, TOPIC = "village-intake", "village.inbound"


class Peaks:
    """The most memory each process of a program had, looked at as long as it runs."""

    def __init__(self, stack, program):
        self._stack, self._program = stack, program
        self.found = {}

    async def watch(self):
        """Until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(0.1)

    def look(self):
        """At the process there is now."""
        if pid := self._stack.pid(self._program):
            try:
                self.found[pid] = peak_mb(pid)
            except (AssertionError, OSError):
                return  # it has just ended


async def cram(kafka, count):
    """Sends so many batches over all partitions; the names of the good reports, and the number of dead letters."""
    good, letters = [], 0
    async with AIOKafkaProducer(
        **Broker.at(kafka).client(), acks="all", max_request_size=LARGEST
    ) as producer:
        await producer.client._wait_on_metadata(TOPIC)
        for at in range(count):
            one = await asyncio.to_thread(crammed, count, at)
            batch = producer.create_batch()
            batch._buffer, batch._relative_offset, batch._closed = one.batch, one.records, True
            await (await producer.send_batch(batch, TOPIC, partition=(at + at // 8) % PARTITIONS))
            good, letters = [*good, *one.good], letters + one.letters
    return good, letters


@pytest.mark.parametrize(
    ("count", "seconds"),
    [
        pytest.param(24, 240, marks=pytest.mark.timeout(600)),
        pytest.param(400, 2400, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_what_unpacks_to_megabytes_fills_no_memory_and_hides_no_good_report(
    world, county, count, seconds
):
    began, peaks = time.monotonic(), Peaks(county, INTAKE)
    watching = asyncio.create_task(peaks.watch())

    good, letters = await cram(county.kafka, count)
    poured = time.monotonic() - began
    await world.until(lambda: _some(world), "intake is in the middle of it", 120)
    peaks.look()
    killed = county.kill(INTAKE)
    reading = CatchingUp(world, TIERS)
    await world.until(lambda: _caught_up(reading), "everything is read to its end", seconds)

    read = time.monotonic() - began
    peaks.look()
    watching.cancel()
    ours = {incident_id_of(*name) for name in good}
    rows = await world.query(
        "intake_village",
        "select key from outbox where type = 'incident.reported.v1' and key = any($1)",
        list(ours),
    )
    print(f"{count} batches sent in {poured:.0f} s, read in {read:.0f} s; MB {peaks.found}")
    assert Counter(row["key"] for row in rows) == Counter(ours)
    [[dead]] = await world.query("intake_village", "select count(*) from dead_letter")
    assert dead == letters
    assert max(peaks.found.values()) < MOST_MB
    assert list(peaks.found) == [killed, county.pid(INTAKE)], "nothing else was started again"


async def _some(world):
    return (await world.query("intake_village", "select 1 from dead_letter limit 1")) != []


async def _caught_up(reading):
    return not await reading.behind()
