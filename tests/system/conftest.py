"""Whole stacks as processes: one per module, since it takes twenty seconds to start one."""

import asyncio
import shutil
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that modules can say `from tests.system import world`

from deploy.local.plan import TIERS, Plan
from deploy.local.stack import Stack
from tests import order
from tests.system import compared, invariants, listed
from tests.system.guarded import Guarded
from tests.system.rules import RULES
from tests.system.world import World


def _stacks(make_folder):
    """Starts stacks in folders of their own; everything is stopped and wiped after."""

    @contextmanager
    def started(rules=RULES, **plan):
        folder = make_folder("stack")
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
def stacks(tmp_path_factory):
    """Starts a stack that a test may hurt: `with stacks(tiers=...) as stack`; everything is stopped and wiped after."""
    return _stacks(tmp_path_factory.mktemp)


class Common:
    """A county that several files share: started for the first of them, stopped after the last."""

    def __init__(self, start):
        self._start, self._end, self._stack = start, ExitStack(), None
        self.promised = set()

    def stack(self):
        if self._stack is None:
            self._stack = self._end.enter_context(self._start())
        return self._stack

    def stop(self):
        self._end.close()
        self._stack, self.promised = None, set()


@pytest.fixture(scope="session")
def common(tmp_path_factory):
    one = Common(_stacks(tmp_path_factory.mktemp))
    yield one
    one.stop()


def _shares(module):
    """Whether a file shares the county of several."""
    return module.nodeid in order.COUNTY


def _last(module, items):
    """Whether no test of this run that comes after those of this file shares the county."""
    sharing = [order.file_of(one.nodeid) for one in items if order.file_of(one.nodeid) in order.COUNTY]
    return module.nodeid == sharing[-1]


@pytest.fixture(scope="module")
def tiers(request):
    """Those a module says to be enough as its `TIERS`; else all."""
    return getattr(request.module, "TIERS", TIERS)


@pytest.fixture(scope="module")
def county(request, stacks, tiers, common):
    """The whole county: twelve services in three tiers, with a policy of short clocks for prominent matters."""
    if not _shares(request.node):
        with stacks(tiers=tiers) as stack:
            yield stack
        return
    yield common.stack()
    if _last(request.node, request.session.items):
        common.stop()


@pytest.fixture(scope="module")
def promised(request, common):
    """Every incident in this county that somebody was told is accepted."""
    return common.promised if _shares(request.node) else set()


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
