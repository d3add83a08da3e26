"""docs/operate/upgrade.md under load: two releases on one schema, then the old one alone on the new schema."""

import asyncio
import shutil

import asyncpg
import pytest

from deploy.local import databases, topics
from deploy.local.exclusive import run
from deploy.local.plan import Plan
from deploy.local.stack import Stack
from schemas.topics import TOPICS
from tests.system import invariants
from tests.system.books import SERVICES
from tests.system.operate import releases
from tests.system.operate.load import Doors, refused, under_load
from tests.system.operate.releases import HERE, Installation

pytestmark = [pytest.mark.system, pytest.mark.long]


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The tree of the release before the newest migration."""
    commit = releases.previous()
    if commit is None:
        pytest.skip(releases.ABSENT)
    print(f"the release before is {commit}")
    return releases.unpacked(commit, tmp_path_factory.mktemp("before"))


@pytest.fixture
def installation(tmp_path, before):
    """A village with two replicas of each service, its policy that of the release before; nothing runs yet."""
    stack = Stack(tmp_path / "providers", Plan(providers_only=True))
    folder = tmp_path / "village"
    folder.mkdir()
    shutil.copy(before / "policy" / "default.yaml", folder / "policy.yaml")
    stack.start()
    made = Installation(stack, folder)
    try:
        run(topics.create(stack.kafka, TOPICS.values()))
        names = [f"{service}_village" for service in SERVICES]
        run(databases.create(stack.postgres(), names))
        run(made.own(names))
        yield made
    finally:
        made.close()
        stack.stop(wipe=True)


async def applied(world):
    """How many migrations each database has had."""
    return {
        service: (await world.query(f"{service}_village", "select count(*) from migration"))[0][0]
        for service in SERVICES
    }


async def exchanged(world, tree, number):
    """One replica of each service after another is stopped in order, and started from that tree; each is ready then."""
    house = world.stack
    for service in SERVICES:
        if (service, number) in house.running:
            assert await asyncio.to_thread(house.stop, service, number) == 0
        house.start(service, number, tree)
        await world.ready_at(house.probe_port(service, number))


def living(world, tree, replicas):
    """Whether all these replicas run, and from that tree."""
    house = world.stack
    return all(
        house.release[service, number] == tree and house.running[service, number].poll() is None
        for service in SERVICES
        for number in replicas
    )


async def bound(world):
    """Which services' owner is held back by row-level security in the tables it owns, in all that have any."""
    free = "select 1 from pg_class where relrowsecurity and not relforcerowsecurity limit 1"
    return {service for service in SERVICES if not await world.query(f"{service}_village", free)}


async def let_go(installation):
    """What the page says of going back to programs that copy, said as the owner of each database."""
    page = (
        (HERE / "docs" / "operate" / "upgrade.md").read_text("utf-8").partition("<!-- test: unforce -->")[2]
    )
    for service in SERVICES:
        connection = await asyncpg.connect(installation.owned(f"{service}_village"), timeout=10)
        try:
            await connection.execute(page.partition("```sql")[2].partition("```")[0])
        finally:
            await connection.close()


@pytest.mark.timeout(1500)
async def test_two_releases_work_side_by_side_on_the_new_schema_and_the_old_one_alone_after_a_rollback(
    installation, before
):
    promised = set()
    await asyncio.to_thread(installation.migrate, before)
    async with Doors(installation, promised) as world:
        old_schema = await applied(world)
        for number in installation.replicas:
            await exchanged(world, before, number)
        async with under_load(world) as lives:
            await lives.more(10)
            await asyncio.to_thread(installation.migrate, HERE)
            new_schema = await applied(world)
            await lives.more(10)

            await exchanged(world, HERE, 2)
            assert living(world, before, [1])
            assert living(world, HERE, [2])
            await lives.more(30)

            await exchanged(world, HERE, 1)
            await asyncio.to_thread(installation.migrate, HERE, "--bind-owner")
            assert await bound(world) == set(SERVICES)
            await lives.more(20)

            await let_go(installation)
            await asyncio.to_thread(installation.migrate, HERE)
            assert await bound(world) == set()

            await exchanged(world, before, 2)
            await lives.more(20)
            await exchanged(world, before, 1)
            assert living(world, before, [1, 2])
            await lives.more(20)

        healed = await invariants.hold(world, promised, probes=False, tiers=("village",))

        assert old_schema != new_schema
        assert await refused(world) == {}
    print(f"{lives.count} lifecycles {dict(lives.ended)}; {old_schema} → {new_schema}; healed {healed:.1f} s")
