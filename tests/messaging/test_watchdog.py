"""The watchdog ends a process that has work, does none, and has nobody to wait for."""

import asyncio

import pytest

from messaging import watchdog
from messaging.errors import Unavailable
from messaging.health import Health
from messaging.watchdog import PATIENCE_S, Stall, Watchdog

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

    progress, held = 0, False

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
