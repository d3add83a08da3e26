"""Who signed in, at doors over databases: each item of a batch by itself; what is of another area is like nothing."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest

from doors.caller import ROLES
from messaging.database import Database
from services.intake.report import ENTERED
from tests.messaging.tiny import rows
from tests.services.access.county import HOME, IDS, NOTHING, PLACES, ask, batches
from tests.services.access.questions import REPORT, WHEN, about_nothing, questions

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


def signed(issuer, *roles, area=HOME, tier="town"):
    return issuer.token(issuer.claims(area=area, tier=tier, roles=list(roles)))


def a_report(name, about, **said):
    return {"id": name, "kind": "report", "occurred_at": WHEN, "area": PLACES[about], **REPORT, **said}


def a_patrol(name, about):
    one = {"activity": "patrol", "role": "grid-staff", "area": PLACES[about]}
    return {"id": name, "kind": "activity", "occurred_at": WHEN, **one}


def an_action(name, incident, **action):
    return {"id": name, "kind": "action", "occurred_at": WHEN, "incident_id": incident, "action": action}


ACCEPT = {"action": "accept"}
ITEMS = [
    (a_report("r-own", "own"), None),
    (a_report("r-below", "below", severity="major", entered_by="o-1"), None),
    (a_report("r-above", "above"), (422, "unknown-area")),
    (a_report("r-elsewhere", "elsewhere"), (422, "unknown-area")),
    (a_patrol("p-own", "own"), None),
    (a_patrol("p-elsewhere", "elsewhere"), (422, "unknown-area")),
    (an_action("a-own", IDS["own"], **ACCEPT), None),
    (an_action("a-above", IDS["above"], **ACCEPT), (404, "unknown-incident")),
    (an_action("a-elsewhere", IDS["elsewhere"], **ACCEPT), (404, "unknown-incident")),
    (an_action("a-nothing", NOTHING, **ACCEPT), (404, "unknown-incident")),
    (an_action("a-assign", IDS["own"], action="assign", assignee="o-1"), (403, "not-allowed")),
    (
        an_action("a-assign-elsewhere", IDS["elsewhere"], action="assign", assignee="o-1"),
        (403, "not-allowed"),
    ),
    (an_action("v-own", IDS["own"], action="visit", party="p1", means="home", result="satisfied"), None),
]
"""Of somebody of the grid of a town: (item, its problem)."""


async def test_each_item_of_a_batch_is_judged_by_its_own_line_and_only_what_may_be_has_an_effect(county):
    made, issuer = county
    door, body = made.doors["intake", "town"], {"device": "tablet", "items": [one for one, _ in ITEMS]}

    status, raw = await ask(door, "POST", "/v1/batches", signed(issuer, "grid-staff"), body=body)
    answer = json.loads(raw)

    found = {one["id"]: one["problem"] for one in answer["items"]}
    told = {name: one and (one["status"], one["type"].rpartition(":")[2]) for name, one in found.items()}
    assert (status, told) == (202, {one["id"]: problem for one, problem in ITEMS})
    assert found["a-elsewhere"] == found["a-above"] == found["a-nothing"]
    kept = [one for (one,) in await rows(made.databases["intake"], "select id from item")]
    assert sorted(kept) == sorted(one["id"] for one, problem in ITEMS if problem is None)
    said = [str(one) for one in await rows(made.databases["intake"], "select * from outbox")]
    assert len(said) == len(kept)
    assert not any(PLACES["elsewhere"] in one or IDS["elsewhere"] in one for one in said)


async def test_the_name_of_a_device_is_of_an_area_so_that_nobody_s_batch_is_found_from_another(county):
    made, issuer = county
    door, body = made.doors["intake", "town"], {"device": "tablet", "items": [ITEMS[0][0]]}
    answers = {}
    for area in (HOME, PLACES["elsewhere"]):
        mine = signed(issuer, "grid-staff", area=area, tier="town")
        given = body if area == HOME else {"device": "tablet", "items": [a_report("r-own", "elsewhere")]}
        status, raw = await ask(door, "POST", "/v1/batches", mine, body=given)
        assert (status, json.loads(raw)["items"][0]["repeated"]) == (202, False)
        answers[area] = json.loads(raw)["batch_id"]

    theirs, nothing = [
        await ask(door, "GET", f"/v1/batches/{name}", signed(issuer, "grid-staff"))
        for name in (answers[PLACES["elsewhere"]], NOTHING)
    ]

    assert theirs == nothing
    assert theirs[0] == 404


@pytest.mark.parametrize("field", sorted({*ENTERED, "channel"}))
async def test_a_reporter_says_of_a_report_nothing_that_only_who_enters_it_may_say(county, field):
    made, issuer = county
    door = made.doors["intake", "town"]
    said = {"severity": "major", "target_at": WHEN, "derived_from": NOTHING, "channel": "court"}.get(
        field, "n-1"
    )
    body = REPORT | {"area": HOME, field: said}

    refused = await ask(door, "POST", "/v1/reports", signed(issuer, "reporter"), body=body)
    entered = await ask(door, "POST", "/v1/reports", signed(issuer, "centre-staff"), body=body, key="k-2")
    plain = await ask(
        door, "POST", "/v1/reports", signed(issuer, "reporter"), body=REPORT | {"area": HOME}, key="k-3"
    )

    assert refused[0] == 403
    assert json.loads(refused[1])["type"] == "urn:fengqiao:problem:not-allowed"
    assert (entered[0], plain[0]) == (201, 201)


async def test_a_source_s_number_that_another_area_uses_is_used_and_leads_to_nothing_of_it(county):
    made, issuer = county
    door = made.doors["intake", "town"]
    numbered = {"category": "contract", "channel": "court", "source_number": "2026-0522-7"}
    first, theirs, ours, county_s = [
        await ask(
            door, "POST", "/v1/reports", signed(issuer, "centre-head", area=area, tier=tier),
            body=numbered | {"area": area if area != "620522" else HOME}, key=f"k-{at}",
        )
        for at, (area, tier) in enumerate(
            [(HOME, "town"), (PLACES["elsewhere"], "town"), (HOME, "town"), ("620522", "town")]
        )
    ]  # fmt: skip
    incident = json.loads(first[1])["incident_id"]

    assert (first[0], theirs[0], ours[0], county_s[0]) == (201, 409, 409, 409)
    assert incident.encode() in ours[1]
    assert incident.encode() in county_s[1]
    assert incident.encode() not in theirs[1]


class Statements:
    """What the databases are asked while somebody asks a door."""

    def __init__(self, monkeypatch):
        self.heard = []
        connection = Database.connection

        @asynccontextmanager
        async def listened(database):
            async with connection(database) as found:
                found.add_query_logger(self._hear)
                try:
                    yield found
                finally:
                    found.remove_query_logger(self._hear)

        monkeypatch.setattr(Database, "connection", listened)

    async def _hear(self, record):
        self.heard.append(record.query)


BY_ID = [one for one in questions() if one.about == "elsewhere"]


async def test_what_is_another_area_s_costs_the_same_statements_as_what_there_is_not(county, monkeypatch):
    """The same statements find neither, so that time tells nothing: a difference of one would be a millisecond."""
    made, issuer = county
    await batches(made.databases["intake"], "town")
    mine = signed(issuer, *ROLES)
    heard = Statements(monkeypatch)
    different = []
    for at, one in enumerate(BY_ID):
        seen = []
        for asked in (one, about_nothing(one)):
            heard.heard.clear()
            door = made.doors[asked.service, "town"]
            given = {"query": asked.query, "body": asked.body, "kind": asked.kind, "key": f"k-{at}"}
            status, body = await ask(door, asked.method, asked.path, mine, **given)
            answer = status, body.replace(IDS["elsewhere"].encode(), NOTHING.encode())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            seen.append((answer, sorted(one for one in heard.heard if "totals" not in one)))
        if seen[0] != seen[1]:
            different.append((one.name, seen))

    assert len(BY_ID) > 60
    assert different == []


@pytest.mark.parametrize("action", ["link", "dismiss"])
async def test_an_incident_that_is_named_beside_and_is_another_area_s_is_like_one_there_is_not(
    county, action
):
    made, issuer = county
    door, path = made.doors["routing", "town"], f"/v1/incidents/{IDS['own']}/actions"
    mine = signed(issuer, "centre-staff")

    theirs, above, nothing = [
        await ask(door, "POST", path, mine, body={"action": {"action": action, "lead": lead}}, key=lead)
        for lead in (IDS["elsewhere"], IDS["above"], NOTHING)
    ]

    assert theirs == above == nothing
    assert theirs[0] == 409


LOOKED_AT = [
    ("routing", "/v1/incidents/{}"), ("routing", "/v1/incidents/{}/deadlines"), ("routing", "/v1/incidents/{}/sheet"),
    ("intake", "/v1/reports/{}"), ("intake", "/v1/batches/{}"), ("followup", "/v1/revisits/{}"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "path"), LOOKED_AT)
async def test_what_is_another_area_s_has_the_headers_of_what_there_is_not(county, service, path):
    made, issuer = county
    await batches(made.databases["intake"], "town")
    transport = httpx.ASGITransport(made.doors[service, "town"])
    given = {"authorization": f"Bearer {signed(issuer, *ROLES)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://door", headers=given) as client:
        theirs, above, nothing = [
            await client.get(path.format(name)) for name in (IDS["elsewhere"], IDS["above"], NOTHING)
        ]

    assert theirs.status_code == 404
    assert theirs.headers == above.headers == nothing.headers
    assert theirs.content == above.content == nothing.content
