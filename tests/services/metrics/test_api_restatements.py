"""Who asks what restated a figure is told which event, and the figure before and after it."""

import csv
import io

import httpx
import pytest

from policy.load import areas
from schemas.codes import load
from services.metrics.api import api
from services.metrics.naming import Naming
from services.metrics.stream import Hub
from tests.builders import ROOT
from tests.documented import Documented
from tests.services.metrics.restating import a_september, counting

pytestmark = pytest.mark.system
NAMING = Naming(areas(ROOT / "policy" / "areas-620522.csv"), load())
PATH = "/v1/metrics/restatements"


@pytest.fixture
async def door(new_database):
    """A door over a database that counted a September."""
    database = await new_database("metrics")
    await counting(database).apply([record for _, _, record in a_september()])
    app = api(database, Hub(database), NAMING, "village")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://door") as client:
        yield client


async def answered(door, **asked):
    answer = await door.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def every(door, **asked):
    """All rows, page by page."""
    found, page = [], await answered(door, **asked)
    while page["next"]:
        found += page["restatements"]
        page = await answered(door, **asked, after=page["next"])
    return found + page["restatements"]


async def refused(door, **asked):
    answer = await door.get(PATH, params=asked)
    assert answer.status_code == 422, answer.text
    return [(one["field"], one["problem"]) for one in answer.json()["errors"]]


async def test_a_closure_rate_is_followed_from_nothing_to_what_it_is_now(door):
    found = await every(door, metric="closure_rate", period="2026-09", limit=4)

    values = [(one["figure"]["before"]["value"], one["figure"]["after"]["value"]) for one in reversed(found)]
    now = (await door.get("/v1/metrics", params={"metric": "closure_rate", "period": "2026-09"})).json()[
        "rates"
    ][0]
    assert values[0] == ("0.00", "8.33")
    assert [before for before, _ in values[1:]] == [after for _, after in values[:-1]]
    assert values[-1][1] == now["value"] == "50.00"
    assert {one["figure"]["after"]["denominator"] for one in found} == {12}


async def test_a_row_names_the_figure_the_event_and_what_it_changed(door):
    page = await answered(door, metric="closure_rate@1", period="2026-09", limit=1)

    [row] = page["restatements"]
    assert (page["metric"]["id"], page["metric"]["unit"], page["period"]) == (
        "closure_rate@1",
        "%",
        "2026-09",
    )
    assert row["event"]["type"] == "incident.reopened.v1"
    assert (
        row["event"]["id"].startswith("village.routing/")
        and row["event"]["source"] == "/fengqiao/village/routing"
    )
    assert (row["kind"], row["tier"], row["changes"]["cohort.closed"]) == ("late", "village", -1)
    assert (row["figure"]["before"]["numerator"], row["figure"]["after"]["numerator"]) == (7, 6)


async def test_without_a_period_each_row_restates_the_figure_of_its_own_day(door):
    found = await every(door, metric="closure_rate", area="620522101202")

    assert {row["figure"]["after"]["denominator"] for row in found} == {1}
    assert {row["figure"]["after"]["value"] for row in found} == {"100.00", "0.00"}


async def test_a_stock_is_of_all_days_up_to_the_last(door):
    found = await every(door, metric="open", period="2026-W38")
    now = (await door.get("/v1/metrics", params={"metric": "open", "period": "2026-W38"})).json()

    assert found[0]["figure"]["after"]["value"] == now["counters"][0]["value"]
    assert {row["day"] for row in found} <= {f"2026-09-{day}" for day in range(14, 21)}
    assert found[-1]["figure"]["before"]["value"] != now["counters"][0]["value"]


async def test_without_a_metric_the_log_itself_is_read(door):
    found = await every(door, kind="late", since="2026-09-20T00:00:00Z", until="2026-10-01T00:00:00Z")

    assert found
    assert {row["kind"] for row in found} == {"late"}
    assert all("2026-09-20" <= row["event"]["recorded_at"] < "2026-10-01" for row in found)
    assert {row["figure"] for row in found} == {None}
    assert any(measure.startswith("time_to_accept:") for row in found for measure in row["changes"])


async def test_a_figure_tells_a_tier_s_own_share(door):
    found = await every(door, metric="resolved_in_village", period="2026-09")

    assert {row["figure"]["before"]["value"] for row in found} == {"100.00"}


REFUSED = {
    "an area nobody knows": ({"area": "110101"}, "query.area", "is not in the registry of areas"),
    "a figure nobody knows": ({"metric": "gossip"}, "query.metric", "is not the id of a figure"),
    "several figures": (
        {"metric": "satisfaction.each"},
        "query.metric",
        "stands for several: satisfaction.reporter@1",
    ),
    "a duration": ({"metric": "time_to_accept"}, "query.metric", "is a duration"),
    "what is of now": ({"metric": "backlog"}, "query.metric", "is of now and of no past day"),
    "a stock of no period": ({"metric": "open"}, "query.period", "is needed for a stock"),
    "no period at all": ({"period": "2026-13"}, "query.period", "there is no such month"),
    "somebody else's token": ({"after": "bm9uZQ=="}, "after", "is not a token this service gave"),
    "another list's token": ({"after": "MjAyNi0wOS0xNCB4"}, "after", "is not a token this service gave"),
    "a time without an offset": ({"since": "2026-09-01T00:00:00"}, "query.since", ""),
    "a field that is none": ({"measure": "closed"}, "query.measure", ""),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_asked_is_refused_with_field_and_problem(door, what):
    asked, field, problem = REFUSED[what]

    found = await refused(door, **asked)

    assert [one[0] for one in found] == [field]
    assert problem in found[0][1]


async def test_the_same_comes_as_a_table_whose_next_page_is_linked(door):
    asked = {"metric": "closure_rate", "period": "2026-09", "limit": 4}
    pages, answer = [], await door.get(PATH, params=asked | {"format": "csv"})
    pages += list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    while link := answer.headers.get("link"):
        answer = await door.get(
            answer.url.join(link.partition(">")[0].removeprefix("<")), headers={"accept": "text/csv"}
        )
        pages += list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    found = await every(door, **asked)
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["事件 event"] for row in pages] == [row["event"]["id"] for row in found]
    assert [row["现值 value after"] for row in pages] == [row["figure"]["after"]["value"] for row in found]
    assert pages[0]["变化 changes"].startswith("'") is False
    assert {row["区划名称 area name"] for row in pages} & {one.name for one in NAMING.areas.values()}


async def test_without_a_metric_the_table_has_no_figure_in_it(door):
    answer = await door.get(PATH, headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert {row["指标 figure"] for row in rows} == {""}
    assert len({len(row) for row in rows}) == 1
    assert None not in rows[0]
