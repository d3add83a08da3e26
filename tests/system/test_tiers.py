"""A tier that is down loses nothing and delays nobody else."""

import asyncio
import random
import statistics
import time

import pytest

from tests.system import invariants
from tests.system.books import SERVICES
from tests.system.lifecycles import Lifecycles
from tests.system.partner import Partner

pytestmark = pytest.mark.system

AWAY = [f"{tier}-{service}" for tier in ("county", "town") for service in SERVICES]
RATE = 10.0
"""Reports a second, at moments that do not wait for answers: a slow door cannot slow down its own load."""
ROUNDS = 2_000
CONFIDENCE = 0.999
SLICES = 8
"""A stretch is compared slice by slice, since neighbouring requests are slow together on a busy machine."""
TRIES = 3
"""How often the tiers are stopped before intake is called slower."""
FACTOR = 2.0
"""What counts as having got slower at all; less than this the machine does by itself."""


class Door:
    """Village intake under a steady load: when each report was sent, and how long its answer took."""

    def __init__(self, world):
        self._world = world

    async def watched(self, seconds):
        """The latencies of the reports of the next seconds; one in five climbs."""
        took = []
        async with asyncio.TaskGroup() as group:
            end = time.monotonic() + seconds
            due = time.monotonic()
            while due < end:
                group.create_task(self._one(took, climbs=len(took) % 5 == 0))
                due += 1 / RATE
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        return took

    async def _one(self, took, *, climbs):
        sent = time.monotonic()
        await self._world.report(severity="major" if climbs else "ordinary")
        took.append((sent, time.monotonic() - sent))


def sliced(took):
    """Latencies in equal slices of time."""
    begin, end = min(took)[0], max(took)[0]
    slices = [[] for _ in range(SLICES)]
    for sent, seconds in took:
        slices[min(SLICES - 1, int((sent - begin) / (end - begin + 1e-9) * SLICES))].append(seconds)
    return [one for one in slices if one]


def quantile(seconds, share):
    """The value below which that share lies."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def surely_slower(before, during, share):
    """Whether a quantile rose by more than `FACTOR`, whichever slices we had happened to see (block bootstrap)."""
    chance = random.Random(0)
    old, new = sliced(before), sliced(during)

    def drawn(slices):
        return quantile([one for block in chance.choices(slices, k=len(slices)) for one in block], share)

    ratios = sorted(drawn(new) / drawn(old) for _ in range(ROUNDS))
    return ratios[int((1 - CONFIDENCE) * ROUNDS)] > FACTOR


def told(name, took):
    """One line about a stretch."""
    seconds = [one for _, one in took]
    rate = len(took) / (max(took)[0] - min(took)[0])
    figures = ", ".join(
        f"p{share * 100:.0f} {quantile(seconds, share) * 1000:.1f} ms" for share in (0.5, 0.99)
    )
    return f"{name}: {len(took)} reports, {rate:.2f}/s, {figures}, mean {statistics.fmean(seconds) * 1000:.1f} ms"


async def stretches(world, county, door, seconds):
    """Reports before and while the tiers above are stopped; what had climbed meanwhile, by now at the town."""
    before = await door.watched(seconds)
    for program in AWAY:
        await asyncio.to_thread(county.stop_program, program)
    during = await door.watched(seconds)
    waiting = await world.query(
        "routing_village", "select incident_id from incident where status = 'handed-over'"
    )
    for program in AWAY:
        county.start_program(program)
    back = time.monotonic()
    await world.ready(*AWAY)
    climbed = {row["incident_id"] for row in waiting}
    for incident in climbed:
        await world.comes_to("town", incident, "open")
    print(told("before", before), told("without town and county", during), sep="\n")
    print(f"{len(climbed)} had climbed; all at the town {time.monotonic() - back:.1f} s after its start")
    assert climbed
    assert len(during) >= 0.9 * len(before)
    return before, during, climbed


async def carried_on(world, county, seconds):
    """Compares village intake before and while the tiers above are stopped; lets them return, and audits.

    What the stopped tiers cause is there each time they are stopped; what something else on the machine causes is not.
    """
    door, climbed, slower = Door(world), set(), True
    async with Partner(county.kafka) as partner:
        load = Lifecycles(world, partner, "tiers")
        await door.watched(3)  # caches are warm, connections are open
        for _ in range(TRIES):
            before, during, more = await stretches(world, county, door, seconds)
            climbed |= more
            if not (slower := any(surely_slower(before, during, share) for share in (0.5, 0.99))):
                break
        await load.run(10, 5)  # and the whole county still works
    healed = await invariants.hold(world, world.promised)
    print(f"healed {healed:.1f} s later")
    assert not slower
    return climbed


async def in_order(world, climbed):
    """Each handover took effect at the town once, in the order of its incident's numbers."""
    rows = await world.query(
        "routing_town", "select key, seq, type from outbox where topic = 'town.routing' order by id"
    )
    opened = [row["key"] for row in rows if row["type"] == "incident.opened.v1" and row["key"] in climbed]
    assert sorted(opened) == sorted(climbed)


@pytest.mark.timeout(420)
async def test_village_intake_does_not_notice_that_town_and_county_are_stopped_for_a_while(world, county):
    await in_order(world, await carried_on(world, county, 9))


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_village_intake_does_not_notice_that_town_and_county_are_stopped_for_two_minutes(world, county):
    await in_order(world, await carried_on(world, county, 120))
