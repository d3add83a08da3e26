"""A period is listened to as the whole is: its figures are those of a snapshot, live, and the next period follows."""

import asyncio
import json
from datetime import date

import httpx
import pytest

from policy.load import areas
from schemas.codes import load
from services.metrics import cells, windows
from services.metrics.api import api
from services.metrics.changes import Changes
from services.metrics.counting import Cell
from services.metrics.feeds import Asked
from services.metrics.naming import Naming
from services.metrics.showing import measures_of
from services.metrics.stream import Hub
from services.metrics.windows import Full, Totals, when
from tests.builders import ROOT
from tests.documented import Documented
from tests.messaging.wire import running

AREA, OTHER = "620522101203", "620522200001"
NAMING = Naming(areas(ROOT / "policy" / "areas-620522.csv"), load())
STOCKS = measures_of(NAMING.catalogue.figures(), "stock")
SEPTEMBER = "2026-09"
RECEIVED = ["village", AREA, "received"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("today", "2026-11-22"), ("this-week", "2026-W47"), ("this-month", "2026-11"), ("this-quarter", "2026-Q4"),
        ("this-year", "2026"), ("2026-09", "2026-09"), ("2026-W01", "2026-W01"),
    ],
)  # fmt: skip
def test_a_period_is_meant_by_a_word_or_a_key(written, key):
    assert str(when(written, date(2026, 11, 22))) == key


@pytest.mark.parametrize("written", ["", "tomorrow", "2026-13", "this-decade", "2026-11-22T00"])
def test_what_is_no_period_is_refused(written):
    with pytest.raises(ValueError, match=r"must be|there is no"):
        when(written, date(2026, 11, 22))


def test_a_stock_at_the_end_of_a_period_is_what_there_is_now_without_what_came_after():
    changes = Changes()
    changes.take({("village", AREA): {"open": 7, "received": 9}, ("village", OTHER): {"open": 2}})
    totals = Totals(changes, frozenset({"open"}))

    found = totals.with_stocks({AREA}, {("village", AREA): ({"open": 1, "received": 3}, {"open": 4})})

    assert found == {("village", AREA): {"open": 1, "received": 3, "=open": 3}}


def a_cell(measure, day, area=AREA):
    return Cell(measure, area, day, "category/1:land", "channel/1:patrol")


async def add(database, hub, changes):
    async with database.transaction() as tx:
        await cells.add(tx, "village", changes)
    hub.pulse.beat()


@pytest.fixture
async def live(new_database):
    """A database with some months in it, and a hub that looks at it."""
    database = await new_database("metrics")
    hub = Hub(database, stocks=STOCKS)
    parts = {"received": 5, "open": 2, "cohort.closed": 3, "time_to_accept:0042": 1}
    await add(database, hub, {a_cell(one, "2026-08-31"): by + 10 for one, by in parts.items()})
    await add(database, hub, {a_cell(one, "2026-09-14"): by for one, by in parts.items()})
    await add(database, hub, {a_cell(one, "2026-10-01", OTHER): by + 20 for one, by in parts.items()})
    async with running(hub.run):
        yield database, hub
        hub.pulse.beat()


def watching(*names, area=""):
    return Asked(area, frozenset({"received"}), NAMING.catalogue.named(names))


async def until(events, wanted):
    """The first event from here on that is what is wanted: its name and data."""
    async with asyncio.timeout(15):
        while True:
            lines = dict(line.split(": ", 1) for line in (await anext(events)).decode().strip().split("\n"))
            found = lines["event"], json.loads(lines["data"])
            if wanted(*found):
                return found


def snapshot(name, data):
    return name == "snapshot"


NAMES = ("received", "open", "closure_rate", "time_to_accept")
SAME = ("numerator", "denominator", "value", "count", "p50_seconds", "final", "provisional", "cohort_zh")


@pytest.mark.system
@pytest.mark.parametrize("period", [SEPTEMBER, "2026-W38", "2026-10-01", "2026-Q3", "2026"])
async def test_the_figures_of_a_period_are_those_of_a_snapshot_of_it(live, period):
    database, hub = live
    app = api(database, hub, NAMING, "village")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://door") as door:
        answer = (await door.get("/v1/metrics", params={"period": period, "metric": NAMES})).json()
    listed = {one["id"]: one for part in ("rates", "counters", "distributions") for one in answer[part]}
    events = hub.listen(None, watching(*NAMES), period)

    _, data = await until(events, snapshot)
    await events.aclose()

    assert data["period"] == answer["period"]
    assert len(data["figures"]) == len(listed) == len(NAMES)
    for one in data["figures"]:
        assert {part: one.get(part) for part in SAME} == {part: listed[one["id"]].get(part) for part in SAME}


@pytest.mark.system
async def test_a_period_is_live_and_says_nothing_of_what_was_counted_outside_of_it(live):
    database, hub = live
    events = hub.listen(None, watching("received", "open"), SEPTEMBER)
    _, before = await until(events, snapshot)

    await add(database, hub, {a_cell("received", "2026-10-05"): 1, a_cell("open", "2026-10-05"): 1})
    await add(database, hub, {a_cell("received", "2026-09-15"): 2, a_cell("open", "2026-09-15"): 1})
    _, after = await until(events, lambda name, data: name == "change")
    await events.aclose()

    assert [one["value"] for one in before["figures"]] == ["5", "14"]
    assert [one["value"] for one in after["figures"]] == ["7", "15"]
    assert (before["totals"], after["totals"]) == ([[*RECEIVED, 5]], [[*RECEIVED, 7]])
    assert after["as_of"] > before["as_of"]


@pytest.mark.system
async def test_when_a_period_is_over_the_next_one_follows_with_a_snapshot(live, monkeypatch):
    _, hub = live
    day = date(2026, 9, 30)
    monkeypatch.setattr(Hub, "today", property(lambda self: day))
    events = hub.listen(None, watching("received"), "this-month")
    _, before = await until(events, snapshot)

    day = date(2026, 10, 1)
    _, after = await until(events, snapshot)
    await events.aclose()

    assert [one["period"]["key"] for one in (before, after)] == [SEPTEMBER, "2026-10"]
    assert [one["figures"][0]["value"] for one in (before, after)] == ["5", "25"]


@pytest.mark.system
async def test_there_are_so_many_periods_at_once_and_those_nobody_listens_to_make_room(live, monkeypatch):
    _, hub = live
    monkeypatch.setattr(windows, "PERIODS", 1)
    events = hub.listen(None, watching("received"), SEPTEMBER)
    await until(events, snapshot)

    with pytest.raises(Full):
        await hub.fresh("2026-10")
    await events.aclose()
    async with asyncio.timeout(10):
        while list(hub._windows):
            hub.pulse.beat()
            await asyncio.sleep(0.1)

    await hub.fresh("2026-10")


@pytest.mark.system
async def test_who_comes_back_to_a_period_gets_what_it_missed(live):
    database, hub = live
    stays, goes = (hub.listen(None, watching("received"), SEPTEMBER) for _ in range(2))
    await until(stays, snapshot)
    last_id = (await anext(goes)).decode().split("\n")[1].removeprefix("id: ")
    await goes.aclose()

    await add(database, hub, {a_cell("received", "2026-09-15"): 2})
    await until(stays, lambda name, data: name == "change")
    again = hub.listen(last_id, watching("received"), SEPTEMBER)
    name, data = await until(again, lambda name, data: True)

    assert (name, data["totals"]) == ("change", [[*RECEIVED, 7]])
