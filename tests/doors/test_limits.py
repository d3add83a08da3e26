"""What is too large or of another kind is refused before it is read."""

import pytest

from doors.limits import MAX_BODY

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
