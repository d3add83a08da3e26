"""The OpenAPI document of each service, as it is put together to run: whole, and true of what is answered."""

from itertools import product

import httpx
import pytest

from tests.documented import Documented, documented
from tests.services.doors import SERVICES, compose

PROBLEM = "application/problem+json"


@pytest.fixture(params=SERVICES)
async def door(request):
    app = compose(request.param)
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://door") as client:
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


async def test_each_door_says_how_somebody_signs_in_at_every_operation(door):
    document, found = await operations(door)

    assert document["security"] == [{"bearer": []}]
    assert not [one for one in found if "security" in one]
    bearer = document["components"]["securitySchemes"]["bearer"]
    assert (bearer["type"], bearer["scheme"]) == ("http", "bearer")
    assert all("WWW-Authenticate" in one["responses"]["401"]["headers"] for one in found)


async def test_each_door_says_what_a_good_answer_is_made_of(door):
    _, found = await operations(door)

    good = [answer for one in found for code, answer in one["responses"].items() if code != "default"]
    assert all(part["schema"] for answer in good for part in answer["content"].values())


WRONG = [
    ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
    ({"content": b"a" * 2_000_000, "headers": {"content-type": "application/json"}}, 413),
    ({"content": b"a", "headers": {"content-type": "text/plain"}}, 415),
    ({"json": [], "headers": {"Idempotency-Key": "k"}}, 422),
    ({"params": {"colour": "red"}}, 422),
]


async def test_each_door_s_document_has_every_status_that_is_answered_before_anything_is_looked_up(door):
    document = (await door.get("/openapi.json")).json()

    met = set()
    for path, one in document["paths"].items():
        for method, (given, _) in product(one, WRONG):
            at = path.replace("{incident_id}", "a").replace("{batch_id}", "a")
            met.add(
                (await door.request(method, at, **given)).status_code
            )  # looked up in the document on its way

    assert met - {200} <= {status for _, status in WRONG} | {503}
    assert 422 in met


async def test_each_door_s_document_says_of_every_operation_what_may_become_of_any_request(door):
    _, found = await operations(door)

    for one in found:
        statuses = one["responses"].keys()
        assert statuses >= {"default", "429", "500", "503"}
        assert {status in statuses for status in ("408", "413", "415")} == {"requestBody" in one}
        assert "422" in statuses or not (one.get("parameters") or one.get("requestBody"))


async def test_what_is_done_elsewhere_or_was_done_before_is_in_the_document():
    routing, intake = (compose(one).openapi()["paths"] for one in ("routing", "intake"))

    forwarded = routing["/v1/incidents/{incident_id}/actions"]["post"]["responses"]
    declared = intake["/v1/referrals/eligible"]["post"]["responses"]
    assert forwarded.keys() >= {"201", "202", "404", "409"}
    assert declared.keys() >= {"200", "201", "409"}


def test_an_answer_the_document_does_not_have_is_found_out():
    known = documented(compose("routing"), httpx.Request("GET", "http://door/v1/incidents"))

    assert "418" not in known
    assert known == {"200", "401", "403", "422", "429", "500", "503"}


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("routing", "Escalate"),
        ("routing", "Actor"),
        ("routing", "Belief"),
        ("followup", "Visit"),
        ("intake", "ReportItem"),
    ],
)
def test_a_part_of_a_request_has_no_other_fields_in_the_document_either(service, name):
    assert compose(service).openapi()["components"]["schemas"][name]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("service", "name", "field"),
    [("routing", "Accept", "action"), ("followup", "Visit", "action"), ("intake", "ReportItem", "kind")],
)
def test_what_tells_the_kinds_of_a_request_apart_must_be_there_in_the_document_too(service, name, field):
    assert field in compose(service).openapi()["components"]["schemas"][name]["required"]
