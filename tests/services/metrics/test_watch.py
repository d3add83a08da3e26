"""A day is judged once it is over and settled, by one replica, once; its marks travel, and say when it was restated."""

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from messaging.envelope import Record
from messaging.inbox import Inbox, Reading
from schemas.codes import load
from schemas.metrics import MetricUnusualDay
from schemas.topics import TOPICS
from services.metrics import unusual_log
from services.metrics.api import api
from services.metrics.cells import add
from services.metrics.counting import Cell
from services.metrics.desk import Desk
from services.metrics.hearing import Hearing
from services.metrics.naming import Naming
from services.metrics.publisher import Publisher
from services.metrics.stream import Hub
from services.metrics.watch import Watch
from tests.builders import a_policy
from tests.documented import Documented
from tests.messaging.tiny import rows
from tests.messaging.wire import read, running, until
from tests.services.metrics.counted import ZONE
from tests.services.metrics.test_areas import AREAS, COUNTY, FARM, TOWN, VILLAGE

pytestmark = pytest.mark.system
DAY = date(2026, 9, 16)
"""A Wednesday in weeks without a day off."""
SETTLED = datetime(2026, 9, 16, 22, 0, 1, tzinfo=UTC)
"""Six hours after midnight there, and a second."""
LAND = "category/1:land"


def a_watch(database, **changes):
    return Watch(database, "village", a_policy(**changes), AREAS, lambda: SETTLED)


def some(area, count, day=DAY, category=LAND, measure="received"):
    return {Cell(measure, area, day.isoformat(), category, "channel/1:patrol"): count}


def weeks_of(area, count, weeks=8, category=LAND):
    """The same number on each day of the weeks before."""
    before = (DAY - timedelta(days=at) for at in range(1, 7 * weeks + 1))
    return {cell: by for day in before for cell, by in some(area, count, day, category).items()}


async def count(database, *given, tier="village"):
    async with database.transaction() as tx:
        for one in given:
            await add(tx, tier, one)


async def marks(database):
    async with database.connection() as connection:
        found = await unusual_log.found(connection, COUNTY, (date(2026, 1, 1), date(2026, 12, 31)), 100)
    return {
        (one.mark.area, one.mark.category): (one.mark.kind, one.mark.seen, one.mark.expected) for one in found
    }


@pytest.fixture
async def database(new_database):
    return await new_database("metrics")


async def test_a_spike_is_marked_in_the_village_its_town_and_the_county_by_category_and_in_all(database):
    await count(database, weeks_of(VILLAGE, 5), weeks_of(f"{VILLAGE}001", 1), some(VILLAGE, 40))
    await count(
        database, weeks_of(FARM, 5, category="category/1:family"), some(FARM, 5, category="category/1:family")
    )

    await a_watch(database).look(SETTLED)

    spike = ("spike", 40, "6.0")
    assert await marks(database) == {
        (VILLAGE, LAND): spike, (VILLAGE, ""): spike, (TOWN, LAND): spike, (TOWN, ""): spike, (COUNTY, LAND): spike,
        (COUNTY, ""): ("spike", 45, "11.0"),
    }  # fmt: skip


async def test_a_silence_is_marked_although_the_day_has_no_cell(database):
    await count(database, weeks_of(FARM, 20))

    await a_watch(database).look(SETTLED)

    assert (await marks(database))[FARM, LAND] == ("silence", 0, "20.0")


async def test_only_what_this_tier_received_is_judged(database):
    await count(database, weeks_of(VILLAGE, 5), some(VILLAGE, 5), some(VILLAGE, 90, measure="closed"))
    await count(database, some(VILLAGE, 90), tier="town")

    await a_watch(database).look(SETTLED)

    assert await marks(database) == {}


@pytest.mark.parametrize("begun", [(), (DAY + timedelta(days=1),), (DAY,)])
async def test_a_house_that_was_not_there_yet_on_the_day_has_nothing_unusual_on_it(database, begun):
    await count(database, *(some(VILLAGE, 40, day) for day in begun))

    await a_watch(database).look(SETTLED)

    assert await marks(database) == {}
    assert await rows(database, "select day from judged") == [(DAY.isoformat(),)]


async def test_a_day_is_judged_only_when_it_has_settled(database):
    await count(database, weeks_of(VILLAGE, 5), some(VILLAGE, 40))

    await a_watch(database).look(SETTLED - timedelta(seconds=2))
    early = await marks(database)
    await a_watch(database).look(SETTLED)

    assert early == {}
    assert (VILLAGE, LAND) in await marks(database)


async def test_a_day_is_judged_once_whatever_comes_later_and_however_many_replicas_there_are(database):
    await count(database, weeks_of(VILLAGE, 5), some(VILLAGE, 40))

    await asyncio.gather(*(a_watch(database).look(SETTLED) for _ in range(3)))
    first = await rows(database, "select * from unusual order by id")
    await count(database, some(VILLAGE, 60))
    await a_watch(database).look(SETTLED + timedelta(hours=2))

    assert await rows(database, "select * from unusual order by id") == first
    assert await rows(database, "select day from judged where day = '2026-09-16'") == [("2026-09-16",)]


async def test_another_rule_judges_beside_the_old_one(database):
    await count(database, weeks_of(VILLAGE, 5), some(VILLAGE, 40))
    await a_watch(database).look(SETTLED)

    await a_watch(database, version="default/3").look(SETTLED)

    assert await rows(database, "select distinct rule from unusual order by 1") == [
        ("weekday-median@1/default/2",), ("weekday-median@1/default/3",),
    ]  # fmt: skip


async def test_after_an_outage_the_days_between_are_judged_and_no_older_ones(database):
    await a_watch(database).look(SETTLED)
    await a_watch(database).look(SETTLED + timedelta(days=3))
    await a_watch(database).look(SETTLED + timedelta(days=33))

    judged = [day for (day,) in await rows(database, "select day from judged order by day")]
    assert judged[:4] == ["2026-09-16", "2026-09-17", "2026-09-18", "2026-09-19"]
    assert judged[4:] == [f"2026-10-{day}" for day in range(13, 20)]


async def test_a_mark_is_published_once_and_another_tier_keeps_it_once(new_database, kafka):
    source, target = await new_database("metrics"), await new_database("metrics")
    kind = f"category/1:{uuid.uuid4().hex}"
    await count(source, weeks_of(VILLAGE, 5, category=kind), some(VILLAGE, 40, category=kind))
    await a_watch(source).look(SETTLED)

    async def all_sent():
        return await rows(source, "select from unusual where unpublished") == []

    async with running(Publisher(source, kafka, "village", lambda: SETTLED).run):
        await until(all_sent)
        key = f"unusual|{VILLAGE}|{kind}|2026-09-16|weekday-median@1/default/2"
        [said] = await read(kafka, "village.metrics", [key], 1)

    desk = Desk("county", ZONE, Hearing(target))
    inbox = Inbox(
        target, Reading((TOPICS["village.metrics"],), (MetricUnusualDay,), desk.receive), lambda: None
    )
    record = Record("village.metrics", 0, 0, said.key, tuple(said.headers), said.value)
    await inbox.apply([record])
    await inbox.apply([record])

    assert MetricUnusualDay.model_validate_json(said.value).score == "8.1"
    assert await rows(target, "select tier, area, category, kind, seen, unpublished from unusual") == [
        ("village", VILLAGE, kind, "spike", 40, False)
    ]


@pytest.fixture
async def client(database):
    app = api(database, Hub(database), Naming(AREAS, load()), "village")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://metrics") as found:
        yield found


async def test_a_mark_says_when_its_day_was_restated_since(database, client):
    await count(database, weeks_of(VILLAGE, 5), some(VILLAGE, 40))
    await a_watch(database).look(SETTLED)
    asked = {"area": VILLAGE, "from": "2026-09-01", "to": "2026-09-30"}

    before = (await client.get("/v1/metrics/unusual", params=asked)).json()["days"]
    await count(database, some(VILLAGE, 3))
    after = (await client.get("/v1/metrics/unusual", params=asked)).json()["days"]

    assert [(one["category"], one["category_zh"], one["seen_now"], one["restated"]) for one in before] == [
        ("", "全部类别", 40, False), (LAND, "土地山林", 40, False),
    ]  # fmt: skip
    assert [(one["seen"], one["seen_now"], one["restated"]) for one in after] == [(40, 43, True)] * 2
    assert {(one["tier"], one["expected"], one["as_of"]) for one in after} == {
        ("village", "5.0", "2026-09-16T22:00:01Z")
    }


async def test_other_days_and_areas_have_none(database, client):
    await count(database, weeks_of(VILLAGE, 5), some(VILLAGE, 40))
    await a_watch(database).look(SETTLED)

    for other in (
        {"to": "2026-09-15"},
        {"from": "2026-09-17", "to": "2026-09-18"},
        {"area": FARM, "to": "2026-09-30"},
    ):
        answer = await client.get("/v1/metrics/unusual", params=other)
        assert (answer.status_code, answer.json()["days"]) == (200, [])


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"area": "999999"}, "query.area"), ({"from": "2026-02-30"}, "query.from"), ({"limit": 0}, "query.limit"),
     ({"first": "2026-01-01"}, "query.first"), ({"from": "2026-02-02", "to": "2026-02-01"}, "query")],
)  # fmt: skip
async def test_what_cannot_be_asked_names_the_field(client, asked, field):
    answer = await client.get("/v1/metrics/unusual", params=asked)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
