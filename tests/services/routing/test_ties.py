"""Linking in the books: both incidents in one transaction, batches twice, races that end the same, lists."""

import asyncio
import uuid
from datetime import timedelta

import httpx
import pytest

from messaging.errors import Unavailable
from messaging.pace import Pulse
from schemas.actions import Accept, Escalate
from schemas.codes import load
from schemas.duplicates import Candidate, DuplicateProposed, Link, Unlink
from services.routing import store
from services.routing.api import api
from services.routing.desk import Desk
from services.routing.handling import Request
from services.routing.refusal import Refused
from tests.builders import INCIDENT, MATTER, NOW, OFFICER, a_centre, a_message
from tests.documented import Documented
from tests.messaging.tiny import rows
from tests.services.routing.linked import LEAD, LINK, OTHER, RESOLVE, UNLINK
from tests.services.routing.tied import act, said, states, with_both

pytestmark = pytest.mark.system


@pytest.fixture
async def database(new_database):
    return await with_both(await new_database())


async def test_both_are_written_in_one_transaction_and_the_clock_of_one_is_gone(database):
    await act(database, INCIDENT, LINK)

    assert await states(database) == [("accepted", LEAD, []), ("accepted", None, [INCIDENT])]
    assert await rows(database, "select incident_id from deadline") == [(LEAD,)]
    assert await said(database) == [(INCIDENT, "incident.linked.v1"), (LEAD, "incident.joined.v1")]
    assert [kind for _, kind in await rows(database, "select incident_id, event from history")] == [
        "incident.linked.v1", "incident.joined.v1",
    ]  # fmt: skip


async def test_unlinked_it_has_its_clock_back(database):
    [(before,)] = await rows(database, f"select due_at from deadline where incident_id = '{INCIDENT}'")
    await act(database, INCIDENT, LINK)
    await act(database, INCIDENT, UNLINK)

    [(after,)] = await rows(database, f"select due_at from deadline where incident_id = '{INCIDENT}'")
    assert timedelta() <= after - before < timedelta(seconds=10)
    assert await states(database) == [("accepted", None, []), ("accepted", None, [])]


async def test_resolving_the_lead_resolves_both_and_leaves_no_clock(database):
    await act(database, INCIDENT, LINK)
    await act(database, LEAD, RESOLVE)

    assert await states(database) == [("resolved", LEAD, []), ("resolved", None, [])]
    assert await rows(database, "select incident_id from deadline") == []
    assert (await said(database))[2:] == [(LEAD, "incident.resolved.v1"), (INCIDENT, "incident.resolved.v1")]


@pytest.mark.parametrize("_", range(8))
async def test_linking_and_resolving_the_lead_at_once_end_in_one_of_two_ways(database, _):
    ends = await asyncio.gather(
        act(database, INCIDENT, LINK), act(database, LEAD, RESOLVE), return_exceptions=True
    )

    assert [one for one in ends if isinstance(one, BaseException)] == []
    assert await states(database) == [("resolved", LEAD, []), ("resolved", None, [])]
    assert len(await said(database)) == 4


@pytest.mark.parametrize("_", range(8))
async def test_each_linked_to_the_other_at_once_one_of_them_leads(database, _):
    ends = await asyncio.gather(
        act(database, INCIDENT, LINK), act(database, LEAD, Link(lead=INCIDENT)), return_exceptions=True
    )

    refused = [one for one in ends if isinstance(one, Refused)]
    leads = [lead for _, lead, _ in await states(database)]
    assert [one.reason for one in refused] in (["lead-is-linked"], ["has-duplicates"])
    assert sorted(one is None for one in leads) == [False, True]


@pytest.mark.parametrize("_", range(8))
async def test_unlinking_and_resolving_the_lead_at_once_end_the_same_in_all_stores(database, _):
    await act(database, INCIDENT, LINK)

    ends = await asyncio.gather(
        act(database, INCIDENT, UNLINK), act(database, LEAD, RESOLVE), return_exceptions=True
    )

    for one in ends:
        assert not isinstance(one, BaseException) or isinstance(one, Refused | Unavailable)
    (status, lead, _), (_, _, duplicates) = await states(database)
    clock = await rows(database, f"select 1 from deadline where incident_id = '{INCIDENT}'")
    assert (status, lead, bool(clock)) in {
        ("resolved", LEAD, False),
        ("accepted", None, True),
        ("accepted", LEAD, False),
    }
    assert duplicates == ([INCIDENT] if (status, lead) == ("accepted", LEAD) else [])


async def test_a_duplicate_in_other_hands_is_not_waited_for_in_a_ring(database):
    await act(database, INCIDENT, LINK)

    async with database.transaction() as other:
        await store.load(other, [INCIDENT])
        with pytest.raises(Unavailable):
            await act(database, LEAD, RESOLVE)

    assert await states(database) == [("accepted", LEAD, []), ("accepted", None, [INCIDENT])]


async def test_a_lead_that_climbed_resolves_its_duplicate_from_the_town(database, new_database):
    town = await new_database()
    await act(database, INCIDENT, LINK)
    async with database.transaction() as tx:
        _, events = await Desk(a_centre()).act(
            tx, LEAD, Request(Escalate(reason="reason/1:too-hard"), OFFICER, await tx.fetchval("select now()")), None
        )  # fmt: skip
    above = Desk(a_centre("town"))
    async with town.transaction() as tx:
        await above.handle(
            tx,
            [a_message(1, key=LEAD, event=events[1], topic="village.handoff")],
            await tx.fetchval("select now()"),
        )
    await act(town, LEAD, Accept(), above)
    await act(town, LEAD, RESOLVE, above)
    sent = await rows(town, "select key, type, data from outbox where topic = 'town.handoff'")

    [(key, kind, _)] = sent
    assert (key, kind) == (INCIDENT, "lead.resolved.v1")


async def test_what_waits_for_a_look_is_a_list_of_its_own(database):
    now = await database.now()
    candidate = Candidate(lead=LEAD, score=5, grounds=("ground/1:text", "ground/1:time"))
    proposed = DuplicateProposed(**MATTER, occurred_at=NOW, candidates=(candidate,))
    async with database.transaction() as tx:
        await Desk(a_centre()).handle(tx, [a_message(1, event=proposed)], now)
    transport = Documented(api(database, Desk(a_centre()), load(), Pulse(1)))
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as door:
        lists = [
            (await door.get(f"/v1/incidents?proposed={flag}")).json()["incidents"]
            for flag in ("true", "false")
        ]
        whole = (await door.get(f"/v1/incidents/{INCIDENT}")).json()
        body = {"action": {"action": "link", "lead": LEAD}, "actor": {"role": "officer", "ref": "o-1102"}}
        key = {"Idempotency-Key": uuid.uuid4().hex}
        done = await door.post(f"/v1/incidents/{INCIDENT}/actions", json=body, headers=key)
        refused = await door.post(
            f"/v1/incidents/{OTHER}/actions", json=body, headers={"Idempotency-Key": uuid.uuid4().hex}
        )
        after = (await door.get("/v1/incidents?proposed=true")).json()["incidents"]
        lead = (await door.get(f"/v1/incidents/{LEAD}")).json()

    assert [[one["incident_id"] for one in page] for page in lists] == [[INCIDENT], [LEAD]]
    assert whole["ties"]["proposals"] == [candidate.model_dump(mode="json")]
    assert (done.status_code, done.json()["events"], refused.status_code) == (
        201,
        ["incident.linked.v1"],
        404,
    )
    assert after == []
    assert lead["ties"]["duplicates"] == [{"incident_id": INCIDENT, "tier": "village"}]


def test_the_reason_of_an_unlinking_is_a_code():
    with pytest.raises(ValueError, match="reason"):
        Unlink(reason="张三 says so")
