"""The OpenAPI document of each service, as it is put together to run: whole, and true of what is answered."""

import httpx
import pytest

from tests.services.doors import SERVICES, compose

PROBLEM = "application/problem+json"


@pytest.fixture(params=SERVICES)
async def door(request):
    app = compose(request.param)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        yield client


async def operations(door):
    document = (await door.get("/openapi.json")).json()
    return document, [one for path in document["paths"].values() for one in path.values()]


def references(part):
    if isinstance(part, dict):
        yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from references(one)


async def test_each_door_serves_its_document_in_which_every_reference_leads_somewhere(door):
    answer = await door.get("/openapi.json")

    assert answer.status_code == 200
    names = answer.json()["components"]["schemas"]
    assert {one.removeprefix("#/components/schemas/") for one in references(answer.json())} <= names.keys()


async def test_each_door_says_of_every_operation_what_it_does_and_that_what_fails_is_a_problem(door):
    document, found = await operations(door)

    assert found
    assert all(one["description"] for one in found)
    assert all(list(one["responses"]["default"]["content"]) == [PROBLEM] for one in found)
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_each_door_says_what_a_good_answer_is_made_of(door):
    _, found = await operations(door)

    good = [answer for one in found for code, answer in one["responses"].items() if code != "default"]
    assert all(part["schema"] for answer in good for part in answer["content"].values())
