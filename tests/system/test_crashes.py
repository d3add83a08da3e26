"""Any process may be killed at any time: nothing that was accepted is lost, nothing takes effect twice."""

import asyncio
import os
import secrets
import time

import pytest

from tests.system import invariants
from tests.system.failures import PROVIDERS, Failures
from tests.system.lifecycles import Lifecycles
from tests.system.partner import Partner

pytestmark = pytest.mark.system


@pytest.fixture
def seed():
    """Printed, so that a failure can be run again with FENGQIAO_SEED."""
    given = os.environ.get("FENGQIAO_SEED") or secrets.token_hex(4)
    print(f"FENGQIAO_SEED={given}")
    return given


async def killed_under_load(world, seed, *, lives, clients, kills, pause):
    """Runs lifecycles while processes die, heals, and audits all books."""
    failures = Failures(world.stack, seed)
    begin = time.monotonic()
    async with Partner(world.stack.kafka) as partner:
        load = Lifecycles(world, partner, seed)
        hurting = asyncio.create_task(failures.run(kills, pause))
        await load.run(lives, clients)
        more = 0
        while not hurting.done():
            await load.run(clients, clients, first=lives + more)
            more += clients
        await hurting
    ended = time.monotonic()
    healed = await invariants.hold(world, world.promised)
    print(
        f"seed {seed}: {load.count} lifecycles {dict(load.ended)}, {failures.kills.total()} kills "
        f"{dict(failures.kills)} in {ended - begin:.0f} s, {world.asked_again} requests sent again; "
        f"healed {ended - failures.last + healed:.1f} s after the last kill, {healed:.1f} s after the last client"
    )
    assert load.count >= lives
    assert failures.kills.total() == kills
    assert set(failures.kills) >= set(PROVIDERS)


@pytest.mark.timeout(900)
async def test_eight_processes_are_killed_and_every_accepted_report_took_effect_once(world, seed):
    await killed_under_load(world, seed, lives=50, clients=12, kills=8, pause=(1.0, 4.0))


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_forty_processes_are_killed_during_two_thousand_lifecycles_and_nothing_is_lost_or_doubled(
    world, seed
):
    await killed_under_load(world, seed, lives=2_000, clients=40, kills=42, pause=(2.0, 6.0))
