"""A service meets what a later or an earlier version of another one writes: refused or done, never buried."""

import json

import pytest

from messaging.cloudevents import parse
from messaging.errors import Rejected
from messaging.inbox import Inbox, Reading
from schemas.inbound import ActionSubmitted
from schemas.intake import ActionReceived, ActionReceivedV1
from schemas.offline import Belief
from schemas.topics import topics_read_by
from services.followup import app as followup
from services.followup import store as revisits
from services.followup.desk import Desk as FollowupDesk
from services.routing import app as routing
from services.routing import store as incidents
from services.routing.desk import Desk as RoutingDesk
from tests.builders import INCIDENT, NOW, OFFICER, a_centre, a_record, a_revisit, an_incident, policies

LATER = {"action": "of-a-later-version", "places": ["620522101203"]}
ASKED = {"incident_id": INCIDENT, "source": "/partner", "occurred_at": NOW, "actor": OFFICER}
VISIT = {"action": "visit", "party": "p1", "means": "means/1:home", "result": "revisit-result/1:unreachable"}


async def at_routing(database):
    """Routing's reader, with an open incident."""
    async with database.transaction() as tx:
        await incidents.save(tx, [an_incident()], NOW)
    desk = RoutingDesk(a_centre())
    return Inbox(
        database,
        Reading(topics_read_by("routing", "village"), routing.LISTENS_TO, desk.handle),
        lambda: None,
    )


async def at_followup(database):
    """Followup's reader, with a revisit that is due."""
    async with database.transaction() as tx:
        await revisits.save(tx, [a_revisit()], NOW)
    desk = FollowupDesk("village", policies())
    return Inbox(
        database,
        Reading(topics_read_by("followup", "village"), followup.LISTENS_TO, desk.handle),
        lambda: None,
    )


async def said(database):
    """Type and body of every event published, in order; nothing may have become a dead letter."""
    async with database.connection() as connection:
        assert await connection.fetch("select * from dead_letter") == []
        rows = await connection.fetch("select type, data from outbox order by id")
    return [(row["type"], json.loads(row["data"])) for row in rows]


@pytest.mark.system
@pytest.mark.parametrize(("service", "reader"), [("routing", at_routing), ("followup", at_followup)])
async def test_an_action_of_a_later_version_is_refused_once_by_the_service_it_is_for(
    new_database, service, reader
):
    inbox = await reader(database := await new_database(service))
    batch = [
        a_record(ActionReceived(**ASKED, action=LATER, decided_by=name), seq)
        for seq, name in enumerate(("routing", "followup"), start=1)
    ]

    for _ in range(2):
        await inbox.apply(batch)

    ((kind, refused),) = await said(database)
    assert kind == "action.refused.v1"
    assert (refused["action"], refused["reason"]) == ("of-a-later-version", "unknown-action")
    assert refused["actor"] == OFFICER.model_dump()


@pytest.mark.system
@pytest.mark.parametrize(
    ("service", "reader", "done"),
    [("routing", at_routing, "incident.accepted.v1"), ("followup", at_followup, "revisit.visited.v1")],
)
async def test_what_an_earlier_version_wrote_is_done_once(new_database, service, reader, done):
    inbox = await reader(database := await new_database(service))
    batch = [
        a_record(ActionReceivedV1(**ASKED | {"occurred_at": NOW.replace(year=2027)}, action=action), seq)
        for seq, action in enumerate(({"action": "accept"}, VISIT), start=1)
    ]

    for _ in range(2):
        await inbox.apply(batch)

    assert [kind for kind, _ in await said(database)] == [done]


@pytest.mark.system
async def test_a_visit_recorded_without_a_network_is_answered_once_and_overwrites_nobody_s(new_database):
    inbox = await at_followup(database := await new_database("followup"))
    asked = ASKED | {"occurred_at": NOW.replace(year=2027), "action": VISIT}
    nobody = (Belief(field="result", value=None),)
    batch = [
        a_record(ActionReceived(**asked, reference=name, based_on=nobody), seq)
        for seq, name in enumerate(("v-1", "v-2"), start=1)
    ]

    for _ in range(2):
        await inbox.apply(batch)

    events = await said(database)
    assert [kind for kind, _ in events] == ["revisit.visited.v1", "action.done.v1", "action.refused.v1"]
    assert [(one["source"], one["reference"]) for _, one in events[1:]] == [
        ("/partner", "v-1"),
        ("/partner", "v-2"),
    ]
    assert events[2][1]["conflicts"] == [{"field": "result", "expected": None, "found": VISIT["result"]}]


def test_an_action_nobody_knows_is_no_submission_of_another_system():
    body = {"report_id": "r-1", "occurred_at": NOW.isoformat(), "action": LATER}

    with pytest.raises(Rejected, match=r"name an action: accept, assign, .*, visit") as caught:
        parse(ActionSubmitted, json.dumps(body).encode())

    assert caught.value.reason == "wrong-schema"
    assert "later" not in str(caught.value)
