"""What is too large or of another kind is refused before it is read."""

import asyncio
from typing import Annotated

import pytest
from fastapi import Body

from doors import app as door
from doors import limits
from doors.limits import MAX_BODY, Allowance

JSON = {"content-type": "application/json"}


async def in_pieces(total):
    for _ in range(0, total, 1024):
        yield b" " * 1024


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"]
)
async def test_json_may_enter(client, kind):
    answer = await client.post("/echo", content=b'{"name": "a"}', headers={"content-type": kind})

    assert answer.status_code in {200, 422}
    assert answer.status_code != 415


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/jsonl",
        "application/json-patch+json",
    ],
)
async def test_other_kinds_are_refused(client, kind):
    answer = await client.post("/echo", content=b'{"name": "a"}', headers={"content-type": kind})

    assert (answer.status_code, answer.json()["type"]) == (415, "urn:fengqiao:problem:content-type")


async def test_a_body_at_the_bound_may_enter(client):
    body = b'{"name": "a"}'.ljust(MAX_BODY)

    assert (await client.post("/echo", content=body, headers=JSON)).status_code == 200


async def test_a_body_over_the_bound_is_refused_by_its_length(client):
    answer = await client.post("/echo", content=b" " * (MAX_BODY + 1), headers=JSON)

    assert (answer.status_code, answer.json()["type"]) == (413, "urn:fengqiao:problem:too-large")


async def test_a_body_that_does_not_tell_its_length_is_bounded_all_the_same(client):
    answer = await client.post("/echo", content=in_pieces(4 * MAX_BODY), headers=JSON)

    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "many", "1e3"])
async def test_a_length_that_is_no_number_is_refused(client, length):
    answer = await client.post("/echo", content=b"{}", headers=JSON | {"content-length": length})

    assert answer.status_code == 413


async def test_a_body_in_small_pieces_is_put_together(client):
    async def pieces():
        for one in (b'{"na', b'me": ', b'"a"}'):
            yield one

    answer = await client.post("/echo", content=pieces(), headers=JSON)

    assert answer.json() == {"name": "a", "age": 0}


async def test_a_request_without_a_body_needs_no_kind(client):
    assert (await client.get("/count", params={"limit": 1})).status_code == 200


@pytest.fixture
def taking():
    """A door that takes files, and those it took."""
    app, taken = door.create("test", "takes files", {"/file": Allowance(("text/csv",))}), []

    @app.put("/file")
    async def take(file: Annotated[bytes, Body(media_type="text/csv")]) -> None:
        taken.append(file)

    return app, taken


TEXT = [(b"content-type", b"text/csv"), (b"content-length", b"1000")]


async def put(app, *messages):
    """What is answered to a file that comes in these pieces."""
    scope = {"type": "http", "method": "PUT", "path": "/file", "query_string": b"", "headers": TEXT}
    left, sent = list(messages), []

    async def receive():
        message = left.pop(0) if left else {"type": "http.disconnect"}
        return message or await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent


async def test_a_file_whose_sender_went_away_is_not_taken_for_the_half_that_came(taking):
    app, taken = taking

    sent = await put(app, {"type": "http.request", "body": b"a,b\n1,2\n", "more_body": True})

    assert (taken, sent) == ([], [])


async def test_a_sender_of_whom_nothing_more_comes_is_told_so_and_given_up(taking, monkeypatch):
    monkeypatch.setattr(limits, "STALL_S", 0.05)
    app, taken = taking

    sent = await put(app, {"type": "http.request", "body": b"a,b\n", "more_body": True}, None)

    assert (taken, sent[0]["status"]) == ([], 408)
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_a_sender_who_never_stalls_and_never_ends_is_given_up_as_well(taking, monkeypatch):
    monkeypatch.setattr(limits, "STALL_S", 0.2)
    monkeypatch.setattr(limits, "SLOWEST", 10 * MAX_BODY)
    app, taken = taking
    came = 0

    async def trickle():
        nonlocal came
        came += 1
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"a", "more_body": True}

    scope = {"type": "http", "method": "PUT", "path": "/file", "query_string": b"", "headers": TEXT}
    sent = []

    async def send(message):
        sent.append(message)

    async with asyncio.timeout(30):
        await app(scope, trickle, send)

    assert (taken, sent[0]["status"]) == ([], 408)
    assert came > 1


async def test_a_file_that_came_to_its_end_is_taken(taking):
    app, taken = taking
    pieces = [(b"a,b\n", True), (b"1,2\n", False)]

    sent = await put(
        app, *[{"type": "http.request", "body": body, "more_body": more} for body, more in pieces]
    )

    assert taken == [b"a,b\n1,2\n"]
    assert sent[0]["status"] == 200
