"""Every answer is measured under the template of its route; what was asked for is in no label."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parse
from starlette.responses import StreamingResponse

from doors import app as door
from messaging.readings import Readings

SECRET = "wang-xiaoming"


@pytest.fixture
def app():
    made = door.create("Tiny", "One thing.")

    @made.get("/v1/things/{name}")
    async def thing(name: str):
        return {"name": name}

    @made.get("/v1/bug")
    async def bug():
        raise ZeroDivisionError

    @made.get("/v1/stream")
    async def stream():
        return StreamingResponse(iter([b"1", b"2"]))

    return made


def counted():
    """(method, route, status) → how many."""
    families = parse(Readings().text("")[0].decode())
    found = [
        one for family in families for one in family.samples if one.name == "fengqiao_http_seconds_count"
    ]
    return {(one.labels["method"], one.labels["route"], one.labels["status"]): one.value for one in found}


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", f"/v1/things/{SECRET}", ("GET", "/v1/things/{name}", "2xx")),
        ("GET", "/v1/bug", ("GET", "/v1/bug", "5xx")),
        ("GET", "/v1/stream", ("GET", "/v1/stream", "2xx")),
        ("GET", f"/{SECRET}", ("GET", "other", "4xx")),
        (SECRET.upper(), "/v1/bug", ("other", "/v1/bug", "4xx")),
        ("GET", "/docs/assets/favicon.png", ("GET", "other", "2xx")),
    ],
    ids=["a thing", "a bug", "a stream", "nothing of ours", "a method of theirs", "a file"],
)
async def test_an_answer_counts_once_under_the_template_of_its_route(app, method, path, told):
    before = counted()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        await client.request(method, path)

    after = counted()
    assert {one: after[one] - before.get(one, 0) for one in after if after[one] != before.get(one, 0)} == {
        told: 1
    }
    assert SECRET not in Readings().text("")[0].decode().lower()
