"""A list and the figures are narrowed by a code as it may be sent anywhere: bare or in full, and refused if unknown."""

import httpx
import pytest

from messaging.database import Database
from messaging.pace import Pulse
from policy.load import areas
from schemas.codes import load
from services.followup.api import api as followup
from services.followup.desk import Desk as RevisitDesk
from services.metrics.api import api as metrics
from services.metrics.api_figures import Asked
from services.metrics.naming import Naming
from services.metrics.showing import Chosen
from services.metrics.stream import Hub
from services.routing.api import api as routing
from services.routing.api_incidents import Filters
from services.routing.desk import Desk
from tests.builders import ROOT, VILLAGE, a_centre, policies
from tests.documented import Documented
from tests.services.metrics.shown import FIGURES, KNOWN

NOWHERE = Database("postgresql://nobody@nowhere/nothing", name="filters")
AREAS = areas(ROOT / "policy" / "areas-620522.csv")
NAMING = Naming(AREAS, load())
ROUTING = routing(NOWHERE, Desk(a_centre()), load(), Pulse(1), AREAS)
METRICS = metrics(NOWHERE, Hub(NOWHERE), NAMING, "village")
FOLLOWUP = followup(NOWHERE, RevisitDesk("village", policies()), load(), Pulse(1), AREAS)
DOORS = {
    "/v1/incidents": ROUTING,
    "/v1/metrics": METRICS,
}


@pytest.mark.parametrize("given", ["land", "category/1:land"])
def test_a_code_may_be_bare_or_full(given):
    assert Filters(category=given, severity="major").page(load()).category == "category/1:land"
    assert Asked(category=given, channel="court").cells("620522", NAMING).category == "category/1:land"


def test_what_is_not_narrowed_stays_wide():
    assert Filters().page(load()).category is None
    assert Asked().cells("620522", NAMING).channel is None


@pytest.mark.parametrize(
    ("given", "count"), [({}, True), ({"category": "land"}, False), ({"channel": "court"}, False)]
)
def test_durations_that_are_not_kept_apart_are_left_out_and_not_called_none(given, count):
    counts = {"village": {"time_to_accept:0042": 3}}

    durations = Asked(**given).durations(Chosen(FIGURES, KNOWN), counts)

    assert [one.count for one in durations if one.id == "time_to_accept@1"] == [3] * count


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("given", ["gossip", "category/9:land", "", "land\0"])
async def test_an_unknown_code_is_named_and_not_taken_for_nothing_found(path, given):
    transport = Documented(DOORS[path])
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as door:
        answer = await door.get(path, params={"category": given})

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "unknown-code")
    assert [one["field"] for one in answer.json()["errors"]] == ["query.category"]
    assert "gossip" not in answer.text


PERIOD = {"from": "2026-09-01", "to": "2026-09-30"}
LISTS = [
    (ROUTING, "/v1/incidents"), (ROUTING, "/v1/contacts"), (ROUTING, "/v1/ledger"), (FOLLOWUP, "/v1/revisits"),
    (METRICS, "/v1/metrics"), (METRICS, "/v1/metrics/stream"),
]  # fmt: skip


async def asked(app, path, area):
    """The answer, without a database: 503 for a filter that is taken."""
    period = PERIOD if path == "/v1/ledger" else {}
    transport = Documented(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as door:
        return await door.get(path, params={"area": area} | period)


@pytest.mark.parametrize(("app", "path"), LISTS)
async def test_an_unknown_area_is_named_and_not_taken_for_nothing_found(app, path):
    answer = await asked(app, path, "110101")

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "unknown-area")
    assert [one["field"] for one in answer.json()["errors"]] == ["query.area"]


@pytest.mark.parametrize(("app", "path"), LISTS)
async def test_a_known_area_is_asked_for(app, path):
    assert (await asked(app, path, VILLAGE)).status_code == 503


@pytest.mark.parametrize("path", ["/v1/incidents", "/v1/contacts", "/v1/ledger"])
async def test_a_grid_is_known_with_its_village(path):
    assert (await asked(ROUTING, path, VILLAGE + "001")).status_code == 503


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        ({"metric": ["closure_rate", "gossip"]}, "unknown-metric", "query.metric.1"),
        ({"measure": ["gossip", "received"]}, "unknown-measure", "query.measure.0"),
        ({"metric": ["open", "backlog@1"]}, "not-streamed", "query.metric.1"),
        ({"area": "110101"}, "unknown-area", "query.area"),
        ({"metrics": "closure_rate"}, "unknown-field", "query.metrics"),
        ({"period": "2026-13"}, "invalid", "query.period"),
        ({"period": "tomorrow"}, "invalid", "query.period"),
    ],
)
async def test_what_cannot_be_listened_to_is_named(given, kind, field):
    async with httpx.AsyncClient(transport=Documented(METRICS), base_url="http://door") as door:
        answer = await door.get("/v1/metrics/stream", params=given)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, kind)
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "given", [{"metric": ["closure_rate", "on_time@1"]}, {"measure": "whistle.1-minute.called"}]
)
async def test_figures_and_measures_can_be_listened_to(given):
    async with httpx.AsyncClient(transport=Documented(METRICS), base_url="http://door") as door:
        assert (await door.get("/v1/metrics/stream", params=given)).status_code == 503


async def test_who_is_one_listener_too_many_is_told_when_to_come_again():
    app = metrics(NOWHERE, Hub(NOWHERE, most=0), NAMING, "village")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://door") as door:
        answer = await door.get("/v1/metrics/stream")

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (503, "listeners")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "given", [{"from": "9999-12-31"}, {"to": "0001-01-01"}, {"from": "0001-01-01", "to": "9999-12-31"}]
)
async def test_a_day_from_which_none_can_be_counted_is_refused_and_met_no_bug(given):
    transport = Documented(METRICS)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        answer = await client.get("/v1/metrics/unusual", params=given)

    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {f"query.{one}" for one in given}
