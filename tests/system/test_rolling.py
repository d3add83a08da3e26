"""Processes come, go and freeze while people work: nothing is lost, nothing is doubled, nobody is told an error."""

import asyncio
import os
import secrets
from contextlib import asynccontextmanager

import httpx
import pytest

from deploy.local.slots import Slots
from tests.system import invariants
from tests.system.balanced import Balanced
from tests.system.books import SERVICES
from tests.system.lifecycles import Lifecycles
from tests.system.partner import Partner

pytestmark = [pytest.mark.system, pytest.mark.long]
TIERS = ("village", "town")
WAYS = {"settled": 50, "returned": 10, "relapsed": 15, "major": 10, "forwarded": 5, "by events": 10}
"""Up to the town, whose services have one process each: those of the village come and go."""
CLIENTS = 8
WORKLOADS = [f"village-{service}" for service in SERVICES]
PLACES = dict.fromkeys(WORKLOADS, 3)
DRAINED = {f"{service.upper()}_DRAIN_S": "2" for service in SERVICES}
"""Four times as long as it takes until a closed door is known to be closed."""
TAKEN_OVER_S = 30
LOOKED_AT = "category/1:land"
"""Who settles a matter looks at the figures then."""
SECONDS_OF_LOAD = 3


@pytest.fixture(scope="module")
def county(stacks):
    """The village with two processes of each service and a place for a third, the town with one of each."""
    with stacks(tiers=TIERS, places=PLACES, settings=DRAINED) as stack:
        for workload in WORKLOADS:
            Slots(stack, workload).scale(2)
        yield stack


@pytest.fixture
async def world(county, promised):
    """A client that knows workloads, not processes."""
    async with Balanced(county, promised) as client:
        yield client


@asynccontextmanager
async def load(world):
    """Lifecycles from the begin of the block to its end and some seconds beyond; then all books must agree."""
    seed, going = os.environ.get("FENGQIAO_SEED") or secrets.token_hex(4), True
    async with Partner(world.stack.kafka) as partner:
        lives = Lifecycles(world, partner, seed, WAYS)

        async def client(number):
            while going:
                await lives.one(number)
                await world.get("village-metrics", "/v1/metrics", category=LOOKED_AT)
                number += CLIENTS

        async with asyncio.TaskGroup() as clients:
            for number in range(CLIENTS):
                clients.create_task(client(number))
            await asyncio.sleep(SECONDS_OF_LOAD)
            yield lives
            await asyncio.sleep(SECONDS_OF_LOAD)
            going = False
    healed = await invariants.hold(world, world.promised, probes=False, tiers=TIERS)
    print(
        f"seed {seed}: {lives.count} lifecycles {dict(lives.ended)}, answers {dict(world.told)}, "
        f"refused {world.refused}, without an answer {dict(world.broken)}; "
        f"all books agree {healed:.1f} s after the last client"
    )


def pids(stack, workload):
    return {stack.pid(name) for name in Slots(stack, workload).taken()}


@pytest.mark.timeout(600)
async def test_every_service_is_replaced_process_by_process_and_no_client_is_told_an_error(world):
    before = {workload: pids(world.stack, workload) for workload in WORKLOADS}

    async with load(world) as lives:
        for workload in WORKLOADS:
            await asyncio.to_thread(Slots(world.stack, workload).roll)
    after = {workload: pids(world.stack, workload) for workload in WORKLOADS}

    assert all(len(after[one]) == 2 and not after[one] & before[one] for one in WORKLOADS)
    assert lives.count > 2 * CLIENTS
    assert (world.failed, world.broken) == ({}, {})


@pytest.mark.timeout(600)
async def test_routing_goes_from_one_process_to_three_and_back_under_load(world):
    slots = Slots(world.stack, "village-routing")
    await asyncio.to_thread(slots.scale, 1)

    async with load(world):
        await asyncio.to_thread(slots.scale, 3)
        assert await asyncio.to_thread(lambda: len(slots.taken())) == 3
        await asyncio.sleep(SECONDS_OF_LOAD)
        await asyncio.to_thread(slots.scale, 1)
    await asyncio.to_thread(slots.scale, 2)

    assert (world.failed, world.broken) == ({}, {})


async def leads(world, name):
    """Whether a process says that it sends the outbox of its database."""
    port = world.stack.port(f"{name}-probe")
    try:
        answer = await world._http.get(f"http://127.0.0.1:{port}/telemetry", timeout=1)
    except httpx.TransportError:
        return False
    return "fengqiao_relay_leader 1.0" in answer.text.splitlines()


async def leader(world, names):
    """The process among these that leads, once there is one."""

    async def found():
        return next(
            (name for name, there in [(one, await leads(world, one)) for one in names] if there), None
        )

    return await world.until(found, f"one of {names} leads", TAKEN_OVER_S)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("workload", ["village-routing", "village-metrics"])
async def test_a_leader_that_freezes_is_succeeded_and_does_no_harm_when_it_wakes(world, workload):
    slots = Slots(world.stack, workload)

    async with load(world):
        names = await asyncio.to_thread(slots.taken)
        old = await leader(world, names)
        pid = slots.freeze(old)
        try:
            new = await leader(world, [name for name in names if name != old])
        finally:
            slots.thaw(pid)
        await asyncio.sleep(SECONDS_OF_LOAD)

        assert await leads(world, new)
        assert not await leads(world, old)
