"""What is not let in from another system is a dead letter, and its sender can read why: in the words of HTTP."""

import json

import pytest

from doors import chinese
from services.intake.refusals import shown
from services.intake.report import incident_id_of
from tests.messaging.tiny import rows
from tests.services.intake.house import REPORT
from tests.services.intake.refused import (
    FAR,
    KINDS,
    NAME,
    NEW_VILLAGE,
    PLAIN,
    RESOLVE,
    SECRET,
    TELEPHONE,
    acted,
    deliver,
    refusals,
    sent,
)

pytestmark = pytest.mark.system


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
