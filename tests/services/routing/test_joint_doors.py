"""Whistles and sessions at the doors: over HTTP and from other systems the same, twice is once, fired in order."""

import uuid
from datetime import timedelta

import pytest

from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from messaging.timer import Timer as Clock
from schemas.intake import ActionReceived
from schemas.routing import ActionRefused
from schemas.topics import topics_read_by
from services.routing import contacts_store, store
from services.routing.app import LISTENS_TO
from services.routing.desk import Desk
from services.routing.incident import Incident
from services.routing.registry import Entry
from tests.builders import INCIDENT, OFFICER, VILLAGE, a_centre, a_record, an_accepted_incident
from tests.services.routing.joint import GRID, POLICE, a_request, whistled

pytestmark = pytest.mark.system
PATH = f"/v1/incidents/{INCIDENT}"
WHISTLE = {"action": "whistle", "participants": [POLICE, GRID]}


async def in_handling(database, *incidents):
    """So many matters in the books, in handling since now."""
    now = await database.now()
    fresh = {"clock_from": now, "due_at": now + timedelta(days=1), "handle_by": now + timedelta(days=1)}
    async with database.transaction() as tx:
        await store.save(tx, incidents or [an_accepted_incident(reported_at=now, **fresh)], now)


async def kept(database, incident=INCIDENT) -> Incident:
    async with database.connection() as connection:
        return await store.whole(connection, incident)


async def said(database):
    """The types of everything to be published, in order."""
    async with database.connection() as connection:
        rows = await connection.fetch("select type from outbox order by id")
    return [row["type"] for row in rows]


@pytest.fixture
async def database(new_database):
    opened = await new_database()
    await in_handling(opened)
    return opened


async def act(door, action, key=None, **fields):
    body = {"action": {"action": action, **fields}, "actor": {"role": "officer", "ref": "o-1102"}}
    return await door.post(f"{PATH}/actions", json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


async def test_a_whistle_is_blown_answered_and_seen_with_its_deadlines(door):
    blown = await act(door, **WHISTLE)
    acknowledged = await act(door, "acknowledge", whistle=1, participant="p1")
    seen = (await door.get(PATH)).json()

    assert (blown.status_code, blown.json()["events"]) == (201, ["whistle.blown.v1"])
    assert (blown.json()["began"], acknowledged.json()["began"]) == ("whistle:1", None)
    assert acknowledged.status_code == 201
    [whistle] = seen["whistles"]
    police, grid = whistle["participants"]
    assert (police["name"], police["standing"], grid["standing"]) == ("p1", "acknowledged", "called")
    assert [one["step"] for one in police["stages"]] == ["acknowledge", "arrive", "support", "result"]
    assert police["stages"][1]["due_at"] > whistle["blown_at"]
    assert seen["history"][-1]["detail"] == "whistle:1:p1 police"


async def test_the_same_request_twice_whistles_once(door, database):
    for _ in range(2):
        assert (await act(door, key="once", **WHISTLE)).status_code == 201

    assert len((await kept(database)).whistles) == 1


async def test_a_session_is_called_held_and_seen_with_who_was_there(door):
    at = (await door.get(PATH)).json()["due_at"]
    called = await act(door, "call-session", at=at, place="620522101203", bodies=[{"role": "justice-office"}])
    held = await act(door, "hold-session", session=1, present=["b1", "p1"], agreement=True, reference="x-1")

    [session] = (await door.get(PATH)).json()["sessions"]

    assert (called.json()["began"], held.status_code) == ("session:1", 201)
    assert (session["state"], session["present"], session["missing"]) == ("held", ["b1", "p1"], ["p2"])
    assert (session["agreement"], session["reference"], session["attempt"]) == (True, "x-1", 1)


async def test_a_refusal_names_what_stands_in_the_way(door):
    await act(door, **WHISTLE)

    answer = await act(door, "resolve", method="mediation", outcome="success")

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:fengqiao:problem:whistle-open")
    assert answer.json()["detail"].endswith("(whistle:1)")
    assert answer.json()["detail_zh"].endswith("(whistle:1)")


@pytest.mark.parametrize(
    ("action", "fields", "status", "kind"),
    [
        ("acknowledge", {"whistle": 1, "participant": "p1"}, 409, "unknown-whistle"),
        ("acknowledge", {"whistle": 1, "participant": "somebody"}, 422, ""),
        ("whistle", {"participants": [{"role": "张三"}]}, 422, ""),
        ("whistle", {"ring": "no ring"}, 422, ""),
        ("call-off", {"whistle": 1, "reason": "rain"}, 422, ""),
        ("call-session", {"place": "x", "bodies": [{"role": "court"}]}, 422, ""),
        ("hold-session", {"session": 1, "present": []}, 422, ""),
    ],
)
async def test_what_is_wrong_is_named_and_never_repeated(door, action, fields, status, kind):
    answer = await act(door, action, **fields)

    assert answer.status_code == status
    assert kind in answer.json()["type"]
    assert "张三" not in answer.text


def received(seq, action, **fields):
    asked = a_request(action, **fields).action
    event = ActionReceived(
        incident_id=INCIDENT, source="/dispatch", occurred_at=an_hour_on(seq), actor=OFFICER, action=asked
    )
    return a_record(event, seq)


def an_hour_on(seq):
    return whistled(POLICE).reported_at.replace(year=2030) + timedelta(hours=seq)


def an_inbox(database):
    reading = Reading(topics_read_by("routing", "village"), LISTENS_TO, Desk(a_centre()).handle)
    return Inbox(database, reading, lambda: None)


async def test_another_system_s_actions_delivered_twice_take_effect_once_and_refusals_can_be_read(database):
    inbox = an_inbox(database)
    batch = [
        received(1, **WHISTLE),
        received(2, "acknowledge", whistle=1, participant="p1"),
        received(3, "resolve", method="method/1:mediation", outcome="outcome/1:success"),
        received(4, "call-off", whistle=1, reason="reason/1:no-longer-needed"),
        received(5, "call-off", whistle=1, reason="reason/1:no-longer-needed"),
    ]

    for _ in range(2):
        await inbox.apply(batch)

    assert await said(database) == [
        "whistle.blown.v1", "whistle.acknowledged.v1", "action.refused.v1", "whistle.called-off.v1",
        "action.refused.v1",
    ]  # fmt: skip
    async with database.connection() as connection:
        rows = await connection.fetch("select data from outbox where type = 'action.refused.v1' order by id")
    refusals = [ActionRefused.model_validate_json(row["data"]) for row in rows]
    assert [(one.action, one.reason, one.about) for one in refusals] == [
        ("resolve", "whistle-open", "whistle:1"), ("call-off", "whistle-over", None),
    ]  # fmt: skip
    assert [one.number for one in (await kept(database)).whistles] == [1]


async def test_who_is_there_for_a_role_that_is_called_is_known_at_both_doors(door, database):
    fields = {"kind": "person", "role": "contact-role/1:grid-staff", "area": VILLAGE}
    contact = Entry(reference="g-1", valid_from=(await database.now()).date() - timedelta(days=2), **fields)
    async with database.transaction() as tx:
        await contacts_store.write(tx, [contact], await database.now())
    by_role = {"action": "whistle", "participants": [{"role": "grid-staff"}, POLICE]}

    await act(door, **by_role)
    for _ in range(2):
        await an_inbox(database).apply([received(1, **by_role)])

    whistles = (await kept(database)).whistles
    assert [[one.ref for one in whistle.participants] for whistle in whistles] == [["g-1", "c-33"]] * 2


async def test_the_clock_fires_every_timer_of_every_matter_once_and_each_matter_s_in_due_order(new_database):
    database = await new_database()
    now = await database.now()
    long_ago = now - timedelta(minutes=30)
    started = {"clock_from": long_ago, "due_at": now + timedelta(days=1), "reported_at": long_ago}
    matters = [
        whistled(
            POLICE, GRID, now=long_ago + timedelta(seconds=at),
            incident=an_accepted_incident(incident_id=str(uuid.uuid4()), **started),
        )
        for at in range(40)
    ]  # fmt: skip
    await in_handling(database, *matters)

    clock = Clock(database, Desk(a_centre()).fire, Pulse(1), 0.05)
    while await clock.once():
        pass

    async with database.connection() as connection:
        rows = await connection.fetch("select key, type, occurred_at from outbox order by id")
        left = await connection.fetch("select step, due_at from deadline")
    assert len(rows) == 40 * 7
    for one in matters:
        mine = [row for row in rows if row["key"] == one.incident_id]
        assert [row["type"].split(".")[1] for row in mine] == [
            "overdue", "overdue", "overdue", "unresponsive", "overdue", "unresponsive", "ended",
        ]  # fmt: skip
        assert [row["occurred_at"] for row in mine] == sorted(row["occurred_at"] for row in mine)
    assert {row["step"] for row in left} == {"handle"}
    assert await clock.once() == 0
