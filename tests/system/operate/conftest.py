"""A village of which routing's database lies on a server of its own."""

import pytest

from deploy.local.plan import Plan, StackError
from tests.system.operate.load import Doors
from tests.system.operate.server import ABSENT, Server, Split
from tests.system.rules import RULES


@pytest.fixture
def new_server(monkeypatch):
    """Makes servers of their own; all are gone in the end."""
    monkeypatch.delenv("FENGQIAO_POSTGRES", raising=False)
    made = []

    def make(folder):
        try:
            made.append(Server(folder))
        except StackError:
            pytest.skip(ABSENT)
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def disk(tmp_path):
    """Where that server lies."""
    return tmp_path / "server"


@pytest.fixture
def server(new_server, disk):
    """The server of routing's database, running, with that database."""
    one = new_server(disk)
    one.start()
    one.create("routing")
    return one


@pytest.fixture
def elsewhere(server):
    """The databases that lie there."""
    return {"routing_village": server.dsn("routing_village")}


@pytest.fixture
def village(tmp_path, elsewhere):
    """The four services of a village, ready."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(RULES, encoding="utf-8")
    stack = Split(tmp_path / "stack", Plan(tiers=("village",), policy=policy))
    stack.elsewhere = dict(elsewhere)
    try:
        stack.start()
        stack.wait_ready(180)
        yield stack
    finally:
        stack.stop(wipe=True)


@pytest.fixture
async def world(village):
    """A client of the village's doors."""
    async with Doors(village, set()) as client:
        yield client
