"""Pages of others: without being named none is answered readably, and none passes for a page of ours by its name."""

import pytest

from doors import app as door
from doors.browsers import Browsers, origins, ours
from doors.gate import Guard, guarded, within
from tests.documented import in_both_languages
from tests.doors.test_throttle import ISSUER, opened, signed

BOARD, OTHER = "https://board.example.cn", "https://elsewhere.example"
ASKS = {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}
ALLOW = "access-control-allow-origin"


def an_app(browsers, *, signs_in=True):
    app = door.create("test", "a door")

    @app.get("/v1/incidents")
    async def listed() -> str | None:
        return within()

    return guarded(app, Guard("routing", "town", ISSUER.sign_in() if signs_in else None, None, browsers))


async def test_unless_it_is_named_no_page_of_others_is_told_anything():
    async with opened(an_app(Browsers())) as client:
        beforehand = await client.options("/v1/incidents", headers={"origin": BOARD} | ASKS)
        asked = await client.get("/v1/incidents", headers={"origin": BOARD} | signed("u-1"))

    assert beforehand.status_code == 401
    assert asked.status_code == 200
    assert not [
        one for answer in (beforehand, asked) for one in answer.headers if one.startswith("access-control")
    ]


async def test_a_page_that_is_named_may_ask_with_a_token_it_brings_and_read_what_is_left():
    async with opened(an_app(Browsers(frozenset({BOARD})))) as client:
        beforehand = await client.options("/v1/incidents", headers={"origin": BOARD} | ASKS)
        asked = await client.get("/v1/incidents", headers={"origin": BOARD} | signed("u-1"))
        refused = await client.get("/v1/incidents", headers={"origin": BOARD})

    assert (beforehand.status_code, beforehand.headers[ALLOW]) == (204, BOARD)
    assert "Authorization" in beforehand.headers["access-control-allow-headers"]
    assert {answer.headers[ALLOW] for answer in (asked, refused)} == {BOARD}
    assert refused.status_code == 401
    assert "Retry-After" in asked.headers["access-control-expose-headers"]
    assert "Origin" in asked.headers["vary"]


async def test_no_page_ever_asks_with_what_a_browser_adds_by_itself():
    async with opened(an_app(Browsers(frozenset({BOARD})))) as client:
        beforehand = await client.options("/v1/incidents", headers={"origin": BOARD} | ASKS)
        asked = await client.get("/v1/incidents", headers={"origin": BOARD} | signed("u-1"))

    for answer in (beforehand, asked):
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [OTHER, "null", BOARD + ".evil.example", "http://board.example.cn", ""])
async def test_where_one_page_is_named_no_other_is_let_in(origin):
    async with opened(an_app(Browsers(frozenset({BOARD})))) as client:
        beforehand = await client.options("/v1/incidents", headers={"origin": origin} | ASKS)
        asked = await client.get("/v1/incidents", headers={"origin": origin} | signed("u-1"))

    assert beforehand.status_code == 401
    assert ALLOW not in beforehand.headers
    assert ALLOW not in asked.headers
    assert "Origin" in asked.headers["vary"]


@pytest.mark.parametrize(
    "written",
    ["*", "null", "https://*.example.cn", "https://a.example/", "https://a.example/x", "http://a.example", "a.example",
     "https://u@a.example", "https://", "javascript:alert(1)", "https://a.example https://b.example/"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(written):
    with pytest.raises(ValueError, match="origins"):
        origins(written)


def test_origins_are_those_of_the_network_and_of_a_developer_s_machine():
    assert origins(f" {BOARD}  http://localhost:5173 ") == {BOARD, "http://localhost:5173"}
    assert origins("") == set()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8080", "localhost", "localhost:80", "[::1]:8080", "10.0.0.3:80", "intake:8080", "a.localhost:1"],
)  # fmt: skip
async def test_a_door_without_sign_in_answers_by_the_names_of_its_machine(host):
    async with opened(an_app(Browsers(own_name_only=True), signs_in=False)) as client:
        assert (await client.get("/v1/incidents", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "[::1", "1.2.3.4.5"],
)  # fmt: skip
async def test_a_page_whose_name_was_made_to_point_to_this_machine_is_told_nothing(host):
    async with opened(an_app(Browsers(own_name_only=True), signs_in=False)) as client:
        answer = await client.get("/v1/incidents", headers={"host": host})

    assert (answer.status_code, answer.json()["type"]) == (421, "urn:fengqiao:problem:another-name")
    in_both_languages(answer.json())


def test_a_name_in_capitals_or_of_several_words_is_still_a_name():
    assert [ours(one) for one in ("LOCALHOST", "EVIL.EXAMPLE", "a.b.localhost")] == [True, False, True]


async def test_where_callers_sign_in_a_door_is_asked_by_whatever_name_a_proxy_gives_it():
    async with opened(an_app(Browsers())) as client:
        headers = {"host": "board.example.cn"} | signed("u-1")
        assert (await client.get("/v1/incidents", headers=headers)).status_code == 200
