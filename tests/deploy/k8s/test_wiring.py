"""The development overlay fits the programs: each runs with exactly what its rendered container says."""

import asyncio
import base64
import re
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.deploy.k8s.node import Node
from tests.deploy.k8s.objects import containers, mentioned, of_kind, pod
from tests.deploy.k8s.rendered import K8S, objects_of

pytestmark = pytest.mark.system
SERVICES = ("intake", "routing", "followup", "metrics")
MIGRATED_S = 120
OPEN_S = 120
AS_RENDERED = {
    "started": True,
    "open without a schema": 503,
    "migration": 0,
    "open": True,
    "alive": 200,
    "door": 200,
    "exit code": 0,
}


@pytest.fixture(scope="session")
def objects():
    return objects_of(K8S / "overlays" / "dev")


@pytest.fixture
async def node(tmp_path, objects, silent, roles):
    """A node whose broker and database are those of the tests."""
    return Node(tmp_path, objects, {"kafka:9092": silent, "@postgres:5432": f"@{roles}"})


@pytest.fixture(scope="session")
def databases(objects):
    """The script that makes the roles and databases, and the passwords it is given by their names there."""
    [script] = [one for one in objects if one["metadata"]["name"].startswith("postgres-databases-")]
    given = containers(mentioned(objects, "StatefulSet", "postgres"))[0]["env"]
    asked = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in given}
    passwords = {
        name: base64.b64decode(mentioned(objects, "Secret", one["name"])["data"][one["key"]]).decode()
        for name, one in asked.items()
    }
    return script["data"]["databases.sql"], passwords


@pytest.fixture
async def roles(providers, databases):
    """Where the database is, once it has the roles and databases of the overlay."""
    script, passwords = databases
    connection = await asyncpg.connect(providers[1])
    try:
        if not await connection.fetchval("select 1 from pg_roles where rolname = 'routing_village'"):
            for statement in made_by(script, passwords):
                for row in await connection.fetch(statement):
                    await connection.execute(row[0])
    finally:
        await connection.close()
    return urlsplit(providers[1]).netloc.rpartition("@")[2]


def made_by(script, passwords):
    """The queries of a psql script whose results are statements (`\\gexec`), with the passwords it reads put in."""
    read = dict(re.findall(r"^\\getenv (\w+) (\w+)$", script, flags=re.MULTILINE))
    text = re.sub(r"^(--.*|\\getenv .*)$", "", script, flags=re.MULTILINE)
    assert set(read.values()) == set(passwords)
    assert text.count(r"\gexec") == 3
    for name, variable in read.items():
        text = text.replace(f":'{name}'", f"'{passwords[variable]}'")
    return [one for one in text.split(r"\gexec") if one.strip()]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "tier",
    ["village", pytest.param("town", marks=pytest.mark.long), pytest.param("county", marks=pytest.mark.long)],
)
async def test_the_services_run_as_rendered_beside_their_migrations_and_end_within_their_grace(
    tier, node, objects
):
    words = [f"{tier}-{service}" for service in SERVICES]

    lives = await asyncio.gather(*(a_life(node, objects, word) for word in words))

    assert dict(zip(words, lives, strict=True)) == dict.fromkeys(words, AS_RENDERED)


async def a_life(node, objects, word):
    """What is seen of a service from its start beside its migration to its end."""
    deployment = mentioned(objects, "Deployment", word)
    [job] = [one for one in of_kind(objects, "Job") if one["metadata"]["name"].startswith(f"{word}-")]
    async with node.running(deployment) as service:
        seen = {
            "started": await service.begins(),
            "open without a schema": await service.asked("readinessProbe"),
        }
        async with node.running(job) as migration:
            seen["migration"] = await migration.ends(MIGRATED_S) and migration.log
        seen["open"] = await service.passes("readinessProbe", OPEN_S)
        seen["alive"] = await service.asked("livenessProbe")
        seen["door"] = await service.knock(8080, "/openapi.json")
        seen["exit code"] = await service.told_to_end(pod(deployment)["terminationGracePeriodSeconds"])
    return seen


async def test_the_topics_are_made_as_they_are_rendered(node, objects):
    [job] = [one for one in of_kind(objects, "Job") if one["metadata"]["name"].startswith("topics-")]

    async with node.running(job) as topics:
        code = await topics.ends(60)

    assert code == 0, topics.log
    assert "topics are as the table says" in topics.log
