"""The roles that doors of a local stack have at their databases: they may log in, where callers sign in as well."""

import stat
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local import door_roles, service_programs
from deploy.local.plan import Plan
from deploy.local.ports import Ports, Record
from deploy.local.service_programs import Addresses
from messaging.settings import DatabaseSettings, settings_of
from tests.conftest import created

PLAN = Plan(tiers=("village",), services=("intake", "routing"))
SERVER = "postgresql://fengqiao:hunter2@127.0.0.1:5432/postgres"


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What routing is told of its database, by its settings."""
    ports = Ports(tmp_path, Record(tmp_path))
    service_programs.reserve(PLAN, ports)

    def read(doors):
        programs = service_programs.build(
            PLAN, ports, Addresses("kafka:9092", SERVER, doors), tmp_path / "key"
        )
        for name, value in programs[1].environment.items():
            monkeypatch.setenv(name, value)
        return settings_of(DatabaseSettings, "routing")

    return read


def test_a_door_is_told_of_the_same_database_under_a_name_and_a_password_of_its_own(told):
    settings = told("p/w@1")

    door, own = urlsplit(settings.door_dsn()), urlsplit(settings.dsn())
    assert settings.door_role == "routing_village_door"
    assert (door.path, door.hostname, door.port) == (own.path, own.hostname, own.port)
    assert (door.password, own.password) == ("p%2Fw%401", "hunter2")


def test_where_nobody_signs_in_a_door_has_no_role_of_its_own(told):
    assert told(None).door_role is None


def test_the_password_is_made_once_and_for_the_owner_of_the_folder_alone(tmp_path):
    first = door_roles.password(tmp_path)

    assert door_roles.password(tmp_path) == first
    assert len(first) >= 24
    assert stat.S_IMODE((tmp_path / "doors.password").stat().st_mode) == 0o600


@pytest.fixture
async def server(providers):
    """A server with a database for this test, whose door's role is taken away afterwards: (dsn, database)."""
    database = (await created(providers[1], "routing")).rpartition("/")[2]
    yield providers[1], database
    connection = await asyncpg.connect(providers[1], timeout=30)
    await connection.execute(f'drop role if exists "{database}_door"')
    await connection.close()


@pytest.mark.system
async def test_the_role_may_log_in_and_nothing_else_and_is_brought_back_to_that(server):
    dsn, database = server
    await door_roles.create(dsn, [database], "the first")
    owner = await asyncpg.connect(dsn, timeout=30)
    await owner.execute(f'alter role "{database}_door" superuser bypassrls createdb createrole')

    await door_roles.create(dsn, [database], "it's another")

    door = await asyncpg.connect(door_roles.door_address(dsn, database, "it's another"), timeout=30)
    own = await door.fetchrow("select * from pg_roles where rolname = current_user")
    assert {name for name, value in own.items() if value is True} == {"rolcanlogin"}
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(door_roles.door_address(dsn, database, "the first"), timeout=30)
    await door.close()
    await owner.close()
