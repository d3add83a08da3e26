"""Every service's door heeds how much it may take on, as its settings say; the page for operators names all of it."""

import asyncio
import re

import httpx
import pytest
from pydantic import ValidationError
from starlette.staticfiles import StaticFiles

from doors import app as door
from doors import limits
from doors.gate import Guard, guarded
from doors.load_settings import LoadSettings
from doors.shape import DEEPEST
from doors.turnstile import KINDS, Quota, TooMany, TooOften, Turnstile
from messaging import bounded, web
from messaging.settings import ServiceSettings, wrong
from services.metrics.api import BOARD
from tests.doors.identity.issuing import Issuer
from tests.messaging.test_web_ending import until
from tests.services.doors import SERVICES, compose
from tests.services.test_settings import bare, given
from tests.system.operate.releases import HERE

__all__ = ["bare"]
OURS = (LoadSettings.model_fields.keys() - ServiceSettings.model_fields.keys()) | {"connections"}
LANES = 6
"""Connections that a browser has to one place."""
PAGE = HERE / "docs" / "operate" / "limits.md"


@pytest.mark.parametrize("prefix", [f"{one.upper()}_" for one in SERVICES])
def test_what_is_set_is_what_is_heeded(monkeypatch, prefix):
    settings = given(monkeypatch, prefix, TIER="town", RATE_READS="2/60", RATE_WRITES="off", AT_ONCE="1")
    turnstile = Turnstile(settings.bounds)

    with pytest.raises(TooOften):
        for _ in range(3):
            with turnstile.entered("somebody", "reads"):
                pass
    with turnstile.entered("somebody", "writes"), pytest.raises(TooMany), turnstile.entered("x", "writes"):
        pass


@pytest.mark.parametrize("prefix", [f"{one.upper()}_" for one in SERVICES])
def test_each_setting_bounds_what_it_says(monkeypatch, prefix):
    rates = {f"RATE_{one.upper()}": f"{at}/{at + 1}" for at, one in enumerate(KINDS, 1)}
    most = {
        "AT_ONCE": 11,
        "AT_ONCE_EACH": 12,
        "EXPORTS_AT_ONCE": 13,
        "EXPORTS_AT_ONCE_EACH": 14,
        "STREAMS_AT_ONCE_EACH": 15,
        "FILES_AT_ONCE": 16,
    }
    given_too = rates | {name: str(value) for name, value in most.items()}

    bounds = given(monkeypatch, prefix, TIER="town", **given_too).bounds

    assert bounds.quotas == {one: Quota(at, at + 1) for at, one in enumerate(KINDS, 1)}
    assert bounds.each == {"requests": 12, "exports": 14, "streams": 15, "files": 16}
    assert bounds.every == {"requests": 11, "exports": 13}


@pytest.mark.wide
async def test_forty_boards_that_come_back_at_once_get_all_their_files_and_who_is_known_is_let_in(
    monkeypatch,
):
    settings = given(monkeypatch, "METRICS_", TIER="town")
    app, issuer, go = door.create("test", "a door"), Issuer(), asyncio.Event()
    app.mount("/board", StaticFiles(directory=BOARD))
    paths = [f"/board/{one.relative_to(BOARD)}" for one in BOARD.rglob("*") if one.is_file()]
    begun = 0

    @app.get("/")
    async def page() -> None:
        nonlocal begun
        begun += 1
        await go.wait()

    guarded(app, Guard("metrics", "town", issuer.sign_in(), Turnstile(settings.bounds)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://d") as client:
        lanes = [
            asyncio.create_task(loaded(client, "/", *paths[lane::LANES]))
            for lane in range(LANES)
            for _ in range(40)
        ]
        await until(lambda: begun == len(lanes) or any(one.done() for one in lanes))
        known = await client.get("/nowhere", headers={"authorization": f"Bearer {issuer.token()}"})
        go.set()
        statuses = {one for lane in await asyncio.gather(*lanes) for one in lane}

    assert (statuses, known.status_code) == ({200}, 404)


async def loaded(client, *paths):
    return [(await client.get(one)).status_code for one in paths]


@pytest.mark.parametrize("service", SERVICES)
def test_every_door_is_put_together_with_its_limits(service):
    assert compose(service).state.guard.turnstile is not None


@pytest.mark.parametrize("service", SERVICES)
def test_a_quota_that_cannot_be_read_is_refused_under_its_name(monkeypatch, service):
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, f"{service.upper()}_", TIER="town", RATE_WRITES="many")

    assert wrong(caught.value, service).startswith(f"{service.upper()}_RATE_WRITES: ")


def test_the_page_for_operators_has_every_limit_with_what_it_is_unless_set():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^|`]+?)`? \|", PAGE.read_text("utf-8"), re.MULTILINE))

    for name in OURS:
        assert rows.get(name.upper()) == str(LoadSettings.model_fields[name].default), name


def test_the_page_says_what_is_no_setting_as_it_is():
    text, stall = PAGE.read_text("utf-8"), limits.STALL_S
    small, large = (stall + most / limits.SLOWEST for most in (limits.MAX_BODY, 1 << 20))
    said = {
        "a body |": f"{limits.MAX_BODY // 1024} KiB; 1 MiB",
        "parts of a JSON body": f"{limits.MOST_PARTS:,}; 65,536",
        "objects or lists": f"| {DEEPEST} |",
        "address and headers": f"{bounded.MOST_HEAD // 1024} KiB",
        "a head,": f"{bounded.HEAD_S:.0f} s, {bounded.SAY_S:.0f} s while",
        "a body of which": f"{stall:.0f} s",
        "a body as a whole": f"{small:.0f} s, or {large:.0f} s",
        "a connection on which": f"{web.IDLE_S} s",
        "a reader of an answer": f"{bounded.STALL_S:.0f} s",
    }

    rows = [one for one in text.splitlines() if one.startswith("|")]
    assert [
        name for name, bound in said.items() if not any(name in row and bound in row for row in rows)
    ] == []
