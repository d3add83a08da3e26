"""What was told of people is erased wholly or not at all, once, with the fact published and audited."""

import asyncio
import json

import asyncpg
import pytest

from services.intake import audit
from services.intake.audit import Accountable
from services.intake.chain import Head, broken
from services.intake.comparing import Forgetting
from services.intake.envelope import key_id
from services.intake.erasing import Erasing, Order, waiting
from services.intake.rotation import Rotation
from services.intake.vault import AUDIT, Vault
from tests.builders import a_policy
from tests.messaging.tiny import rows
from tests.services.intake.kept import NEW, OLD, TOLD, a_house, as_before, asked, opened

pytestmark = pytest.mark.system
ORDER = Order(Accountable("zhang", "cli"), "erasure/1:subject-request")


class Killed(Exception):
    """A process that ended where it stood."""


async def erased(house, *incidents, after=None):
    """What became of them; with `after`, killed before the statement of that number."""
    async with house.database.transaction() as tx:
        now = await tx.fetchval("select now()")
        given = tx if after is None else Counted(tx, after)
        return await Erasing("village", house.vault).erase(given, incidents, ORDER, now)


class Counted:
    """A transaction whose n-th statement is never carried out."""

    def __init__(self, tx, left):
        self._tx, self._left = tx, left

    def __getattr__(self, name):
        found = getattr(self._tx, name)

        def count(*arguments, **named):
            if self._left == 0:
                raise Killed
            self._left -= 1
            return found(*arguments, **named)

        return count


async def counted(database):
    """How many rows there are of each kind that an erasure touches."""
    names = ("vault", "data_key", "erasure", "audit")
    found = {name: (await rows(database, f"select count(*) from {name}"))[0][0] for name in names}
    [(sketches,)] = await rows(database, "select count(sketch) from comparable")
    [(said,)] = await rows(database, "select count(*) from outbox where type = 'report.erased.v1'")
    return found | {"sketches": sketches, "said": said}


async def whole(database, vault, known=None):
    """The first broken place of the audit, or None."""
    async with database.connection() as connection:
        end = await audit.end(connection)
        links = [one async for one in audit.walked(connection)]
    return broken(links, end, vault.house[AUDIT], *([] if known is None else [known]))


async def test_what_was_told_is_gone_and_the_matter_stays_and_the_fact_is_said_and_audited(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    kept, gone = await asked(house), await asked(house)

    assert await erased(house, gone) == {gone: "erased"}

    assert await opened(database, OLD) == {kept: TOLD}
    assert await counted(database) == {
        "vault": 1, "data_key": 1, "erasure": 1, "audit": 1, "sketches": 1, "said": 1,
    }  # fmt: skip
    assert (await house.http.get(f"/v1/reports/{gone}")).status_code == 200
    [(key, data)] = await rows(database, "select key, data from outbox where type = 'report.erased.v1'")
    assert (key, json.loads(data)["erased_for"]) == (gone, "erasure/1:subject-request")
    [(entry,)] = await rows(database, "select entry from audit")
    written = json.loads(entry)
    assert {name: written[name] for name in ("act", "who", "about", "outcome")} == {
        "act": "erase", "who": "zhang", "about": gone, "outcome": "erased",
    }  # fmt: skip
    assert await whole(database, house.vault) is None


async def test_asked_again_it_does_no_more_and_says_so(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    gone = await asked(house)
    await erased(house, gone)
    before = await counted(database)

    assert await erased(house, gone) == {gone: "erased before"}
    assert await counted(database) == before | {"audit": 2}


async def test_what_has_nothing_personal_and_what_nobody_knows_is_said_and_nothing_published(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    bare = (await house.report(source_number=None)).json()["incident_id"]

    assert await erased(house, bare, "13812341234") == {bare: "nothing personal", "13812341234": "unknown"}
    assert (await counted(database))["said"] == 0
    [entries] = [await rows(database, "select entry from audit")]
    assert not any("13812341234" in one[0] for one in entries)


async def test_what_an_older_program_wrote_is_erased_as_well(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    gone, kept = await as_before(database, OLD, 2)

    assert await erased(house, gone) == {gone: "erased"}
    assert await rows(database, "select incident_id from vault") == [(kept,)]
    async with database.connection() as connection:
        assert await waiting(connection) == {key_id(OLD): 1}


async def test_in_a_database_that_was_brought_back_what_was_erased_since_is_erased_again(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    keyless, noted = await asked(house), await asked(house)
    async with database.connection() as connection:
        rows_before = await connection.fetch("select * from vault where incident_id = $1", noted)
    await erased(house, noted)
    async with database.connection() as connection:
        await connection.execute("delete from data_key where incident_id = $1", keyless)
        await connection.copy_records_to_table("vault", records=[tuple(one) for one in rows_before])

    assert await erased(house, keyless, noted) == {keyless: "erased", noted: "erased"}

    assert await rows(database, "select count(*) from vault") == [(0,)]
    async with database.connection() as connection:
        assert await waiting(connection) == {"unknown": 2}


async def test_killed_before_any_statement_nothing_has_happened_and_the_next_time_it_does(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    gone = await asked(house)
    before, cuts = await counted(database), 0

    while True:
        try:
            await erased(house, gone, after=cuts)
        except Killed:
            cuts += 1
            assert await counted(database) == before
            assert await opened(database, OLD) == {gone: TOLD}
        else:
            break

    assert cuts > 5
    assert await opened(database, OLD) == {}
    assert (await counted(database))["said"] == 1
    assert await whole(database, house.vault) is None


async def test_erased_from_many_sides_at_once_and_while_keys_are_rotated_it_happens_once(new_database):
    database = await new_database("intake")
    await a_house(database, OLD)
    house = await a_house(database, NEW, OLD)
    names = [await asked(house) for _ in range(6)] + await as_before(database, OLD, 6)
    gone = names[::2]

    await asyncio.gather(
        *(erased(house, *gone) for _ in range(4)),
        Rotation(database, Vault(NEW, OLD), lambda _: None, 1).run(),
    )
    await Rotation(database, Vault(NEW, OLD), lambda _: None, 1).run()

    assert await opened(database, NEW) == dict.fromkeys(names[1::2], TOLD)
    found = await counted(database)
    assert (found["said"], found["erasure"], found["audit"]) == (6, 6, 24)
    assert await whole(database, house.vault) is None


async def test_the_audit_can_be_neither_changed_nor_emptied_and_shows_it_if_it_was_all_the_same(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    gone = [await asked(house) for _ in range(3)]
    for one in gone:
        await erased(house, one)
    async with database.connection() as connection:
        end = await audit.end(connection)
        for statement in (
            "update audit set entry = '{}' where number = 2", "delete from audit where number = 2", "truncate audit",
            "update audit_head set number = 1", "delete from audit_head", "truncate audit_head",
        ):  # fmt: skip
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await connection.execute(statement)
        assert await whole(database, house.vault, end) is None

        await connection.execute("alter table audit disable trigger all")
        await connection.execute("delete from audit where number = 3")

    assert (await whole(database, house.vault)).what == "truncated"
    assert (await whole(database, house.vault, Head(3, b"another"))).what == "truncated"


async def test_a_sketch_of_what_was_erased_is_forgotten_in_its_time(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    await erased(house, await asked(house))

    assert await Forgetting(database, a_policy()).once() == 0
    await asked(house, channel="hotline")
    [(data,)] = await rows(database, "select data from outbox where type = 'duplicate.proposed.v1'") or [
        (b"",)
    ]
    assert b"ground/1:text" not in data
