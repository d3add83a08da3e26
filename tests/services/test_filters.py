"""A list and the figures are narrowed by a code as it may be sent anywhere: bare or in full, and refused if unknown."""

import httpx
import pytest

from messaging.database import Database
from messaging.pace import Pulse
from policy.load import areas
from schemas.codes import load
from services.metrics.api import api as metrics
from services.metrics.api_figures import Asked
from services.metrics.naming import Naming
from services.metrics.stream import Hub
from services.routing.api import api as routing
from services.routing.api_incidents import Filters
from services.routing.desk import Desk
from tests.builders import ROOT, a_centre

NOWHERE = Database("postgresql://nobody@nowhere/nothing", name="filters")
NAMING = Naming(areas(ROOT / "policy" / "areas-620522.csv"), load())
DOORS = {
    "/v1/incidents": routing(NOWHERE, Desk(a_centre()), load(), Pulse(1)),
    "/v1/metrics": metrics(NOWHERE, Hub(NOWHERE), NAMING, "village"),
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
    durations = Asked(**given).durations({"village": {"time_to_accept:0042": 3}})

    assert [one.count for one in durations if one.id == "time_to_accept@1"] == [3] * count


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("given", ["gossip", "category/9:land", "", "land\0"])
async def test_an_unknown_code_is_named_and_not_taken_for_nothing_found(path, given):
    transport = httpx.ASGITransport(DOORS[path])
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as door:
        answer = await door.get(path, params={"category": given})

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "unknown-code")
    assert [one["field"] for one in answer.json()["errors"]] == ["query.category"]
    assert "gossip" not in answer.text
