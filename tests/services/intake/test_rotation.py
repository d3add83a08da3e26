"""Everything comes under the current key while people work; stopped anywhere, the next run goes on."""

import json
from contextlib import asynccontextmanager

import pytest

from messaging.errors import CannotStart
from services.intake import keys_store
from services.intake.envelope import key_id
from services.intake.letters import SealedLetters
from services.intake.likeness import packed, sketch
from services.intake.rotation import Rotation
from services.intake.unlocking import Unlocking
from services.intake.vault import Vault
from tests.messaging.tiny import rows
from tests.services.intake.kept import NEW, OLD, TOLD, a_house, as_before, asked, opened

pytestmark = pytest.mark.system


class Killed(Exception):
    """A process that ended where it stood."""


class Mortal:
    """A database whose n-th transaction is cut, before it commits or just after."""

    def __init__(self, database, cut_at, *, committed):
        self._database, self._left, self._committed = database, cut_at, committed

    @asynccontextmanager
    async def transaction(self):
        self._left -= 1
        async with self._database.transaction() as tx:
            yield tx
            if self._left == 0 and not self._committed:
                raise Killed
        if self._left == 0:
            raise Killed


async def rotated(database, *keys, at_once=2):
    return await Rotation(database, Vault(*keys), lambda _: None, at_once).run()


async def under(database):
    """What is under which key, without the keys of the house."""
    async with database.connection() as connection:
        return await keys_store.under(connection)


async def filled(database):
    """Rows of before, rows with data keys, an activity's note and a dead letter, all under the old key."""
    names = await as_before(database, OLD, 3)
    house = await a_house(database, OLD)
    names += [await asked(house) for _ in range(3)]
    await house.submit("r-1", {"name": "王小明"})
    await house.http.aclose()
    return dict.fromkeys(names, TOLD)


async def test_each_field_is_sealed_by_itself_and_each_incident_under_its_own_key(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)

    names = [await asked(house) for _ in range(2)]

    assert await opened(database, OLD) == dict.fromkeys(names, TOLD)
    assert await opened(database, NEW) == {}
    stored = await rows(
        database, "select fields, sealed, key_id, wrapped from vault join data_key using (incident_id)"
    )
    assert [one[0] for one in stored] == [list(TOLD)] * 2
    assert len({piece for one in stored for piece in (*one[1], one[3])}) == 8


async def test_all_that_was_under_the_old_key_comes_under_the_new_one_and_the_old_may_go(new_database):
    database = await new_database("intake")
    there = await filled(database)

    done = await rotated(database, NEW, OLD)
    again = await rotated(database, NEW, OLD)

    assert (done.keys, done.rows, done.letters, done.broken) == (3, 3, 1, set())
    assert (again.keys, again.rows, again.letters) == (0, 0, 0)
    assert {*await under(database)} == {key_id(NEW)}
    assert await opened(database, NEW) == there
    [(value,)] = await rows(database, "select value from dead_letter")
    assert SealedLetters(Vault(NEW)).open(value) == b'{"name": "\\u738b\\u5c0f\\u660e"}'


@pytest.mark.parametrize("committed", [False, True])
async def test_cut_at_any_transaction_the_next_run_goes_on_and_nothing_is_lost(new_database, committed):
    database = await new_database("intake")
    there = await filled(database)
    ring, cuts = [NEW, OLD], 0

    while True:
        try:
            await Rotation(
                Mortal(database, cuts % 3 + 1, committed=committed), Vault(*ring), lambda _: None, 1
            ).run()
        except Killed:
            cuts += 1
            found = await opened(database, NEW, OLD)
            [(before,)] = await rows(database, "select count(*) from vault where key_id is not null")
            assert found == dict.fromkeys(found, TOLD)
            assert len(found) + before == len(there)
            if cuts < 30:
                continue
        break
    await rotated(database, *ring)

    assert cuts > 8
    assert {*await under(database)} == {key_id(NEW)}
    assert await opened(database, NEW) == there


async def test_services_work_with_either_ring_while_it_runs_and_what_comes_late_is_taken_the_next_time(
    new_database,
):
    database = await new_database("intake")
    there = await filled(database)
    before, after = await a_house(database, OLD), await a_house(database, NEW, OLD)

    await rotated(database, NEW, OLD)
    late = {await asked(before): TOLD, await asked(after): TOLD}

    assert {*await under(database)} == {key_id(OLD), key_id(NEW)}
    assert (await rotated(database, NEW, OLD)).keys == 1
    assert await opened(database, NEW) == there | late


async def test_two_rotations_at_once_do_the_work_once(new_database):
    import asyncio

    database = await new_database("intake")
    there = await filled(database)

    both = await asyncio.gather(
        rotated(database, NEW, OLD, at_once=1), rotated(database, NEW, OLD, at_once=1)
    )
    await rotated(database, NEW, OLD)

    assert sum(one.rows for one in both) <= 3
    assert await opened(database, NEW) == there


async def test_a_request_that_is_sent_again_after_the_old_key_is_gone_has_the_answer_it_had(new_database):
    database = await new_database("intake")
    at = "2026-09-14T09:20:00+08:00"
    first = await asked(await a_house(database, OLD), "k-1", occurred_at=at)

    await rotated(database, NEW, OLD)

    assert await asked(await a_house(database, NEW), "k-1", occurred_at=at) == first


async def test_what_was_told_is_still_compared_after_the_old_key_is_gone(new_database):
    database = await new_database("intake")
    first = await asked(await a_house(database, OLD), channel="walk-in")

    await rotated(database, NEW, OLD)
    await asked(await a_house(database, NEW), channel="hotline")

    [(data,)] = await rows(database, "select data from outbox where type = 'duplicate.proposed.v1'")
    assert first.encode() in data
    assert b"ground/1:text" in data


async def test_a_row_that_was_changed_is_told_and_stops_nobody(new_database):
    database = await new_database("intake")
    there = await filled(database)
    [(changed,)] = await rows(database, "select max(incident_id) from data_key")
    async with database.connection() as connection:
        await connection.execute(
            "update data_key set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where incident_id = $1",
            changed,
        )

    done = await rotated(database, NEW, OLD)

    assert done.broken == {changed}
    assert {*await opened(database, NEW)} == {*there} - {changed}


async def test_without_a_key_that_is_needed_intake_does_not_start_and_names_it(new_database):
    database = await new_database("intake")
    await filled(database)

    with pytest.raises(CannotStart, match=key_id(OLD)) as caught:
        await a_house(database, NEW)

    assert base64_of(OLD) not in str(caught.value)
    assert OLD.hex() not in str(caught.value)


async def test_what_an_older_program_noted_of_a_text_is_still_compared_with_after_a_rotation(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    first = await asked(house)
    made = packed(sketch(TOLD["description"], house.vault.likeness_key))
    async with database.connection() as connection:
        await connection.execute("delete from data_key")
        await connection.execute(
            "update comparable set nonce = $1, sketch = $2", *house.vault.encrypt(f"{first} likeness", made)
        )
        # as an older program left it
        await connection.execute("delete from vault")
        plain = json.dumps({"people": {}, "description": TOLD["description"]}).encode()
        await connection.execute(
            "insert into vault (incident_id, key_id, nonce, ciphertext) values ($1, $2, $3, $4)",
            first, house.vault.key_id, *house.vault.encrypt(first, plain),
        )  # fmt: skip

    assert (await rotated(database, OLD)).rows == 1
    await asked(house, channel="hotline")

    [(data,)] = await rows(database, "select data from outbox where type = 'duplicate.proposed.v1'")
    assert b"ground/1:text" in data


async def test_a_key_that_is_lost_for_good_can_be_named_and_intake_starts(new_database):
    database = await new_database("intake")
    await filled(database)
    first, second = Vault(NEW), Vault(NEW)

    async with database.connection() as connection:
        for one in (first, second):
            await Unlocking(one, [key_id(OLD)]).check(connection)

    assert first.fingerprint(b"a") == second.fingerprint(b"a") != Vault(OLD).fingerprint(b"a")


def base64_of(key):
    import base64

    return base64.b64encode(key).decode()
