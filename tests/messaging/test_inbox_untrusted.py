"""What another system sent and cannot be read is handed to the handler, so that its sender hears why."""

import dataclasses

import pytest

from messaging.envelope import Draft, Outcome
from tests.builders import an_inbound_record, reported
from tests.messaging.tiny import Tiny, a_reader, effects, letters, records, rows

pytestmark = pytest.mark.system


class Polite(Tiny):
    """A handler that answers whoever sent what cannot be read, and takes no part in refusing it."""

    upset = False

    async def __call__(self, tx, messages, now):
        unread = [one for one in messages if one.unreadable is not None]
        if unread and self.upset:
            raise ZeroDivisionError
        done = await super().__call__(tx, messages, now)
        told = [Draft("village.intake", one.id, reported(), now) for one in unread]
        return Outcome(done.drafts + told, done.faults)


TOLD = "select key, seq from outbox where topic = 'village.intake' order by id"


async def test_what_another_system_sent_and_cannot_be_read_is_handed_over_and_stays_a_dead_letter(
    new_database,
):
    inbox, _, _ = await a_reader(database := await new_database(), Polite())
    nameless = an_inbound_record(b"{", ce_id=None)

    for _ in range(2):
        await inbox.apply([*records("a", 1), an_inbound_record(b"{"), nameless, *records("b", 1)])

    assert await effects(database) == {"a": [1], "b": [1]}
    assert await letters(database) == [
        ("any", None, "rejected", "wrong-schema"), ("any", None, "rejected", "not-json"),
    ]  # fmt: skip
    assert await rows(database, TOLD) == [("r-1", 1), ("r-1", 2)]


async def test_what_cannot_be_answered_is_a_dead_letter_and_its_neighbours_go_on(new_database):
    handler = Polite()
    inbox, _, _ = await a_reader(database := await new_database(), handler)
    handler.upset = True

    for _ in range(2):
        await inbox.apply([*records("a", 1), an_inbound_record(b"{"), *records("b", 1)])

    assert await effects(database) == {"a": [1], "b": [1]}
    assert await letters(database) == [("any", None, "bug", "ZeroDivisionError")]
    assert await rows(database, TOLD) == []


async def test_our_own_records_that_cannot_be_read_are_handed_to_nobody(new_database):
    inbox, _, _ = await a_reader(database := await new_database(), Polite())

    for _ in range(2):
        await inbox.apply([dataclasses.replace(one, value=b"{") for one in records("a", 1)])

    assert await letters(database) == [("a", 1, "rejected", "not-json")]
    assert await rows(database, TOLD) == []
