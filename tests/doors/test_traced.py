"""A request that is recorded is told by its template and its answer; what it says hangs on it, and nobody is named."""

import httpx
import pytest
from starlette.responses import StreamingResponse

from messaging.trace import begin
from tests.recorded import context, of, recorded

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "wang-xiaoming"


@pytest.fixture
async def client(app):
    @app.get("/matters/{number}")
    async def matter(number: str, about: str = "") -> str:
        return begin(None)

    @app.get("/live")
    async def live() -> StreamingResponse:
        async def lines():
            yield "data: 1\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


async def test_a_request_is_named_by_its_template_and_nothing_of_its_address_is_told(client):
    with recorded() as spans:
        await client.get(f"/matters/{SECRET}?about={SECRET}", headers={"user-agent": SECRET})

    [span] = spans
    assert (span.name, span.kind.name, span.parent) == ("GET /matters/{number}", "SERVER", None)
    assert dict(span.attributes) == {
        "http.request.method": "GET", "url.scheme": "http", "http.route": "/matters/{number}",
        "http.response.status_code": 200,
    }  # fmt: skip
    assert SECRET not in span.to_json()


async def test_what_a_recorded_request_says_hangs_on_it(client):
    with recorded() as spans:
        said = (await client.get("/matters/1")).json()

    assert context(said) == of(spans.one("GET /matters/{number}"))


async def test_the_caller_s_trace_goes_on(client):
    with recorded() as spans:
        said = (await client.get("/matters/1", headers={"traceparent": GIVEN})).json()

    span = spans.one("GET /matters/{number}")
    assert (of(span.parent), context(said)) == (context(GIVEN), of(span))


async def test_a_caller_cannot_make_us_record(client):
    with recorded(0.0) as spans:
        for _ in range(20):
            said = (await client.get("/matters/1", headers={"traceparent": GIVEN})).json()
            assert said.endswith("-00")

    assert len(spans) == 0


@pytest.mark.parametrize("given", ["", "王小明", GIVEN.upper()])
async def test_a_trace_that_is_none_begins_another(client, given):
    with recorded() as spans:
        await client.get("/matters/1", headers={"traceparent": given.encode()})

    assert spans.one("GET /matters/{number}").parent is None


@pytest.mark.parametrize(
    ("method", "path", "name", "status"),
    [
        ("GET", f"/{SECRET}", "GET", 404), ("GET", f"/bug/{SECRET}", "GET", 405),
        ("GET", "/unavailable", "GET /unavailable", 503),
        ("BREW", "/matters/1", "HTTP /matters/{number}", 405),
    ],
)  # fmt: skip
async def test_whatever_is_asked_is_told_in_few_words(client, method, path, name, status):
    with recorded() as spans:
        await client.request(method, path)

    [span] = spans
    assert span.name.removesuffix(" /bug/{name}") == name
    assert span.attributes["http.response.status_code"] == status
    assert span.status.is_ok is (status < 500)
    assert SECRET not in span.to_json()


async def test_a_stream_is_told_of_by_its_beginning(client):
    with recorded() as spans:
        async with client.stream("GET", "/live") as answer:
            assert answer.status_code == 200
            assert spans.one("GET /live").attributes["http.response.status_code"] == 200
            await answer.aread()

    assert len(spans) == 1
