"""What a door decides does not depend on how little its caller may see: what is tied, and who is busy, is known."""

import pytest

from doors import caller as who
from doors.caller import Caller
from messaging.columns import texts
from services.routing import contacts_store, store
from services.routing.desk import Desk
from services.routing.handling import Request
from services.routing.manning import Need
from tests.builders import INCIDENT, OFFICER, VILLAGE, a_centre, an_accepted_incident
from tests.messaging.tiny import rows
from tests.services.routing.linked import LEAD, LINK, OTHER, RESOLVE
from tests.services.routing.tied import act, kept, states, with_both

pytestmark = pytest.mark.system
ELSEWHERE = "620522100001"


@pytest.fixture
async def owner(new_database):
    return await new_database()


@pytest.fixture
async def door(new_database, owner):
    """The database as the door has it, asked by somebody of the village."""
    behind = await new_database(beside=owner)
    token = who.enter(Caller("token:u-1", frozenset({"centre-staff"}), VILLAGE, "village"))
    yield behind
    who.leave(token)


async def moved(owner, incident_id):
    """An incident lies in another village."""
    async with owner.transaction() as tx:
        one = await store.one(tx, incident_id)
        await store.save(tx, [one.changed(area=ELSEWHERE)], await tx.fetchval("select now()"))


async def test_what_happens_to_a_lead_happens_to_its_duplicate_in_another_village(owner, door):
    await with_both(owner)
    await act(owner, INCIDENT, LINK)
    await moved(owner, INCIDENT)

    async with door.transaction() as tx:
        await Desk(a_centre()).act(
            tx, LEAD, Request(RESOLVE, OFFICER, await tx.fetchval("select now()")), None, VILLAGE
        )

    assert await states(owner) == [("resolved", LEAD, []), ("resolved", None, [])]
    assert await rows(owner, "select incident_id from deadline") == []


async def test_nothing_else_of_another_village_is_reached_with_it(owner, door):
    await with_both(owner)
    await act(owner, INCIDENT, LINK)
    await kept(owner, an_accepted_incident(incident_id=OTHER, area=ELSEWHERE))
    await moved(owner, INCIDENT)

    async with door.transaction() as tx:
        await store.reach(tx, {INCIDENT})
        seen = {row[0] for row in await tx.fetch("select incident_id from incident")}
        touched = await tx.execute(
            "update incident set severity = 'x' where incident_id = any(texts($1))", texts([OTHER])
        )
    async with door.connection() as connection:
        after = {row[0] for row in await connection.fetch("select incident_id from incident")}

    assert (seen, touched, after) == ({INCIDENT, LEAD}, "UPDATE 0", {LEAD})


async def test_how_much_somebody_has_in_hand_counts_everywhere(owner, door):
    async with owner.transaction() as tx:
        for reference, area in (("g-1", VILLAGE), ("g-2", VILLAGE), ("b-1", "620522"), ("b-2", ELSEWHERE)):
            await tx.execute(
                "insert into contact (reference, kind, role, area, valid_from)"
                " values ($1, 'person', 'contact-role/1:grid-staff', $2, '2020-01-01')",
                reference,
                area,
            )
        busy = an_accepted_incident(incident_id=OTHER, area=ELSEWHERE)
        await store.save(tx, [busy], await tx.fetchval("select now()"))
        await tx.execute("insert into assigned values ($1, 'g-1')", OTHER)

    found = []
    for database in (owner, door):
        async with database.transaction() as tx:
            on = (await tx.fetchval("select now()")).date()
            need = Need(areas=(VILLAGE,), roles=("grid-staff",), references=("b-2",))
            found.append(await contacts_store.roster(tx, need, on))
    async with door.connection() as connection:
        page = await contacts_store.page(connection, contacts_store.Wanted(on, VILLAGE, ("620522",)))

    assert vars(found[0]) == vars(found[1])
    assert {one.entry.reference: one.in_hand for one in page} == {"g-1": 1, "g-2": 0, "b-1": 0}
