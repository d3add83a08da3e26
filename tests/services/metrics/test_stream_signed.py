"""The live stream of somebody who signed in: it lasts as long as what they brought, and then says so and ends."""

import asyncio
import json

import httpx
import pytest

from doors.gate import Guard, guarded
from doors.identity.refusal import WORDS
from doors.identity.senders import Senders, fresh, read
from doors.identity.sign_in import SignIn
from messaging.web import serve
from policy.load import areas
from schemas.codes import load
from services.metrics import api_stream
from services.metrics.api import api
from services.metrics.api_stream import Events
from services.metrics.naming import Naming
from tests.builders import ROOT
from tests.documented import in_both_languages

TICK = b"event: tick\ndata: {}\n\n"


async def ticks(made):
    try:
        while True:
            made.append("made")
            yield TICK
    finally:
        made.append("closed")


async def sent(still, monkeypatch, most=5):
    """What a reader gets who stays for some frames, and what was made for them."""
    monkeypatch.setattr(api_stream, "LOOK_S", 0.0)
    made, got, gone = [], [], asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        got.append(message)
        if len(got) > most:
            gone.set()
            await asyncio.sleep(0)

    await Events(ticks(made), still)({}, receive, send)
    return got, made


def reasons(*given):
    """Asked again and again; the last stays."""
    left = list(given)

    async def still():
        return left.pop(0) if len(left) > 1 else left[0]

    return still


@pytest.mark.parametrize("reason", ["expired", "unknown-key", "sender-key", "changed"])
async def test_a_reader_whose_token_has_ended_is_told_why_and_then_it_ends(monkeypatch, reason):
    got, made = await sent(reasons(None, None, reason), monkeypatch)

    bodies = [one["body"] for one in got[1:]]
    assert bodies[:2] == [TICK, TICK]
    assert bodies[3:] == [b""]
    assert got[-1]["more_body"] is False
    kind, data = bodies[2].decode().strip().split("\n")
    problem = json.loads(data.removeprefix("data: "))
    assert kind == "event: signed-out"
    assert (problem["status"], problem["type"]) == (401, "urn:fengqiao:problem:not-signed-in")
    assert WORDS[reason][1] in problem["detail"]
    in_both_languages(problem)
    assert made[-1] == "closed"


async def test_a_reader_whose_token_is_good_goes_on(monkeypatch):
    got, made = await sent(reasons(None), monkeypatch)

    assert {one["body"] for one in got[1:]} == {TICK}
    assert made[-1] == "closed"


async def test_it_is_not_looked_at_for_every_frame(monkeypatch):
    asked = []

    async def still():
        asked.append("asked")

    monkeypatch.setattr(api_stream, "LOOK_S", 3600.0)
    events = Events(ticks([]), still)
    events._looked = asyncio.get_running_loop().time()
    assert [await events._over() for _ in range(10)] == [None] * 10
    assert asked == []


@pytest.mark.system
@pytest.mark.parametrize("change", ["taken away", "of another area"])
async def test_a_stream_of_a_key_that_is_good_no_longer_ends_and_who_comes_back_is_not_let_in(
    live, tmp_path, change
):
    database, hub = live
    key, digest = fresh("board")
    line = {"id": "board", "sha256": digest, "area": "620522", "roles": ["board-viewer"]}
    file = tmp_path / "keys.json"
    file.write_text(json.dumps([line]))
    app = api(database, hub, Naming(areas(ROOT / "policy" / "areas-620522.csv"), load()), "village")
    guard = Guard("metrics", "village", SignIn(None, Senders(read(file.read_bytes()), file)))
    async with (
        serve(guarded(app, guard), "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        client.stream("GET", "/v1/metrics/stream", headers={"authorization": f"Bearer {key}"}) as answer,
    ):
        lines = answer.aiter_lines()
        while not (await anext(lines)).startswith("data: "):
            pass
        changed = [] if change == "taken away" else [line | {"area": "620522100"}]
        file.write_text(json.dumps(changed))
        rest = [one async for one in lines]
        again = await client.get("/v1/areas", headers={"authorization": f"Bearer {key}"})

    assert [one for one in rest if one.startswith("event: ")][-1] == "event: signed-out"
    assert again.status_code == (401 if change == "taken away" else 200)
    assert hub.listeners == 0
