"""Knocking: the same request until it is answered. The door is a real one that is shut at first."""

import asyncio
import json

import pytest

from cli.knock import Knocker, name_for
from cli.tally import Tally


@pytest.fixture
async def door():
    """A door that answers as it is told, in turn; None slams it. Knows what was asked."""
    answers, heard = [], []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        heard.append(head.decode().lower())
        length = next((line for line in heard[-1].split("\r\n") if line.startswith("content-length")), ": 0")
        await reader.readexactly(int(length.partition(":")[2]))
        status, body = answers.pop(0) or (None, None)
        if status is not None:
            text = json.dumps(body).encode()
            head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n"
            writer.write(head.encode() + b"connection: close\r\n\r\n" + text)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x", answers, heard
    server.close()


@pytest.fixture
async def knocker(monkeypatch):
    monkeypatch.setattr("cli.knock.FIRST_WAIT_S", 0.01)
    one = Knocker(Tally())
    yield one
    await one.aclose()


async def test_a_request_keeps_its_name_until_the_door_answers(door, knocker):
    url, answers, heard = door
    answers += [None, (503, {}), (201, {"ok": 1})]

    answer = await knocker.post(url, {"a": 1}, "name-1")

    assert answer.json() == {"ok": 1}
    assert [one.count("idempotency-key: name-1") for one in heard] == [1, 1, 1]
    assert knocker._tally.again == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_door_that_cannot_answer_now_is_knocked_at_again(door, knocker, status):
    url, answers, heard = door
    answers += [(status, {}), (200, {"ok": 1})]

    assert (await knocker.get(url)).json() == {"ok": 1}
    assert len(heard) == 2


async def test_a_refusal_is_an_answer_and_is_not_repeated(door, knocker):
    url, answers, heard = door
    answers += [(409, {"type": "urn:fengqiao:problem:closed"})]

    answer = await knocker.post(url, {}, "name-2")

    assert answer.status_code == 409
    assert len(heard) == 1


async def test_a_list_is_read_to_its_last_page(door, knocker):
    url, answers, heard = door
    answers += [(200, {"things": [{"n": 1}], "next": "t1"}), (200, {"things": [{"n": 2}], "next": None})]

    found = await knocker.pages(url, "things", status="open")

    assert found == [{"n": 1}, {"n": 2}]
    assert "after=" not in heard[0]
    assert "after=t1" in heard[1]
    assert "status=open" in heard[1]


def test_a_request_has_the_name_another_run_would_give_it():
    assert name_for("x", {"a": 1, "b": 2}) == name_for("x", {"b": 2, "a": 1})
    assert name_for("x", {"a": 1}) != name_for("x", {"a": 2})
