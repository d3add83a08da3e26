"""Whole stacks as processes: one per module, since it takes twenty seconds to start one."""

import asyncio
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that modules can say `from tests.system import world`

from deploy.local.plan import TIERS, Plan
from deploy.local.stack import Stack
from tests.system import compared, invariants, listed
from tests.system.guarded import Guarded
from tests.system.rules import RULES
from tests.system.world import World


@pytest.fixture(scope="module")
def stacks(tmp_path_factory):
    """Starts a stack that a test may hurt: `with stacks(tiers=...) as stack`; everything is stopped and wiped after."""

    @contextmanager
    def started(rules=RULES, **plan):
        folder = tmp_path_factory.mktemp("stack")
        policy = folder / "policy" / "system.yaml"
        policy.parent.mkdir()
        policy.write_text(rules, encoding="utf-8")
        stack = Stack(folder / "data", Plan(policy=policy, **plan))
        try:
            stack.start()
            stack.wait_ready(180)
            yield stack
        finally:
            shutil.copytree(
                stack.log("*").parent, folder / "logs"
            )  # outlives the stack, for whoever looks why
            stack.stop(wipe=True)

    return started


@pytest.fixture(scope="module")
def tiers(request):
    """Those a module says to be enough as its `TIERS`; else all."""
    return getattr(request.module, "TIERS", TIERS)


@pytest.fixture(scope="module")
def county(stacks, tiers):
    """The whole county: twelve services in three tiers, with a policy of short clocks for prominent matters."""
    with stacks(tiers=tiers) as stack:
        yield stack


@pytest.fixture(scope="module")
def promised():
    """Every incident of this module that somebody was told is accepted."""
    return set()


@pytest.fixture
async def world(county, promised):
    """A client of the county's doors."""
    async with World(county, promised) as client:
        yield client


@pytest.fixture
async def audited(world, tiers):
    """After the test all books agree."""
    yield
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A broker that enforces the lists, with all topics: one for each module: others would read what it wrote."""
    with Guarded(tmp_path_factory.mktemp("guarded"), [*listed.users(), compared.NOBODY]).running() as broker:
        asyncio.run(compared.furnished(broker))
        yield broker
