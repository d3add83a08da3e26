"""A bug is answered as a problem without its inside, and logged with its place and without any value."""

import asyncio
import io
import json
import logging

import pytest

from messaging import logs
from messaging.web import serve

SECRET = "王小明"  # what a person might write anywhere
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def logged():
    """The lines of the log as a service writes it, parsed."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.configure("routing", "village")
    root.handlers[0].setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)


async def test_a_bug_is_answered_as_a_problem_that_says_nothing_of_it(client):
    answer = await client.post(f"/bug/{SECRET}", json={"name": SECRET})

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["type"] == "urn:fengqiao:problem:internal"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "ValueError" not in answer.text
    assert SECRET not in answer.text


async def test_a_bug_is_logged_with_its_place_its_route_and_its_trace_and_without_any_value(client, logged):
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    await client.post(f"/bug/{SECRET}", json={"name": SECRET}, headers=headers)

    [line] = logged()
    assert (line["level"], line["service.name"]) == ("ERROR", "village-routing")
    assert (line["error"], line["after"]) == ("ValueError", ["KeyError"])
    assert line["frames"][-1].endswith(" bug")
    assert (line["method"], line["route"], line["trace_id"]) == ("POST", "/bug/{name}", TRACE)
    assert SECRET not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("given", [{}, {"traceparent": SECRET.encode()}])
async def test_a_trace_that_is_none_is_not_logged(client, logged, given):
    await client.post("/bug/x", json={"name": "a"}, headers=given)

    assert "trace_id" not in logged()[0]


async def test_over_a_real_socket_too_a_bug_is_answered_and_logged_once(app, logged):
    async with serve(app, "127.0.0.1", 0) as port:
        status, body = await asked(port, f'POST /bug/x HTTP/1.1\r\n{JSON}\r\n{{"name": "{SECRET}"}}')

    assert (status, json.loads(body)["status"]) == (500, 500)
    assert [line["message"] for line in logged()] == ["a request met a bug"]


async def test_an_answer_that_broke_off_has_no_end_and_is_logged(app, logged):
    async with serve(app, "127.0.0.1", 0) as port:
        status, body = await asked(port, "GET /broken-off HTTP/1.1\r\nhost: a\r\n\r\n")

    assert (status, body) == (200, b"5\r\nbegun\r\n")
    assert ("a request met a bug", "ValueError") in [(one["message"], one.get("error")) for one in logged()]
    assert "no end" not in json.dumps(logged())


async def test_a_request_that_is_given_up_when_we_stop_is_told_to_come_again(app):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/slow", "headers": [], "query_string": b""}
    asking = asyncio.create_task(app(scope, asyncio.Event().wait, send))
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.wait({asking})

    assert asking.cancelled()
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"retry-after"]) == (503, b"2")


JSON = "host: a\r\ncontent-type: application/json\r\ncontent-length: 21\r\n"


async def asked(port, request):
    """The status and the body of an answer, as the bytes that came until the connection ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.replace("host: a", "host: a\r\nconnection: close").encode())
    whole = await reader.read()
    writer.close()
    head, _, body = whole.partition(b"\r\n\r\n")
    return int(head.split()[1]), body
