"""A source's number names one matter, its answers and declarations make the ledger: the same over HTTP and inbound."""

import json
import uuid

import httpx
import pytest

from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from schemas.base import Actor
from schemas.referrals import ReferralAnswered
from schemas.topics import topics_read_by
from services.intake.api import api
from services.intake.app import LISTENS_TO
from services.intake.desk import Desk
from services.intake.report import incident_id_of
from services.intake.vault import SealedLetters, Vault
from tests.builders import MATTER, VILLAGE, a_record, a_registry, an_inbound_record, later

pytestmark = pytest.mark.system
REPORT = {
    "area": VILLAGE, "category": "contract", "channel": "court", "occurred_at": "2026-09-14T09:20:00+08:00",
    "source_number": "2026-0522-1042",
}  # fmt: skip
ELIGIBLE = {
    "source": "court",
    "area": "620522",
    "month": "2026-09",
    "count": 4,
    "occurred_at": "2026-10-08T09:00:00+08:00",
}


class House:
    """Intake of the village with both of its doors, over one database."""

    def __init__(self, database):
        vault = Vault(bytes(32))
        desk = Desk(a_registry(), vault)
        reading = Reading(topics_read_by("intake", "village"), LISTENS_TO, desk.handle, SealedLetters(vault))
        self.database = database
        self.inbox = Inbox(database, reading, lambda: None)
        transport = httpx.ASGITransport(api(database, desk, Pulse(1)))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://intake")

    async def report(self, **changes):
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return await self.http.post("/v1/reports", json=REPORT | changes, headers=headers)

    async def declare(self, **changes):
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return await self.http.post("/v1/referrals/eligible", json=ELIGIBLE | changes, headers=headers)

    async def submit(self, name, body, kind=b"report.submitted.v1", source=b"/court"):
        """Sent twice, as Kafka may."""
        record = an_inbound_record(
            json.dumps(body).encode(), ce_id=name.encode(), ce_type=kind, ce_source=source
        )
        await self.inbox.apply([record])
        await self.inbox.apply([record])

    async def answer(self, incident, *answers, topic="village.routing", first=1):
        """What routing of a tier told the source, delivered twice."""
        records = [
            a_record(
                ReferralAnswered(
                    **MATTER | {"incident_id": incident}, occurred_at=later(hours=at), actor=Actor(),
                    body="referral-body/1:court", order=order, answer=answer,
                ),
                at, key=incident, topic=topic,
            )
            for at, (order, answer) in enumerate(enumerate(answers, start=first), start=1)
        ]  # fmt: skip
        await self.inbox.apply(records)
        await self.inbox.apply(records)

    async def ledger(self, **query):
        wanted = {"source": "court", "from": "2026-09", "to": "2026-09"} | query
        return await self.http.get("/v1/referrals/ledger", params=wanted)

    async def said(self, kind):
        async with self.database.connection() as connection:
            rows = await connection.fetch("select key, data from outbox where type = $1 order by id", kind)
        return [(row["key"], json.loads(row["data"])) for row in rows]

    async def letters(self):
        async with self.database.connection() as connection:
            return [
                row["reason"] for row in await connection.fetch("select reason from dead_letter order by id")
            ]


@pytest.fixture
async def house(new_database):
    made = House(await new_database("intake"))
    yield made
    await made.http.aclose()


# One number, one matter


async def test_a_number_reported_twice_over_http_is_told_and_makes_no_second_incident(house):
    first, second = await house.report(), await house.report()
    known = first.json()["incident_id"]

    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["type"].endswith("source-number-known")
    assert second.json()["errors"][0]["field"] == "source_number"
    assert known in second.json()["detail"]
    assert [key for key, _ in await house.said("incident.reported.v1")] == [known]


async def test_a_number_submitted_twice_is_told_as_an_event_and_makes_no_second_incident(house):
    await house.submit("r-1", REPORT)
    await house.submit("r-2", REPORT)

    [(known, reported)] = await house.said("incident.reported.v1")
    [(key, refused)] = await house.said("submission.refused.v1")
    assert known == key == incident_id_of("/court", "r-1")
    assert (refused["id"], refused["source"], refused["reason"]) == ("r-2", "/court", "source-number-known")
    assert (reported["referred_by"], reported["source_number"]) == ("referral-body/1:court", "2026-0522-1042")
    assert await house.letters() == []


async def test_both_doors_know_the_same_numbers(house):
    known = (await house.report()).json()["incident_id"]
    await house.submit("r-1", REPORT)

    assert [key for key, _ in await house.said("submission.refused.v1")] == [known]

    await house.submit("r-2", REPORT | {"source_number": "2"})
    assert (await house.report(source_number="2")).status_code == 409


async def test_another_source_may_have_the_same_number(house):
    assert (await house.report()).status_code == 201
    assert (await house.report(channel="police")).status_code == 201


async def test_reports_without_a_number_are_never_the_same(house):
    assert [(await house.report(source_number=None)).status_code for _ in range(2)] == [201, 201]


async def test_a_number_in_which_a_name_could_stand_is_refused_and_not_repeated(house):
    answer = await house.report(source_number="张三的案子")

    assert answer.status_code == 422
    assert "张三" not in answer.text


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


async def offered(house, count):
    return [(await house.report(source_number=f"n-{at}")).json()["incident_id"] for at in range(count)]


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
        ({"area": "110101"}, "area"),
        ({"from": "last"}, "from"),
        ({"places": 9}, "places"),
        ({"rounding": "up"}, "rounding"),
    ],
)
async def test_a_ledger_nobody_can_show_is_refused_by_field(house, query, field):
    answer = await house.ledger(**query)

    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]


# Reconciliation


PLACE = "/v1/referrals/reconciliations"


async def compared(house, content, kind="text/csv", **query):
    wanted = {"source": "court", "month": "2026-09"} | query
    return await house.http.post(PLACE, params=wanted, content=content, headers={"content-type": kind})


async def test_a_source_s_list_is_compared_and_nothing_changes(house):
    ours, _ = await offered(house, 2)
    await house.answer(ours, "accepted")
    before = (await house.ledger()).json()

    answer = (await compared(house, "案号,状态\nn-0,成功\nn-9,失败\n")).json()

    assert not answer["agree"]
    assert [(one["number"], one["ours"], one["theirs"]) for one in answer["state_differs"]] == [
        ("n-0", "accepted", "succeeded")
    ]
    assert [one["number"] for one in answer["theirs_not_ours"]] == ["n-9"]
    assert [one["number"] for one in answer["ours_not_theirs"]] == ["n-1"]
    assert (await house.ledger()).json()["lines"] == before["lines"]


async def test_json_and_csv_come_to_the_same(house):
    await offered(house, 2)
    rows = [{"number": "n-0", "state": "offered"}, {"number": "n-1", "state": "offered", "month": "2026-08"}]

    as_json = (await compared(house, json.dumps(rows), "application/json")).json()
    as_csv = (await compared(house, "\ufeffnumber,state,month\nn-0,offered,\nn-1,offered,2026-08\n")).json()

    assert as_json["month_differs"][0]["ours"] == as_csv["month_differs"][0]["ours"] == "2026-09"
    assert as_json["totals"] == as_csv["totals"]


@pytest.mark.parametrize(
    ("content", "kind", "status", "word"),
    [
        ("number,state\n张三,won\n", "text/csv", 422, "file"),
        ("编号,状态\n1,成功\n".encode("gb18030"), "text/csv", 422, "not-utf-8"),
        ("{", "application/json", 400, "not-json"),
        ("{}", "application/json", 422, "invalid"),
        ("number,state\n", "text/plain", 415, "content-type"),
        (b"x" * 1_048_577, "text/csv", 413, "too-large"),
    ],
)
async def test_a_list_that_cannot_be_read_is_refused(house, content, kind, status, word):
    answer = await compared(house, content, kind)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, word)
    assert "张三" not in answer.text


async def test_every_line_that_is_wrong_is_named(house):
    answer = await compared(house, "number,state\n1,won\n2,failed\n,offered\n")

    assert [(one["line"], one["field"]) for one in answer.json()["errors"]] == [(2, "state"), (4, "number")]
