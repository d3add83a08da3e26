"""A later round of the follow-up finds a relapse: the closed matter is reopened where it was resolved."""

import pytest

from messaging.errors import Rejected
from messaging.inbox import Inbox, Reading
from schemas.followup import RoundCompleted
from schemas.topics import TOPICS
from services.routing import store
from services.routing.app import LISTENS_TO
from services.routing.desk import Desk
from services.routing.life import arrive
from tests.builders import (
    INCIDENT,
    MATTER,
    NOW,
    OFFICER,
    a_centre,
    a_completed_revisit,
    a_record,
    a_resolved_incident,
    an_accepted_incident,
    later,
)

CLOSED = {"status": "closed", "closed_at": later(days=1)}


def a_round(**changes):
    fields = MATTER | {
        "occurred_at": later(days=30), "actor": OFFICER, "attempt": 1, "resolved_at": later(hours=1), "round": 2,
        "outcome": "relapse", "reason": "reason/1:relapse",
    }  # fmt: skip
    return RoundCompleted(**(fields | changes))


def test_closing_keeps_its_time():
    after, _ = arrive(a_resolved_incident(), a_completed_revisit(), a_centre(), NOW)

    assert (after.status, after.closed_at) == ("closed", later(days=1))


def test_a_relapse_found_later_reopens_it_with_the_attempt_counted_and_a_fresh_clock():
    after, [reopened] = arrive(a_resolved_incident(**CLOSED), a_round(), a_centre(), later(days=30))

    assert (reopened.type, reopened.attempt, reopened.reason) == (
        "incident.reopened.v1",
        2,
        "reason/1:relapse",
    )
    assert (reopened.closed_at, reopened.resolved_at) == (later(days=1), later(hours=1))
    assert (after.status, after.attempt, after.closed_at) == ("accepted", 2, None)
    assert after.due_at > later(days=30)


@pytest.mark.parametrize("outcome", ["satisfied", "dissatisfied", "unheard"])
def test_any_other_round_leaves_it_closed(outcome):
    closed = a_resolved_incident(**CLOSED)

    assert arrive(closed, a_round(outcome=outcome, reason=None), a_centre(), NOW) == (closed, [])


@pytest.mark.parametrize(
    "incident",
    [None, a_resolved_incident(), an_accepted_incident(), a_resolved_incident(attempt=2, **CLOSED)],
)
def test_a_round_that_is_not_about_the_present_closing_is_rejected(incident):
    with pytest.raises(Rejected, match="present closing"):
        arrive(incident, a_round(), a_centre(), NOW)


@pytest.mark.system
async def test_delivered_twice_it_reopens_once(new_database):
    database = await new_database()
    now = await database.now()
    async with database.transaction() as tx:
        await store.save(tx, [a_resolved_incident(**CLOSED)], now)
    desk = Desk(a_centre())
    inbox = Inbox(database, Reading((TOPICS["village.followup"],), LISTENS_TO, desk.handle), lambda: None)

    for _ in range(2):
        await inbox.apply([a_record(a_round(), topic="village.followup")])

    async with database.connection() as connection:
        after = await store.one(connection, INCIDENT)
        types = await connection.fetch("select type from outbox order by id")
    assert (after.status, after.attempt) == ("accepted", 2)
    assert [row["type"] for row in types] == ["incident.reopened.v1"]
