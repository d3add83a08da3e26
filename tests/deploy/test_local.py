"""The local stack on real Kafka and PostgreSQL: durable, restartable, harmless to start twice."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.local import databases, topics
from deploy.local.exclusive import run
from deploy.local.plan import Plan, StackError
from deploy.local.stack import Stack
from tests.deploy.kept import ATopic, both_have, keep

PROVIDERS = Plan(providers_only=True)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), PROVIDERS)
    stack.start()
    run(topics.create(stack.kafka, [ATopic()]))
    run(databases.create(stack.postgres(), ["kept"]))
    yield stack
    running = {state.pid for state in stack.programs().values()}
    stack.stop(wipe=True)
    assert not any(_runs(pid) for pid in running)
    assert not running & _who_left_shared_memory()
    assert not stack.data.exists()


@pytest.mark.system
def test_after_kill_nine_both_come_back_with_their_data(stack: Stack) -> None:
    keep(stack, "before the kill")

    stack.kill("kafka")
    stack.kill("postgres")

    _eventually(lambda: both_have(stack, "before the kill"))
    keep(stack, "after the kill")
    assert both_have(stack, "after the kill")


@pytest.mark.system
def test_killed_faster_than_they_start_they_still_come_back(stack: Stack) -> None:
    keep(stack, "before many kills")

    for _ in range(4):
        for name in ("kafka", "postgres"):
            stack.kill(name)
        time.sleep(0.7)

    _eventually(lambda: both_have(stack, "before many kills"))
    assert stack.programs()["postgres"].starts >= 3


@pytest.mark.system
def test_starting_twice_changes_nothing(stack: Stack) -> None:
    pids = {name: state.pid for name, state in stack.programs().items()}

    Stack(stack.data, PROVIDERS).start()
    run(topics.create(stack.kafka, [ATopic()]))
    run(databases.create(stack.postgres(), ["kept"]))

    assert {name: state.pid for name, state in stack.programs().items()} == pids


@pytest.mark.system
def test_starting_with_other_choices_is_refused_and_stops_nothing(stack: Stack) -> None:
    with pytest.raises(StackError, match="other choices"):
        Stack(stack.data, Plan(providers_only=True, replicas=2)).start()

    assert stack.pid("kafka")


@pytest.mark.system
def test_a_stopped_program_stays_down_until_it_is_started(stack: Stack) -> None:
    stack.stop_program("postgres")
    assert stack.pid("postgres") == 0

    stack.start_program("postgres")
    run(databases.wait_until_up(stack.postgres("kept"), 30))


@pytest.mark.system
def test_after_stop_and_start_the_data_and_the_ports_are_the_same(stack: Stack) -> None:
    keep(stack, "before the stop")
    ports = (stack.port("kafka"), stack.port("postgres"))

    stack.stop()
    assert stack.programs() == {}
    stack.start()

    assert (stack.port("kafka"), stack.port("postgres")) == ports
    _eventually(lambda: both_have(stack, "before the stop"))


@pytest.mark.system
def test_orphans_of_a_killed_supervisor_are_replaced(stack: Stack) -> None:
    keep(stack, "before the supervisor died")
    orphans = {state.pid for state in stack.programs().values()}
    supervisor = psutil.Process(stack.pid("kafka")).ppid()

    os.kill(supervisor, signal.SIGKILL)
    _eventually(lambda: not _runs(supervisor))
    stack.start()

    assert not orphans & {state.pid for state in stack.programs().values()}
    assert not any(_runs(pid) for pid in orphans)
    _eventually(lambda: both_have(stack, "before the supervisor died"))


@pytest.mark.system
def test_the_broker_reads_the_classes_that_were_kept_when_a_storage_was_formatted(stack: Stack) -> None:
    mapped = {Path(one.path).name for one in psutil.Process(stack.pid("kafka")).memory_maps()}

    assert "classes.jsa" in mapped


@pytest.mark.system
def test_status_shows_memory_and_readiness_of_both(stack: Stack) -> None:
    rows = {row.name: row for row in stack.status()}

    assert set(rows) == {"kafka", "postgres"}
    assert all(row.ready and row.memory_mb > 10 for row in rows.values())


@pytest.mark.system
def test_secrets_are_readable_by_their_owner_only(stack: Stack) -> None:
    for name in ("postgres.password", "stack.json", "supervisord.conf", "vault.key"):
        assert (stack.data / name).stat().st_mode & 0o077 == 0, name
    assert len(stack.vault_key_file.read_bytes()) == 32


@pytest.mark.system
@pytest.mark.parametrize("name", ["kafka", "logs"])
def test_nobody_else_enters_the_folders_of_what_others_sent(stack: Stack, name: str) -> None:
    assert (stack.data / name).stat().st_mode & 0o077 == 0


@pytest.mark.system
def test_the_database_s_log_says_what_went_wrong_and_with_which_statement_but_no_value(stack: Stack) -> None:
    run(_fail(stack, "王小明-13800138000"))

    told = stack.log("postgres").read_text()
    assert "duplicate key" in told
    assert "insert into unique_name" in told
    assert "王小明" not in told


@pytest.mark.system
def test_the_database_asks_for_its_password(stack: Stack) -> None:
    stranger = stack.postgres().replace("fengqiao:", "fengqiao:wrong", 1)

    with pytest.raises(asyncpg.InvalidPasswordError):
        run(databases.create(stranger, []))


async def _fail(stack: Stack, value: str) -> None:
    connection = await asyncpg.connect(stack.postgres("kept"), timeout=5)
    try:
        await connection.execute("create table unique_name (name text primary key)")
        await connection.execute("insert into unique_name values ($1)", value)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("insert into unique_name values ($1)", value)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.copy_records_to_table("unique_name", records=[(value,)])
    finally:
        await connection.close()


def _who_left_shared_memory() -> set[int]:
    """Makers of segments that are still there; nobody where the system does not tell."""
    table = Path("/proc/sysvipc/shm")
    return {int(line.split()[4]) for line in table.read_text().splitlines()[1:]} if table.exists() else set()


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _eventually(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            assert holds()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
