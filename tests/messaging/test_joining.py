"""A door waits for the readers beside it, for a while; a broker that is away keeps it closed no longer."""

import asyncio

import httpx
import pytest
from aiokafka.errors import KafkaConnectionError
from starlette.applications import Starlette

from messaging import process as of_process
from messaging.fence import DatabaseBehind
from messaging.process import Process
from messaging.settings import ServiceSettings
from tests.ports import free_port


class Reader:
    """A subscriber whose broker may be away."""

    condition = "consumer test"

    def __init__(self):
        self.broker, self.stopped = asyncio.Event(), False

    async def start(self):
        if not self.broker.is_set():
            raise KafkaConnectionError("away")

    async def stop(self):
        self.stopped = True


@pytest.fixture
async def working(monkeypatch):
    """Makes a process at work with one reader: `process, reader, its work`; it is stopped at the end."""
    made = []

    def make(join_s):
        monkeypatch.setattr(of_process, "JOIN_S", join_s)
        settings = ServiceSettings(
            TIER="village", postgres="postgresql://u:p@127.0.0.1:1/x", port=free_port()
        )
        process, reader = Process("routing", settings), Reader()
        process.door, process._loops, process._subscribers = Starlette(), [], [reader]
        process.health.set("started", ok=False)
        work = asyncio.create_task(process._work())
        made.append((process, work))
        return process, reader, work

    yield make
    for process, work in made:
        process.leave()
        await asyncio.wait_for(work, 10)


async def opened(process, seconds):
    """Whether the door is said to be open within so many seconds."""
    for _ in range(int(seconds * 100)):
        if process.health.closed is None:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_door_opens_once_its_readers_have_joined(working):
    process, reader, _ = working(60)

    before = await opened(process, 0.5)
    reader.broker.set()
    after = await opened(process, 5)

    assert (before, after, process.health.ready) == (False, True, True)


async def test_a_door_opens_without_a_broker_after_a_while_and_says_that_not_all_is_well(working):
    process, _, _ = working(0.3)

    open_without = await opened(process, 5)
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{process.settings.port}/")

    assert (open_without, answer.status_code) == (True, 404)
    assert (process.health.ready, process.health.conditions["consumer test"]) == (
        False,
        "KafkaConnectionError: away",
    )


class LateFence:
    """What a reader's group has passed cannot be asked for yet."""

    def __init__(self):
        self.broker = asyncio.Event()

    def joining(self, start, _database):
        async def joined():
            if not self.broker.is_set():
                raise KafkaConnectionError("away")
            await start()

        return joined


async def test_a_reader_joins_no_sooner_than_its_database_has_been_compared_with_what_it_passed(working):
    process, reader, _ = working(60)
    process._fence = fence = LateFence()
    reader.broker.set()

    before = await opened(process, 0.5)
    fence.broker.set()
    after = await opened(process, 5)

    assert (before, after) == (False, True)


async def test_a_process_that_never_joined_stops_as_any_other(working):
    process, reader, work = working(0.1)
    await opened(process, 5)

    process.leave()
    await asyncio.wait_for(work, 10)

    assert reader.stopped


@pytest.mark.parametrize(
    ("error", "code"), [(DatabaseBehind("set back"), 78), (ZeroDivisionError("a bug"), 1)]
)
async def test_what_is_found_out_at_work_ends_a_process_as_it_would_have_at_the_start(
    error, code, monkeypatch, caplog
):
    ended = []
    monkeypatch.setattr(of_process.os, "_exit", ended.append)
    monkeypatch.setattr(of_process.logging, "shutdown", lambda: None)
    process = Process("routing", ServiceSettings(TIER="village", postgres="postgresql://u:p@127.0.0.1:1/x"))

    async def loop():
        raise error

    task = asyncio.create_task(loop())
    await asyncio.wait({task})
    process._ended(task)

    assert ended == [code]
    assert ("set back" in caplog.text, "a bug" in caplog.text) == (code != 1, False)
