"""Flags over HTTP: what was seen, what was expected, and the incidents behind it, with no person anywhere."""

import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from messaging.inbox import Inbox, Reading
from schemas.routing import IncidentClosed, IncidentReopened
from schemas.topics import TOPICS
from services.metrics.api import api
from services.metrics.desk import Desk
from services.metrics.facts import LISTENS_TO
from services.metrics.hearing import Hearing
from services.metrics.stream import Hub
from tests.builders import OFFICER, a_record, resolved
from tests.documented import Documented
from tests.services.metrics.counted import EVENT, ZONE
from tests.services.metrics.test_areas import COUNTY, FARM, NAMING, TOWN, VILLAGE

pytestmark = pytest.mark.system


def at(day, minute=0):
    return datetime(2026, 11, day, 2, minute, tzinfo=UTC)


def an_id():
    return str(uuid.uuid4())


def settled(day, minutes=200, **changes):
    fields = {
        "incident_id": an_id(), "area": VILLAGE, "reported_at": at(day),
        "occurred_at": at(day) + timedelta(minutes=minutes), "same_hand": False,
    }  # fmt: skip
    return resolved(**fields | changes)


def closed(day, **changes):
    fields = {
        "incident_id": an_id(),
        "area": VILLAGE,
        "occurred_at": at(day),
        "attempt": 1,
        "resolved_at": at(1),
    }
    return IncidentClosed(**EVENT | fields | changes)


def reopened(of, day):
    fields = {
        "incident_id": of.incident_id, "area": of.area, "occurred_at": at(day), "closed_at": of.occurred_at,
        "reason": "reason/1:relapse", "attempt": 2, "resolved_at": at(1), "on_time": None,
    }  # fmt: skip
    return IncidentReopened(**EVENT | fields)


@pytest.fixture
async def database(new_database):
    return await new_database("metrics")


@pytest.fixture
async def client(database):
    app = api(database, Hub(database), NAMING, "village")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://metrics") as found:
        yield found


async def happened(database, *events):
    desk = Desk("village", ZONE, Hearing(database))
    inbox = Inbox(database, Reading((TOPICS["village.routing"],), LISTENS_TO, desk.count), lambda: None)
    seqs = {}
    records = []
    for one in events:
        seqs[one.incident_id] = seqs.get(one.incident_id, 0) + 1
        records.append(a_record(one, seqs[one.incident_id], key=one.incident_id, topic="village.routing"))
    await inbox.apply(records)


async def raised(client, **changes):
    answer = await client.get("/v1/metrics/flags", params={"period": "2026-11"} | changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_one_hand_reported_and_settled_is_listed_with_its_incidents_the_quickest_first(
    database, client
):
    quick = [settled(9, minutes, same_hand=True) for minutes in (9, 2, 4, 10, 7)]
    slower = [settled(9, 20, same_hand=True) for _ in range(3)]
    await happened(database, *quick, *slower, *(settled(9) for _ in range(12)))

    said = await raised(client)

    [flag] = said["flags"]
    assert (flag["kind"], flag["area"], flag["seen"]) == (
        "one-hand", VILLAGE, {"by_one_hand": 5, "known": 20, "all": 20},
    )  # fmt: skip
    by_time = sorted(quick, key=lambda one: one.occurred_at)
    assert [one["incident_id"] for one in flag["incidents"]] == [one.incident_id for one in by_time]
    assert OFFICER.ref not in str(said)
    assert (said["tier"], said["final"]) == ("village", False)


async def test_closed_and_reopened_says_when_both_was(database, client):
    first = [closed(10) for _ in range(3)]
    await happened(database, *first, *(reopened(one, 12) for one in first), *(closed(10) for _ in range(20)))

    [flag] = (await raised(client, limit=2))["flags"]

    assert (flag["kind"], flag["seen"]) == ("closed-and-reopened", {"reopened": 3, "closed": 23})
    assert len(flag["incidents"]) == 2
    assert {(one["since"], one["until"]) for one in flag["incidents"]} == {
        ("2026-11-10T02:00:00Z", "2026-11-12T02:00:00Z")
    }


async def test_a_burst_is_listed_by_day_with_the_incidents_of_its_last_days_only(database, client):
    last = [settled(day) for day in (28, 29, 30) for _ in range(5)]
    await happened(database, settled(27), settled(26), settled(3), *last)

    [flag] = (await raised(client))["flags"]

    assert (flag["kind"], flag["about"], flag["seen"]) == ("month-end", "resolved", {"last_days": 15})
    assert flag["by_day"] == {
        "2026-11-03": 1, "2026-11-26": 1, "2026-11-27": 1, "2026-11-28": 5, "2026-11-29": 5, "2026-11-30": 5,
    }  # fmt: skip
    assert {one["incident_id"] for one in flag["incidents"]} == {one.incident_id for one in last}


async def test_a_town_has_the_flags_of_all_that_lies_in_it_and_of_nothing_else(database, client):
    quick = [
        settled(9, 3, same_hand=True, area=area) for area in (VILLAGE, f"{VILLAGE}001", TOWN, FARM, FARM)
    ]
    await happened(database, *quick, settled(9, 3, same_hand=True), settled(9, 3, same_hand=True))

    assert (await raised(client))["flags"] == []
    [flag] = (await raised(client, level="town"))["flags"]
    assert (flag["area"], flag["seen"]["by_one_hand"]) == (TOWN, 5)
    assert len(flag["incidents"]) == 5
    [flag] = (await raised(client, level="county"))["flags"]
    assert (flag["area"], flag["seen"]["by_one_hand"]) == (COUNTY, 7)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"period": "2026-W47"}, "query.period"),
        ({"period": "soon"}, "query.period"),
        ({"area": "999999"}, "query.area"),
        ({"area": VILLAGE, "level": "town"}, "query.level"),
        ({"limit": 201}, "query.limit"),
    ],
)
async def test_what_cannot_be_asked_names_the_field(client, changed, field):
    answer = await client.get("/v1/metrics/flags", params={"period": "2026-11"} | changed)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
