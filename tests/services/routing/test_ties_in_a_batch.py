"""A matter and its lead in one batch: what happens to one reaches the other, whatever came just before."""

import pytest

from schemas.actions import Accept, Escalate
from schemas.duplicates import Candidate, Duplicate, DuplicateProposed
from schemas.intake import ActionReceived
from services.routing.desk import Desk
from tests.builders import (
    INCIDENT,
    MATTER,
    NOW,
    OFFICER,
    a_centre,
    a_message,
    a_policy,
    handed_over,
    reported,
)
from tests.services.routing.linked import LEAD, LINK, RESOLVE, a_lead
from tests.services.routing.tied import act, kept, running, states, with_both

pytestmark = pytest.mark.system


def asked(key, seq, action):
    event = ActionReceived(
        incident_id=key, source="/p", occurred_at=NOW, actor=OFFICER, action=action, decided_by="routing"
    )
    return a_message(seq, key=key, event=event)


@pytest.fixture
async def database(new_database):
    return await with_both(await new_database())


async def test_a_batch_delivered_twice_links_and_resolves_once(database):
    batch = [asked(INCIDENT, 1, LINK), asked(LEAD, 1, RESOLVE)]
    desk = Desk(a_centre())
    for _ in range(2):
        async with database.transaction() as tx:
            outcome = await desk.handle(tx, batch, await tx.fetchval("select now()"))

    assert await states(database) == [("resolved", LEAD, []), ("resolved", None, [])]
    assert [draft.event.type for draft in outcome.drafts] == ["action.refused.v1"] * 2


async def test_a_rule_links_what_is_reported_and_proposed_in_one_batch(new_database):
    database = await new_database()
    await kept(database, running(a_lead, await database.now()))
    policy = a_policy(duplicates={"link": 4})
    candidate = Candidate(lead=LEAD, score=4, grounds=("ground/1:text",))
    proposed = DuplicateProposed(**MATTER, occurred_at=NOW, candidates=(candidate,))
    batch = [a_message(1, event=reported()), a_message(2, event=proposed)]

    async with database.transaction() as tx:
        outcome = await Desk(a_centre("village", policy)).handle(tx, batch, await tx.fetchval("select now()"))

    assert outcome.faults.none
    assert [draft.event.type for draft in outcome.drafts] == [
        "incident.opened.v1", "incident.linked.v1", "incident.joined.v1",
    ]  # fmt: skip
    assert await states(database) == [("open", LEAD, []), ("accepted", None, [INCIDENT])]


async def test_a_lead_that_is_given_back_and_resolved_in_one_batch_takes_its_duplicate_along(database):
    await act(database, INCIDENT, LINK)
    await act(database, LEAD, Escalate(reason="reason/1:too-hard"))
    given = {"from_tier": "town", "to_tier": "village", "path": (), "incident_id": LEAD}
    theirs = (Duplicate(incident_id=INCIDENT, tier="village"),)
    back = a_message(1, key=LEAD, event=handed_over(**given, duplicates=theirs), topic="town.handoff")
    batch = [back, asked(LEAD, 1, Accept()), asked(LEAD, 2, RESOLVE)]

    for _ in range(2):
        async with database.transaction() as tx:
            await Desk(a_centre()).handle(tx, batch, await tx.fetchval("select now()"))

    assert await states(database) == [("resolved", LEAD, []), ("resolved", None, [])]
