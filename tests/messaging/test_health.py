"""Alive and ready are asked for on a port of their own, and what is not ready says why."""

import httpx
import pytest

from messaging.health import Health, probes
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
