"""A door that is asked too much says so: 429 to whoever asks too much, 503 where it is everybody together."""

import asyncio
from collections import Counter
from itertools import islice

import httpx
import pytest
from starlette.responses import StreamingResponse

from doors import app as door
from doors import throttle
from doors.gate import Guard, guarded, within
from doors.permissions import ROUTES
from doors.throttle import EXPORTS, STREAMS, kind_of
from doors.turnstile import Bounds, Quota, Turnstile
from messaging.telemetry import http_refused
from messaging.web import serve
from tests.documented import in_both_languages
from tests.doors.identity.issuing import Issuer

ISSUER = Issuer()


@pytest.fixture
def hold():
    return asyncio.Event()


def an_app(hold, bounds, *, signs_in=True):
    """A door at which one address is answered at once, and one as soon as the test lets it."""
    app = door.create("test", "a door")

    @app.get("/v1/incidents")
    async def listed() -> str | None:
        return within()

    @app.get("/v1/contacts")
    async def slow() -> str | None:
        area = within()
        await hold.wait()
        return area

    turnstile = Turnstile(bounds, lambda: 100.0)
    return guarded(app, Guard("routing", "town", ISSUER.sign_in() if signs_in else None, turnstile))


def opened(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://d")


def signed(subject):
    return {"authorization": f"Bearer {ISSUER.token(ISSUER.claims(sub=subject))}"}


def signed_as(*roles):
    return {"authorization": f"Bearer {ISSUER.token(ISSUER.claims(roles=list(roles)))}"}


async def test_who_asks_too_often_is_told_when_to_come_again_and_nobody_else_is_kept_out(hold):
    async with opened(an_app(hold, Bounds({"reads": Quota(2, 60)}))) as client:
        answers = [await client.get("/v1/incidents", headers=signed("u-1")) for _ in range(3)]
        other = await client.get("/v1/incidents", headers=signed("u-2"))

    assert [one.status_code for one in [*answers, other]] == [200, 200, 429, 200]
    refused = answers[-1]
    assert refused.json()["type"] == "urn:fengqiao:problem:too-often"
    assert refused.headers["retry-after"] == "30"
    in_both_languages(refused.json())


def refused(kind, reason):
    return http_refused.labels(kind, reason)._value.get()


async def test_each_refusal_is_counted_by_what_was_asked_and_why_and_by_nobody_s_name(hold):
    names = [("reads", "too-often"), ("reads", "too-many-at-once"), ("reads", "busy")]
    before = [refused(*one) for one in names]
    for bounds in (
        Bounds({"reads": Quota(1, 60)}),
        Bounds(each={"requests": 0}),
        Bounds(every={"requests": 0}),
    ):
        async with opened(an_app(hold, bounds)) as client:
            await client.get("/v1/incidents", headers=signed("u-1"))
            await client.get("/v1/incidents", headers=signed("u-1"))

    assert [refused(*one) - was for one, was in zip(names, before, strict=True)] == [1, 2, 2]


async def test_each_answer_says_what_is_left(hold):
    async with opened(an_app(hold, Bounds({"reads": Quota(2, 60)}))) as client:
        answers = [await client.get("/v1/incidents", headers=signed("u-1")) for _ in range(3)]

    assert {one.headers["ratelimit-policy"] for one in answers} == {'"reads";q=2;w=60'}
    assert [one.headers["ratelimit"] for one in answers] == [
        '"reads";r=1;t=30', '"reads";r=0;t=60', '"reads";r=0;t=60',
    ]  # fmt: skip


async def test_a_key_and_a_token_of_the_same_person_are_two_senders_and_two_tokens_of_one_are_one(hold):
    async with opened(an_app(hold, Bounds({"reads": Quota(1, 60)}))) as client:
        first = await client.get("/v1/incidents", headers=signed("u-1"))
        token = ISSUER.token(ISSUER.claims(sub="u-1", jti="another"))
        second = await client.get("/v1/incidents", headers={"authorization": f"Bearer {token}"})

    assert (first.status_code, second.status_code) == (200, 429)


@pytest.mark.parametrize(
    ("bounds", "subjects", "status", "kind"),
    [
        (Bounds(each={"requests": 1}), ("u-1", "u-1"), 429, "too-many-at-once"),
        (Bounds(every={"requests": 1}), ("u-1", "u-2"), 503, "busy"),
    ],
)
async def test_what_is_under_way_is_bounded(hold, bounds, subjects, status, kind):
    async with opened(an_app(hold, bounds)) as client:
        waiting = asyncio.create_task(client.get("/v1/contacts", headers=signed(subjects[0])))
        await asyncio.sleep(0.05)
        refused = await client.get("/v1/incidents", headers=signed(subjects[1]))
        hold.set()
        first = await waiting
        again = await client.get("/v1/incidents", headers=signed(subjects[1]))

    assert (refused.status_code, refused.json()["type"]) == (status, f"urn:fengqiao:problem:{kind}")
    assert int(refused.headers["retry-after"]) > 0
    in_both_languages(refused.json())
    assert (first.status_code, again.status_code) == (200, 200)


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/assets/swagger-ui.css"])
async def test_what_is_open_to_all_is_not_given_without_end_to_who_says_no_name_and_nobody_known_pays(
    hold, path
):
    async with opened(an_app(hold, Bounds({"files": Quota(2, 60)}))) as client:
        unknown = [(await client.get(path)).status_code for _ in range(4)]
        known = await client.get("/v1/incidents", headers=signed("u-1"))

    assert unknown == [200, 200, 429, 429]
    assert known.status_code == 200


async def test_who_says_no_name_takes_no_more_of_the_door_at_once_than_is_left_to_them(hold):
    app = an_app(hold, Bounds(each={"files": 1}, every={"requests": 1}))

    @app.get("/board")
    async def page() -> None:
        await hold.wait()

    async with opened(app) as client:
        waiting = asyncio.create_task(client.get("/board"))
        await asyncio.sleep(0.05)
        refused, known = await client.get("/board"), await client.get("/v1/incidents", headers=signed("u-1"))
        hold.set()

    assert (refused.status_code, known.status_code, (await waiting).status_code) == (429, 200, 200)


async def trickled(hold):
    """A piece at a time, for as long as anybody takes them."""
    while not hold.is_set():
        yield b"x"
        await asyncio.sleep(0.01)


@pytest.mark.wide
async def test_an_export_as_a_whole_has_its_time_however_steadily_it_is_taken_and_gives_its_place_back(
    hold, monkeypatch
):
    monkeypatch.setattr(throttle, "EXPORT_S", 0.3)
    app = an_app(hold, Bounds(each={"exports": 1}))

    @app.get("/v1/ledger")
    async def ledger(begin: str) -> StreamingResponse:
        within()
        if begin == "late":
            await hold.wait()
        return StreamingResponse(trickled(hold))

    who = signed_as("centre-head")
    async with serve(app, "127.0.0.1", 0) as port, httpx.AsyncClient(timeout=30) as client:
        url = f"http://127.0.0.1:{port}/v1/ledger"
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(url, params={"begin": "now"}, headers=who)
            assert (await client.get(url, params={"begin": "late"}, headers=who)).status_code == 503
        hold.set()


async def test_where_nobody_signs_in_no_address_is_a_sender_and_only_what_is_under_way_is_bounded(hold):
    bounds = Bounds({"reads": Quota(1, 60)}, {"requests": 1}, {"requests": 2})
    async with opened(an_app(hold, bounds, signs_in=False)) as client:
        one_by_one = [(await client.get("/v1/incidents")).status_code for _ in range(20)]
        waiting = [asyncio.create_task(client.get("/v1/contacts")) for _ in range(2)]
        await asyncio.sleep(0.05)
        refused = await client.get("/v1/incidents")
        hold.set()
        done = [(await one).status_code for one in waiting]

    assert set(one_by_one) == {200}
    assert (refused.status_code, done) == (503, [200, 200])
    assert "ratelimit" not in refused.headers


@pytest.mark.timeout(90)
async def test_whoever_asks_without_end_keeps_nobody_else_waiting_or_out(hold):
    app = an_app(hold, Bounds({"reads": Quota(200, 60)}, {"requests": 4}, {"requests": 8}))
    async with serve(app, "127.0.0.1", 0) as port, httpx.AsyncClient(timeout=60) as client:
        url = f"http://127.0.0.1:{port}/v1"
        slow = [asyncio.create_task(client.get(f"{url}/contacts", headers=signed("u-1"))) for _ in range(40)]
        await asyncio.wait(slow, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        others = [await client.get(f"{url}/incidents", headers=signed("u-2")) for _ in range(50)]
        for one in islice(asyncio.as_completed(slow), 36):  # all but those that are held
            await one
        hold.set()
        done = Counter([(await one).status_code for one in slow])

    assert {one.status_code for one in others} == {200}
    assert done == {200: 4, 429: 36}


async def test_who_is_not_known_uses_up_nobody_s_quota(hold):
    async with opened(an_app(hold, Bounds({"reads": Quota(1, 60)}))) as client:
        unknown = [await client.get("/v1/incidents", headers={"authorization": "Bearer x"}) for _ in range(5)]
        known = await client.get("/v1/incidents", headers=signed("u-1"))

    assert {one.status_code for one in unknown} == {401}
    assert known.status_code == 200


def test_exports_and_streams_are_addresses_that_there_are():
    assert {path for _, _, path in ROUTES} >= EXPORTS | STREAMS


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v1/incidents", "reads"), ("HEAD", "/v1/incidents", "reads"), ("POST", "/v1/reports", "writes"),
        ("PUT", "/v1/contacts", "writes"), ("GET", "/v1/ledger", "exports"), ("GET", "/v1/referrals/ledger", "exports"),
        ("POST", "/v1/referrals/reconciliations", "exports"), ("GET", "/v1/metrics/stream", "streams"),
    ],
)  # fmt: skip
def test_each_request_goes_by_the_quota_of_its_kind(method, path, kind):
    assert kind_of(method, path) == kind
