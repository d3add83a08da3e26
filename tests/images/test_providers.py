"""What compose gives to the images of others, tried on the same programs without those images."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local import jars, postgres
from deploy.local.databases import address
from deploy.local.door_roles import door_address, role
from deploy.local.plan import PROJECT
from deploy.local.service_programs import database
from tests.images import composed

pytestmark = pytest.mark.system
PASSWORD, OF_DOORS = "p'w\"$1", "p'w\"$2"
NAMES = sorted({database(one) for one in composed.INSTANCES})


@pytest.fixture
async def made(providers, tmp_path):
    """The databases of compose on the server of these tests, made by the script that the image of PostgreSQL runs."""
    await _taken_away(providers[1])  # others on this server may have made some of the same names
    _make(providers[1], tmp_path)
    yield providers[1]
    await _taken_away(providers[1])


async def _taken_away(dsn):
    owner = await asyncpg.connect(dsn)
    for name in NAMES:
        await owner.execute(f'drop database if exists "{name}" with (force)')
        await owner.execute(f'drop role if exists "{name}", "{role(name)}"')
    await owner.close()


def _make(dsn, folder):
    server = urlsplit(dsn)
    programs = postgres._wheel_binaries() or postgres._machine_binaries()
    (folder / "doors").write_text(OF_DOORS)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGHOST": server.hostname, "PGPORT": str(server.port), "PGPASSWORD": server.password or "",
        "POSTGRES_USER": server.username, "POSTGRES_PASSWORD": PASSWORD,
        "DOORS_PASSWORD_FILE": str(folder / "doors"),
    }  # fmt: skip
    script = PROJECT / "deploy" / "images" / "databases.sh"
    done = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_each_service_has_a_database_of_its_own_that_no_other_may_enter(made):
    own = {"user": "routing_town", "password": PASSWORD}

    connection = await asyncpg.connect(address(made, "routing_town"), **own)
    owner = await connection.fetchval(
        "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
    )
    there = await connection.fetch("select datname from pg_database where datname like '%\\_%' order by 1")
    await connection.close()

    assert owner == "routing_town"
    assert set(NAMES) <= {row["datname"] for row in there}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(address(made, "routing_village"), **own)


async def test_a_door_has_a_role_that_may_enter_the_database_of_its_service_and_do_nothing_there(made):
    door = await asyncpg.connect(door_address(made, "routing_town", OF_DOORS))
    own = await door.fetchrow("select * from pg_roles where rolname = current_user")
    rights = await door.fetchval("select has_database_privilege(current_database(), 'create, temporary')")
    await door.close()

    assert {name for name, value in own.items() if value is True} == {"rolcanlogin"}
    assert rights is False
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(address(made, "routing_village"), user="routing_town_door", password=OF_DOORS)


async def test_run_again_it_makes_what_is_not_there_and_leaves_what_is(made, tmp_path):
    owner = await asyncpg.connect(made)
    await owner.execute('drop owned by "routing_town_door"; drop role "routing_town_door"')
    await owner.close()
    routing = await asyncpg.connect(address(made, "routing_town"), user="routing_town", password=PASSWORD)
    await routing.execute("create table kept (it int)")
    await routing.close()

    _make(made, tmp_path)

    door = await asyncpg.connect(door_address(made, "routing_town", OF_DOORS))
    assert await door.fetchval("select to_regclass('kept') is not null")
    await door.close()


def test_the_start_script_of_kafka_makes_a_configuration_of_the_variables_and_formats_with_it(tmp_path):
    java, folder = jars.java(), jars.resolve(lambda _: None)
    for name in ("default", "mounted", "final", "data"):
        (tmp_path / name).mkdir()
    for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
        (tmp_path / "default" / name).touch()
    given = composed.read()["services"]["kafka"]["environment"]
    places = (("-D", "default"), ("-M", "mounted"), ("-F", "final"))

    done = subprocess.run(
        [java, "-cp", f"{folder}/*", "kafka.docker.KafkaDockerWrapper", "setup"]
        + [word for flag, name in places for word in (flag, str(tmp_path / name))],
        env={"PATH": os.environ["PATH"], **given, "KAFKA_LOG_DIRS": str(tmp_path / "data")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    written = dict(
        line.split("=", 1)
        for line in Path(tmp_path, "final", "server.properties").read_text().splitlines()
        if line
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert written["advertised.listeners"] == "INSIDE://kafka:9092,LAPTOP://127.0.0.1:9094"
    assert f"cluster.id={given['CLUSTER_ID']}" in Path(tmp_path, "data", "meta.properties").read_text()
