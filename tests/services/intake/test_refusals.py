"""What is not let in from another system is a dead letter, and its sender can read why: once, in the words of HTTP."""

import dataclasses
import json

import pytest

from doors import chinese
from messaging.cloudevents import MAX_BODY
from messaging.dead_letters import Gravedigger, Request, ask
from messaging.inbox import Inbox
from policy.load import Area
from services.intake.refusals import shown
from services.intake.report import incident_id_of
from tests.builders import INCIDENT, VILLAGE, an_inbound_record
from tests.messaging.mortal import Mortal
from tests.messaging.tiny import rows, until_applied
from tests.services.intake.house import ELIGIBLE, REPORT, House

pytestmark = pytest.mark.system
NAME, TELEPHONE = "王小明", "13800138000"
SECRET = f"{NAME}-{TELEPHONE}"
"""What a person might write anywhere."""
NEW_VILLAGE = "620522101999"
PLAIN = {name: value for name, value in REPORT.items() if name != "source_number"}
RESOLVE = {
    "incident_id": INCIDENT, "occurred_at": "2026-09-14T10:00:00+08:00", "reference": "h-7",
    "action": {"action": "resolve", "method": "people-mediation", "outcome": TELEPHONE},
}  # fmt: skip
PATROL = {"activity": "patrol", "area": VILLAGE, "role": "gossip", "occurred_at": "2026-09-14T10:00:00+08:00"}
FAR = "2999-01-01T00:00:00Z"


def sent(name, body, kind="report.submitted.v1", **changes):
    """One event of a hotline; a body that is no bytes is sent as JSON."""
    value = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    given = {"ce_id": name.encode(), "ce_source": b"/hotline", "ce_type": kind.encode()} | changes
    return an_inbound_record(value, **given)


def acted(body):
    return sent("bad", body, "action.submitted.v1")


KINDS = {
    "unknown-code category": sent("bad", PLAIN | {"category": NAME}),
    "unknown-code parties": sent("bad", PLAIN | {"parties": [NAME]}),
    "unknown-area area": sent("bad", PLAIN | {"area": NEW_VILLAGE}),
    "future occurred_at": sent("bad", PLAIN | {"occurred_at": FAR}),
    "personal-data source_number": sent("bad", PLAIN | {"source_number": TELEPHONE}),
    "personal-data action.outcome": acted(RESOLVE),
    "unknown-code action.outcome": acted(RESOLVE | {"action": RESOLVE["action"] | {"outcome": "x"}}),
    "future occurred_at of an action": acted(
        RESOLVE | {"occurred_at": FAR, "action": {"action": "accept"}},
    ),
    "unknown-code role": sent("bad", PATROL, "activity.submitted.v1"),
    "unknown-code source": sent("bad", ELIGIBLE | {"source": "gossip"}, "referral.eligible-declared.v1"),
    "future month": sent("bad", ELIGIBLE | {"month": "2199-01"}, "referral.eligible-declared.v1"),
    "wrong-schema area": sent("bad", PLAIN | {"area": SECRET}),
    "wrong-schema action": acted(RESOLVE | {"action": {"action": SECRET}}),
    "not-json body": sent("bad", b'{"note": "13800138000"'),
    "not-utf-8 body": sent("bad", b'{"area": "\xff 13800138000"}'),
    "null-value body": sent("bad", None),
    "too-large body": sent("bad", b"1" * (MAX_BODY + 1)),
    "unknown-type ce_type": sent("bad", PLAIN, f"report.{SECRET}.v1"),
}


async def deliver(house, *records):
    for _ in range(2):
        await house.inbox.apply(list(records))


async def refusals(house):
    return [event for _, event in await house.said("submission.refused.v1")]


async def operator(house, action="redrive", count=1):
    """Asks for the open letters to be dealt with, and waits."""
    async with house.database.transaction() as tx:
        ids = [row["id"] for row in await tx.fetch("select id from dead_letter where status = 'open'")]
        await ask(tx, ids, Request(action, count, "looked at", "o-1"))
    digger = Gravedigger(house.database, house.inbox, house.reading)
    for _ in range(2):
        await digger.once()


def with_a_new_village(house):
    registry = house.desk.registry
    village = Area(NEW_VILLAGE, "village", "新村", "620522101")
    house.desk.registry = dataclasses.replace(registry, areas={**registry.areas, NEW_VILLAGE: village})


@pytest.mark.parametrize("kind", KINDS)
async def test_its_sender_reads_once_why_it_is_refused_and_its_neighbours_are_let_in(house, kind):
    await deliver(house, sent("r-1", PLAIN), KINDS[kind], sent("r-2", PLAIN))
    await deliver(house, KINDS[kind])

    reason, place = kind.split()[:2]
    [(key, refused)] = await house.said("submission.refused.v1")
    assert (refused["source"], refused["id"], refused["reason"]) == ("/hotline", "bad", reason)
    assert key == refused["subject_id"] == incident_id_of("/hotline", "bad")
    assert place in [one["field"] for one in refused["errors"]]
    assert all(one["problem"] and one["problem_zh"] != chinese.PLAIN for one in refused["errors"])
    assert not any(personal in json.dumps(refused, ensure_ascii=False) for personal in (NAME, TELEPHONE))
    assert [key for key, _ in await house.said("incident.reported.v1")] == [
        incident_id_of("/hotline", name) for name in ("r-1", "r-2")
    ]
    letters = await rows(house.database, "select kind, reason, status, seen from dead_letter")
    assert letters == [("rejected", reason, "open", 4)]


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "gossip"},
        {"category": "gossip", "channel": "rumour"},
        {"area": NEW_VILLAGE},
        {"occurred_at": FAR},
        {"source_number": "0522-1"},
    ],
)
async def test_it_is_said_in_the_words_that_http_has_for_it(house, changes):
    await house.report(source_number="0522-1")

    await deliver(house, sent("r-1", REPORT | changes))
    answer = (await house.report(**changes)).json()

    [refused] = await refusals(house)
    assert answer["type"] == f"urn:fengqiao:problem:{refused['reason']}"
    assert answer["errors"] == refused["errors"]


@pytest.mark.parametrize("changes", [{"area": "x"}, {"people": 0, "occurred_at": "today"}])
async def test_fields_that_do_not_fit_are_named_as_http_names_them(house, changes):
    await deliver(house, sent("r-1", PLAIN | changes))
    answer = (await house.report(source_number=None, **changes)).json()

    [refused] = await refusals(house)
    assert sorted(map(str, answer["errors"])) == sorted(map(str, refused["errors"]))


@pytest.mark.parametrize(
    "record",
    [
        sent("bad", PLAIN, ce_source=b"/fengqiao/village/intake"),
        sent("bad", PLAIN, ce_id=None),
        sent("bad", PLAIN, ce_specversion=b"9.9"),
        sent("bad", PLAIN, ce_subject=b"\xff"),
        sent("bad", b"{", **{"content-type": b"application/cloudevents+json"}),
    ],
)
async def test_who_sent_what_does_not_say_in_order_whose_it_is_is_told_nothing(house, record):
    await deliver(house, sent("r-1", PLAIN), record)

    assert await refusals(house) == []
    assert len(await house.letters()) == 1
    assert len(await house.said("incident.reported.v1")) == 1


async def test_structured_events_are_answered_as_well(house):
    envelope = {"specversion": "1.0", "id": "bad", "source": "/hotline", "type": "report.submitted.v1"}
    body = json.dumps(envelope | {"data": {"area": SECRET}}).encode()

    await deliver(house, sent("", body, **{"content-type": b"application/cloudevents+json"}))

    [refused] = await refusals(house)
    assert (refused["id"], refused["reason"]) == ("bad", "wrong-schema")


async def test_an_action_is_refused_under_the_name_its_sender_gave_it(house):
    await deliver(house, KINDS["unknown-code action.outcome"])

    [refused] = await refusals(house)
    assert (refused["submitted"], refused["reference"]) == ("action.submitted.v1", "h-7")


async def test_names_in_which_a_person_could_stand_are_not_repeated(house):
    reference = {"reference": TELEPHONE}
    await deliver(
        house,
        sent(SECRET, PLAIN | {"category": "gossip"}, ce_source=f"/hotline/{SECRET}".encode()),
        acted(RESOLVE | reference),
        sent("bad-2", PLAIN, SECRET),
    )

    said = await refusals(house)
    assert [(one["source"], one["id"]) for one in said[:2]] == [("/hotline/…-…", "…-…"), ("/hotline", "bad")]
    assert said[0]["subject_id"] == incident_id_of(f"/hotline/{SECRET}", SECRET)
    assert (said[1]["reference"], said[2]["submitted"]) == (None, "unknown")
    assert shown("/court/620522 2026-0522-1042") == "/court/620522…2026-0522-1042"


async def test_a_name_used_again_for_something_else_is_told_so_each_time_it_is_something_else(house):
    await deliver(house, sent("r-1", PLAIN))
    await deliver(
        house, sent("r-1", PLAIN | {"category": "land"}), sent("r-1", PLAIN | {"category": "labour"})
    )

    told = [(one["id"], one["reason"], one["errors"]) for one in await refusals(house)]
    field = {
        "field": "id", "problem": "was used before, for something else", "problem_zh": "已用于其他内容",
    }  # fmt: skip
    assert told == [("r-1", "id-reused", [field])] * 2
    assert await house.letters() == ["id-reused"] * 2
    assert len(await house.said("incident.reported.v1")) == 1


async def test_what_is_sent_mended_under_its_name_is_let_in(house):
    await deliver(house, sent("r-1", PLAIN | {"category": "gossip"}))
    await deliver(house, sent("r-1", PLAIN | {"category": "rumour"}))
    await deliver(house, sent("r-1", PLAIN))

    assert [one["reason"] for one in await refusals(house)] == ["unknown-code"] * 2
    [(key, _)] = await house.said("incident.reported.v1")
    assert key == incident_id_of("/hotline", "r-1")


async def test_sent_back_unmended_it_is_refused_again_and_said_no_second_time(house):
    await deliver(house, KINDS["unknown-area area"], KINDS["not-json body"])

    await operator(house, count=2)
    await operator(house, count=2)

    assert [one["reason"] for one in await refusals(house)] == ["unknown-area", "not-json"]
    assert await rows(house.database, "select status, seen from dead_letter") == [("open", 4)] * 2


async def test_sent_back_after_mending_it_takes_effect_once(house):
    await deliver(house, sent("r-1", PLAIN | {"area": NEW_VILLAGE}))
    with_a_new_village(house)

    await operator(house)
    await deliver(house, sent("r-1", PLAIN | {"area": NEW_VILLAGE}))

    assert [one["reason"] for one in await refusals(house)] == ["unknown-area"]
    [(key, reported)] = await house.said("incident.reported.v1")
    assert (key, reported["area"]) == (incident_id_of("/hotline", "r-1"), NEW_VILLAGE)
    assert await rows(house.database, "select status from dead_letter") == [("applied",)]


async def test_sent_back_and_refused_for_something_else_it_is_said_once_more(house):
    await deliver(house, sent("r-1", PLAIN | {"area": NEW_VILLAGE, "category": "gossip"}))
    with_a_new_village(house)

    for _ in range(2):
        await operator(house)

    assert [one["reason"] for one in await refusals(house)] == ["unknown-area", "unknown-code"]
    assert await rows(house.database, "select reason, seen from dead_letter") == [("unknown-code", 4)]


async def test_a_discarded_letter_that_comes_again_is_a_letter_again_and_said_no_second_time(house):
    await deliver(house, KINDS["future occurred_at"])
    await operator(house, "discard")
    await deliver(house, KINDS["future occurred_at"])

    assert len(await refusals(house)) == 1
    assert await house.letters() == ["future", "future"]


async def test_beside_a_bug_each_refusal_is_said_once(house):
    apply = house.desk.handle

    async def buggy(tx, messages, now):
        if any(one.id == "bug" for one in messages):
            raise ZeroDivisionError
        return await apply(tx, messages, now)

    reading = dataclasses.replace(house.reading, handler=buggy)
    house.inbox = Inbox(house.database, reading, lambda: None)
    batch = [*KINDS.values(), sent("bug", PLAIN), sent("r-1", PLAIN)]
    await deliver(house, *batch)

    assert len(await refusals(house)) == len(KINDS)
    assert sorted(await house.letters()) == sorted([*(one.split()[0] for one in KINDS), "ZeroDivisionError"])
    assert len(await house.said("incident.reported.v1")) == 1


@pytest.fixture
async def mortal(new_dsn):
    database = Mortal(await new_dsn("intake"))
    await database.connect()
    yield database
    await database.close()


LEFT = {
    "letters": "select identity, kind, reason, detail, status from dead_letter order by 1",
    "refusals": "select digest from refusal order by 1",
    "reports": "select incident_id from report order by 1",
    "outbox": "select key, seq, type, data::text from outbox where type = 'incident.reported.v1' order by id",
    "told": "select key, seq, type from outbox where type = 'submission.refused.v1' order by key, seq",
}


async def ran(database, fatal=None):
    """Two batches, each delivered twice, on an empty database; what is left."""
    async with database.connection() as connection:
        await connection.execute(
            """
            truncate dead_letter, dead_letter_audit, refusal, report, submission, comparable, offer, sequence, outbox,
                unsent
            """
        )
    database.steps, database.fatal = 0, fatal
    inbox = House(database).inbox
    for batch in (
        [KINDS["unknown-area area"], sent("r-1", PLAIN), KINDS["not-json body"]],
        [KINDS["unknown-code category"]],
    ):
        for _ in range(2):
            await until_applied(inbox, batch)
    return {name: await rows(database, query) for name, query in LEFT.items()}


async def test_a_crash_at_any_step_leaves_each_letter_and_each_refusal_once(mortal):
    undisturbed = await ran(mortal)
    steps = mortal.steps

    differing = [fatal for fatal in range(1, steps + 1) if await ran(mortal, fatal) != undisturbed]

    assert steps > 15
    assert differing == []
    assert [len(undisturbed[name]) for name in ("letters", "told", "reports")] == [3, 3, 1]
