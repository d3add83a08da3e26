"""Alive and ready are asked for on a port of their own, and what is not ready says why."""

import asyncio

import httpx
import pytest

from messaging.health import SILENT_S, Health, probes
from messaging.web import serve


@pytest.fixture
def health():
    made = Health("village-routing")
    made.set("database", ok=True)
    return made


async def asked(health, path):
    async with serve(probes(health), "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}{path}")
    return answer.status_code, answer.json()


async def test_before_anything_is_known_it_is_alive_and_not_ready():
    assert await asked(Health("n"), "/live") == (200, {"name": "n", "alive": True})
    assert (await asked(Health("n"), "/ready"))[0] == 503


async def test_it_is_ready_when_every_condition_holds(health):
    status, said = await asked(health, "/ready")

    assert (status, said["ready"], said["conditions"]) == (200, True, {"database": "ok"})


async def test_what_does_not_hold_is_said_with_its_reason_and_does_not_end_the_life(health):
    health.set("consumer", ok=False, why="no share of the partitions yet")

    status, said = await asked(health, "/ready")

    assert (status, said["conditions"]["consumer"]) == (503, "no share of the partitions yet")
    assert (await asked(health, "/live"))[0] == 200


async def test_trouble_a_caller_need_not_feel_is_shown_and_stops_no_work(health):
    health.doubt("broker", "the broker is away")
    health.figures["lag"] = lambda: 7

    status, said = await asked(health, "/ready")

    assert (status, said["conditions"]["broker"], said["figures"]) == (200, "the broker is away", {"lag": 7})


async def test_the_door_is_closed_until_everything_was_started_once():
    fresh, starting = Health("n"), Health("n")
    starting.set("started", ok=False, why="not yet")

    assert (await asked(fresh, "/open"))[0] == 503
    assert await asked(starting, "/open") == (503, {"name": "n", "open": False, "why": "not yet"})


async def test_trouble_of_others_closes_no_door_that_was_open_and_stopping_does(health):
    health.set("started", ok=True)
    health.set("database", ok=False, why="PostgreSQL does not answer")
    health.set("consumer", ok=False, why="dead-letter budget spent")

    in_trouble = await asked(health, "/open")
    health.set("started", ok=False, why="stopping")
    stopping = await asked(health, "/open")

    assert in_trouble == (200, {"name": "village-routing", "open": True, "why": "ok"})
    assert stopping == (503, {"name": "village-routing", "open": False, "why": "stopping"})


async def test_a_watchdog_nobody_hears_of_any_more_is_a_reason_to_end_the_process(health):
    now = asyncio.get_running_loop().time()
    health.came_round("consumer a", now)
    health.came_round("consumer b", now - SILENT_S - 1)

    assert await asked(health, "/live") == (
        503,
        {"name": "village-routing", "alive": False, "silent": ["consumer b"]},
    )


async def test_a_watchdog_that_was_heard_of_lately_is_not_missed(health):
    health.came_round("consumer a", asyncio.get_running_loop().time() - SILENT_S + 10)

    assert (await asked(health, "/live"))[0] == 200
