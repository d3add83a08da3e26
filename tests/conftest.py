"""Where the tests' broker and database come from: Docker if an engine answers, else the local providers."""

import os
import secrets
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

import tests.swift  # noqa: F401 - for what it does
from deploy.local import account, exclusive
from deploy.local.plan import Plan
from deploy.local.stack import Stack
from deploy.local.topics import create as create_topics
from doors import caller
from messaging import migrate
from messaging.database import Database
from schemas.topics import TOPICS
from tests import absences, memory, order
from tests.silence import silenced

PASSWORD = "doors-of-tests"
settings.register_profile("on any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("on any machine")


def _docker():
    """A Docker client if an engine answers, else None."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=3)
        client.ping()
    except (DockerException, OSError):
        return None
    return client


@pytest.fixture(scope="session")
def providers(tmp_path_factory):
    """A running broker and database for the whole session: (bootstrap, dsn of the server, folders of their files)."""
    if (client := _docker()) is not None:
        client.close()
        yield from _containers()
        return
    with memory.folder(tmp_path_factory) as data:
        stack = Stack(data / "providers", Plan(providers_only=True))
        try:
            stack.start()
            stack.wait_ready(120)
            exclusive.run(create_topics(stack.kafka, TOPICS.values()))
            exclusive.run(_hurried(stack.postgres("postgres")))
            folders = [one for one in (stack.data, account.outside_folder(stack.data)) if one.is_dir()]
            yield stack.kafka, stack.postgres("postgres"), folders
        finally:
            stack.stop(wipe=True)


async def _hurried(server):
    """Its data need not outlive a loss of power; what stacks of services write does, as shipped."""
    connection = await asyncpg.connect(server, timeout=30, command_timeout=60)
    await connection.execute("alter system set fsync = off")
    await connection.execute("select pg_reload_conf()")
    await connection.close()


def _containers():
    from testcontainers.kafka import KafkaContainer
    from testcontainers.postgres import PostgresContainer

    with KafkaContainer().with_kraft() as kafka, PostgresContainer("postgres:18") as postgres:
        bootstrap = kafka.get_bootstrap_server()
        exclusive.run(create_topics(bootstrap, TOPICS.values()))
        yield bootstrap, postgres.get_connection_url(driver=None), []


@pytest.fixture
def kafka(providers):
    """Bootstrap servers of a broker with all topics."""
    return providers[0]


@pytest.fixture
def files(providers):
    """The folders in which broker and database keep what they are given."""
    return providers[2] or pytest.skip(absences.FILES)


@pytest.fixture
async def silent(kafka):
    """The same broker, with nothing on it that a new database does not know."""
    await silenced(kafka)
    return kafka


@pytest.fixture(scope="session")
def migrated():
    """The databases that others are copied from, by service: each is migrated once in a session."""
    return {}


@pytest.fixture
def new_dsn(providers, migrated):
    """Makes a fresh database for a service, as its migrations leave it: `await new_dsn("routing")`.

    It is gone after the test: a thousand of them are gigabytes.
    """
    server, made = providers[1], []

    async def make(service, *, empty=False):
        if not empty and service not in migrated:
            migrated[service] = await created(server, service)
            await migrate.apply(migrated[service], service, await door_role(server, service))
        made.append(await created(server, service, like=None if empty else migrated[service]))
        return made[-1]

    yield make
    if made:
        exclusive.run(_dropped(server, made))


async def created(server, service, like=None, owner=None):
    """A new database on the server, empty or a copy of another that nobody is connected to; its dsn, as its owner."""
    name = f"t_{service}_{secrets.token_hex(4)}"
    template = "" if like is None else f' template "{like.rpartition("/")[2]}" strategy file_copy'
    connection = await asyncpg.connect(server, timeout=30, command_timeout=60)
    owned = "" if owner is None else f" owner {owner}"
    await connection.execute(f'create database "{name}"{template}{owned}')
    await connection.close()
    if owner is not None:
        return f"postgresql://{owner}:{PASSWORD}@{server.rsplit('/', 1)[0].rpartition('@')[2]}/{name}"
    return server.rsplit("/", 1)[0] + "/" + name


async def _dropped(server, dsns):
    """Removes databases, whoever is still connected to them."""
    connection = await asyncpg.connect(server, timeout=30, command_timeout=60)
    for dsn in dsns:
        await connection.execute(f'drop database if exists "{dsn.rpartition("/")[2]}" with (force)')
    await connection.close()


async def door_role(server, service):
    """The role of a service's doors on the server of the tests, made where it is not there yet."""
    return await _role(server, f"t_{service}_door")


async def owner_role(server):
    """A role that may own databases and is no superuser, as in a cluster."""
    return await _role(server, "t_owner")


async def _role(server, name):
    connection = await asyncpg.connect(server, timeout=30, command_timeout=60)
    try:
        await connection.execute(f"create role {name} login password '{PASSWORD}'")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        pass  # made by an earlier session, or by one beside us
    finally:
        await connection.close()
    return name


def at_the_door(dsn):
    """The same database for the role of its service's doors."""
    server, _, database = dsn.rpartition("/")
    service = database.split("_")[1]
    return f"postgresql://t_{service}_door:{PASSWORD}@{server.rpartition('@')[2]}/{database}"


@pytest.fixture
async def new_database(new_dsn):
    """Makes an open `Database` for a service; closed at the end of the test. With `beside`, for the door of another."""
    opened = []

    async def make(service="routing", beside=None):
        dsn = at_the_door(beside.dsn) if beside else await new_dsn(service)
        database = Database(dsn, name="test rows", told=caller.told if beside else None)
        await database.connect()
        database.dsn = dsn
        opened.append(database)
        return database

    yield make
    for database in opened:
        await database.close()


@pytest.fixture(scope="session")
def shared():
    """The folder of real data beside the checkout; without it what needs it is skipped, and counted at the end."""
    folder = Path(os.environ.get("FENGQIAO_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(absences.REAL_DATA)
    return folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Where files are shared out, the longest first, and some of them to one worker."""
    return order.LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Looks before those are taken out that are not asked for; and all come in the same order in every worker."""
    if overlooked := order.overlooked(items):
        raise pytest.UsageError(
            f"`make test` would not find the marks of {', '.join(overlooked)}: write them there"
        )
    done = yield
    items.sort(key=lambda one: order.place(one.nodeid))
    return done


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    """Says last how many proofs did not run for want of something, so that nobody takes their silence for success."""
    done = yield
    for line in absences.told(one.longrepr for one in terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(line, red=True, bold=True)
    return done
