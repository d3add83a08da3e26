"""What came from outside is sealed while it lies among the dead letters, and forgotten once it is done."""

import tracemalloc

import pytest

from messaging.dead_letters import shown
from messaging.envelope import Record
from messaging.lenient import UNOPENED
from services.intake.letters import SealedLetters
from services.intake.vault import Vault
from tests.builders import a_report, an_inbound_record
from tests.messaging.office import Office, a_request
from tests.messaging.tiny import a_reader, rows

pytestmark = pytest.mark.system


async def test_what_came_from_outside_is_sealed_and_opens_for_a_second_try(new_database):
    database = await new_database()
    seal = SealedLetters(Vault(bytes(32)))
    office = Office(database, *await a_reader(database, seal=seal))
    await office.deliver([an_inbound_record(b'{"name": "hunter2"}', ce_id=b"hunter2")])

    stored = str(await rows(database, "select * from dead_letter"))
    await office.asked([1], a_request())

    assert "hunter2" not in stored
    assert [(row.seen, row.reason) for row in await office.open()] == [(3, "wrong-schema")]


@pytest.mark.parametrize("why", sorted(UNOPENED))
async def test_each_batch_that_was_not_opened_is_a_letter_of_its_own_and_the_same_one_again_is_not(
    new_database, why
):
    database = await new_database()
    office = Office(database, *await a_reader(database, seal=SealedLetters(Vault(bytes(32)))))
    places = [(0, 7), (1, 7), (0, 9)]
    await office.deliver([Record("village.inbound", *at, None, ((why, b""),), None) for at in places])

    opened = await office.open()
    assert [one.seen for one in opened] == [2, 2, 2]
    for (partition, offset), one in zip(places, opened, strict=True):
        assert one.detail.startswith(f"partition {partition}, offset {offset}: a batch")
    await office.asked([opened[0].id], a_request())
    assert [one.id for one in await office.open()] == [one.id for one in opened], "tried again it is the same"
    await office.asked([opened[0].id], a_request("discard"))
    assert [one.id for one in await office.open()] == [one.id for one in opened[1:]]


async def test_who_lacks_the_key_cannot_tell_from_a_sealed_letter_that_its_guess_was_right(new_database):
    keys, letter = [bytes(32), bytes(range(32))], an_inbound_record(b'{"telephone": "13800138000"}')

    identities = []
    for key in keys:
        database = await new_database()
        office = Office(database, *await a_reader(database, seal=SealedLetters(Vault(key))))
        await office.deliver([letter])
        identities += await rows(database, "select identity, seen from dead_letter")

    assert [seen for _, seen in identities] == [2, 2]
    assert len(set(identities)) == 2


@pytest.mark.parametrize(("action", "status"), [("discard", "discarded"), ("redrive", "applied")])
async def test_what_was_sealed_is_forgotten_once_the_letter_is_done(new_database, action, status):
    database = await new_database()
    office = Office(database, *await a_reader(database, seal=SealedLetters(Vault(bytes(32)))))
    office.tiny.refused = {("any", 0)}
    await office.deliver([an_inbound_record(a_report().model_dump_json().encode())])
    before = await rows(database, "select record is null, value is null from dead_letter")
    office.tiny.refused = set()

    await office.asked([1], a_request(action))

    assert before == [(False, False)]
    assert await rows(database, "select status, record, value from dead_letter") == [(status, None, None)]
    async with database.connection() as connection:
        assert (await shown(connection, 1))["headers"] == []


async def test_a_letter_sealed_under_a_lost_key_stays_open_and_stops_nobody(new_database):
    database = await new_database()
    office = Office(database, *await a_reader(database, seal=SealedLetters(Vault(bytes(32)))))
    await office.deliver([an_inbound_record(b"{")])
    later = Office(database, *await a_reader(database, seal=SealedLetters(Vault(bytes(range(32))))))

    await later.asked([1], a_request())

    assert [row.status for row in await later.open()] == ["open"]


@pytest.mark.parametrize("action", ["discard", "redrive"])
async def test_however_many_large_ones_are_asked_for_at_once_each_is_in_memory_alone(new_database, action):
    database, megabyte, count = await new_database(), 1 << 20, 60
    office = Office(database, *await a_reader(database, seal=SealedLetters(Vault(bytes(32)))))
    for at in range(count):
        await office.inbox.apply([an_inbound_record(bytes([at]) * megabyte)])
    letters = [row.id for row in await office.open()]

    tracemalloc.start()
    try:
        await office.asked(letters, a_request(action, count=count))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(letters) == count
    assert len(await office.open()) == (count if action == "redrive" else 0)
    assert most < count * megabyte * 3 / 4
