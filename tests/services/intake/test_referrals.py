"""What a source declares, and what it was answered, make the ledger: the same over HTTP and inbound."""

import pytest

from tests.builders import VILLAGE
from tests.services.intake.house import ELIGIBLE, REPORT, offered

pytestmark = pytest.mark.system

# Eligible


async def test_a_declaration_counts_once_is_corrected_and_withdrawn(house):
    first, again = await house.declare(), await house.declare()
    older = await house.declare(count=9)
    second = await house.declare(count=5, version=2)
    gone = await house.declare(count=None, version=3)

    assert [one.status_code for one in (first, again, older, second, gone)] == [201, 200, 409, 201, 201]
    assert older.json()["type"].endswith("version-known")
    assert (second.json()["replaces"], gone.json()["replaces"]) == (4, 5)
    assert [one["count"] for _, one in await house.said("referral.eligible-recorded.v1")] == [4, 5, None]


async def test_the_same_declarations_inbound_do_the_same(house):
    kind = b"referral.eligible-declared.v1"
    for name, changes in {"1": {}, "2": {}, "3": {"count": 9}, "4": {"count": 5, "version": 2}}.items():
        await house.submit(f"e-{name}", ELIGIBLE | changes, kind)
    await house.submit("e-5", ELIGIBLE | {"area": VILLAGE}, kind)

    recorded = await house.said("referral.eligible-recorded.v1")
    refused = await house.said("submission.refused.v1")
    assert [(one["count"], one["replaces"]) for _, one in recorded] == [(4, None), (5, 4)]
    assert [(one["id"], one["reason"]) for _, one in refused] == [
        ("e-3", "version-known"),
        ("e-5", "area-overlaps"),
    ]
    assert (await house.ledger()).json()["lines"][0]["eligible"] == 5


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"source": "barber"}, "source"), ({"month": "2026-13"}, "month"), ({"count": -1}, "count"),
     ({"area": "110101"}, "area"), ({"month": "2199-01"}, "month"), ({"colour": 1}, "colour")],
)  # fmt: skip
async def test_a_declaration_that_cannot_be_is_refused_by_field(house, changes, field):
    answer = await house.declare(**changes)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


# The ledger


async def test_the_ledger_follows_what_the_source_was_told_by_whichever_tier(house):
    await house.declare()
    waiting, settled, relapsed, back = await offered(house, 4)
    await house.answer(settled, "accepted")
    await house.answer(settled, "succeeded", topic="town.routing", first=2)
    await house.answer(relapsed, "accepted", "succeeded", "reopened")
    await house.answer(back, "accepted", "returned")

    [line] = (await house.ledger(area="620522")).json()["lines"]

    assert {one: line[one] for one in ("eligible", "offered", "accepted", "diverted", "succeeded", "returned")} == {
        "eligible": 4, "offered": 4, "accepted": 3, "diverted": 2, "succeeded": 1, "returned": 1,
    }  # fmt: skip
    assert (line["waiting"], line["in_mediation"], line["failed"]) == (1, 1, 0)
    assert (line["diversion"]["numerator"], line["diversion"]["denominator"]) == (2, 4)
    assert (line["diversion"]["value"], line["success"]["value"]) == ("50.00", "50.00")
    assert waiting


async def test_the_result_may_be_heard_before_the_acceptance(house):
    [incident] = await offered(house, 1)
    await house.answer(incident, "succeeded", topic="town.routing", first=2)
    await house.answer(incident, "accepted")

    [line] = (await house.ledger()).json()["lines"]

    assert (line["accepted"], line["succeeded"]) == (1, 1)


async def test_where_nothing_was_declared_there_is_no_rate_and_the_reason_is_said(house):
    await offered(house, 1)

    told = (await house.ledger(to="2026-10")).json()

    assert [one["diversion"]["value"] for one in (*told["lines"], told["total"])] == [None] * 3
    assert told["total"]["why_not"]["reason"] == "not-declared"
    assert told["time_zone"] == "Asia/Shanghai"


async def test_a_month_begins_at_midnight_in_shanghai(house):
    await house.report(source_number="1", occurred_at="2026-08-31T23:59:59+08:00")
    await house.report(source_number="2", occurred_at="2026-08-31T16:00:00Z")

    told = (await house.ledger(**{"from": "2026-08"})).json()

    assert [(one["month"], one["offered"]) for one in told["lines"]] == [("2026-08", 1), ("2026-09", 1)]


async def test_imported_offers_belong_to_their_own_month(house):
    await house.submit("old-1", REPORT | {"occurred_at": "2022-09-03T10:00:00+08:00", "backfill": True})

    told = (await house.ledger(**{"from": "2022-09", "to": "2022-09"})).json()

    assert told["lines"][0]["offered"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"source": "barber"}, "source"),
        ({"to": "2026-08"}, "to"),
        ({"to": "2199-01"}, "to"),
        ({"area": "110101"}, "query.area"),
        ({"from": "last"}, "from"),
        ({"places": 9}, "places"),
        ({"rounding": "up"}, "rounding"),
    ],
)
async def test_a_ledger_nobody_can_show_is_refused_by_field(house, query, field):
    answer = await house.ledger(**query)

    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]
