"""The watchdog ends a process that has work, does none, and has nobody to wait for."""

import asyncio

import pytest

from messaging import watchdog
from messaging.database import COMMAND_TIMEOUT_S
from messaging.errors import Unavailable
from messaging.health import SILENT_S, Health
from messaging.permitted import CONDITION
from messaging.subscriber import LAG_S, REACH_S
from messaging.watchdog import CHECK_S, PATIENCE_S, Stall, Watchdog

START = 1000.0
OVER = START + PATIENCE_S + 1


def watched(**changes):
    """A stall that saw lag without progress begin, and is asked again later."""
    stall = Stall()
    look = {"lag": 5, "progress": 3, "held": False}
    stall.stalled(**look, now=START)
    return stall.stalled(**(look | {"now": OVER} | changes))


def test_lag_without_progress_for_longer_than_patience_is_a_stall():
    assert watched()


@pytest.mark.parametrize(
    "excuse",
    [{"now": START + PATIENCE_S}, {"lag": 0}, {"progress": 4}, {"held": True}],
    ids=["patience is not over", "nothing to do", "something was done", "somebody is waited for"],
)
def test_an_excuse_is_heard(excuse):
    assert not watched(**excuse)


def test_a_fresh_process_is_given_its_time_whatever_the_clock_shows():
    assert not Stall().stalled(lag=5, progress=0, held=False, now=1e9)


def test_an_excuse_begins_the_time_anew():
    stall = Stall()
    stall.stalled(lag=5, progress=1, held=False, now=START)
    stall.stalled(lag=5, progress=1, held=True, now=OVER)

    assert not stall.stalled(lag=5, progress=1, held=False, now=OVER + PATIENCE_S)
    assert stall.stalled(lag=5, progress=1, held=False, now=OVER + PATIENCE_S + 1)


class Client:
    """A subscriber, as far as a watchdog looks at it."""

    progress, held, condition = 0, False, "consumer tests"

    def __init__(self, lag, *, broker):
        self._lag, self._broker = lag, broker

    async def lag(self):
        return self._lag

    async def reachable(self):
        return self._broker


class Server:
    """A database, as far as a watchdog looks at it."""

    def __init__(self, *, answers):
        self._answers = answers

    async def now(self):
        if not self._answers:
            raise Unavailable("down")


@pytest.mark.parametrize(
    ("client", "answers", "ends"),
    [
        (Client(1, broker=True), True, True),
        (Client(None, broker=True), True, True),
        (Client(None, broker=False), True, False),
        (Client(0, broker=True), True, False),
        (Client(1, broker=True), False, False),
    ],
    ids=["behind", "does not know although it could", "no broker", "up to date", "no database"],
)
async def test_the_process_is_ended_when_only_it_can_be_to_blame(monkeypatch, client, answers, ends):
    monkeypatch.setattr(watchdog, "PATIENCE_S", 0.05)
    monkeypatch.setattr(watchdog, "CHECK_S", 0.01)
    ended, stop = asyncio.Event(), asyncio.Event()
    watching = Watchdog(client, Server(answers=answers), Health("test"), end=ended.set)
    running = asyncio.create_task(watching.run(stop))
    await asyncio.sleep(0.3)
    stop.set()
    await running

    assert ended.is_set() == ends


async def test_a_process_that_is_forbidden_its_work_is_not_ended_before_it_was_allowed_and_given_its_time(
    monkeypatch,
):
    monkeypatch.setattr(watchdog, "PATIENCE_S", 0.05)
    monkeypatch.setattr(watchdog, "CHECK_S", 0.01)
    health, ended, stop = Health("test"), asyncio.Event(), asyncio.Event()
    health.set(CONDITION, ok=False, why="Kafka forbids test: Read group test")
    watching = Watchdog(Client(None, broker=True), Server(answers=True), health, end=ended.set)
    running = asyncio.create_task(watching.run(stop))
    await asyncio.sleep(0.3)
    waited = not ended.is_set()
    health.set(CONDITION, ok=True)
    async with asyncio.timeout(30):
        await ended.wait()
    stop.set()
    await running

    assert waited


async def test_each_round_is_heard_of_whatever_it_found(monkeypatch):
    monkeypatch.setattr(watchdog, "CHECK_S", 0.01)
    health, stop = Health("test"), asyncio.Event()
    begun = asyncio.get_running_loop().time()
    watching = Watchdog(Client(None, broker=False), Server(answers=False), health, end=stop.set)
    running = asyncio.create_task(watching.run(stop))
    await asyncio.sleep(0.1)
    stop.set()
    await running

    assert health.rounds["consumer tests"] > begun


def test_a_round_in_which_nobody_answers_is_over_long_before_it_counts_as_silence():
    brokers = 3
    slowest = LAG_S + brokers * REACH_S + 2 * COMMAND_TIMEOUT_S + CHECK_S

    assert 2 * slowest < SILENT_S


@pytest.mark.parametrize(
    ("client", "doubted", "stuck"),
    [
        (Client(1, broker=True), None, True),
        (Client(None, broker=True), None, True),
        (Client(None, broker=False), "no broker answers", False),
        (Client(0, broker=True), None, False),
    ],
    ids=["behind", "does not know although it could", "no broker", "up to date"],
)
async def test_telemetry_hears_for_how_long_nothing_was_done_and_whether_a_broker_answers(
    monkeypatch, client, doubted, stuck
):
    monkeypatch.setattr(watchdog, "CHECK_S", 0.01)
    health, stop = Health("test"), asyncio.Event()
    watching = Watchdog(client, Server(answers=True), health)
    before = watching.stuck_s
    running = asyncio.create_task(watching.run(stop))
    await asyncio.sleep(0.2)
    stop.set()
    await running

    assert before is None
    assert health.doubts.get("kafka") == doubted
    assert (watching.stuck_s > 0.05) == stuck
