"""A command needs the keys of the house only; where a key is lost for good, the audit goes on under another."""

import json

import pytest

from messaging.errors import CannotStart
from services.intake.envelope import key_id
from services.intake.unlocking import Unlocking
from services.intake.vault import AUDIT, HOUSE, Vault
from tests.messaging.tiny import rows
from tests.services.intake.house import House
from tests.services.intake.kept import NEW, OLD, a_house, asked
from tests.services.intake.test_erasing import erased, whole

pytestmark = pytest.mark.system


async def commanded(database, *keys):
    """A house as a command of the command line has it."""
    house = House(database, *keys)
    async with database.connection() as connection:
        await Unlocking(house.vault).house(connection)
    return house


async def test_a_key_that_is_lost_keeps_nobody_from_erasing_what_is_left(new_database):
    database = await new_database("intake")
    gone = await asked(await a_house(database, OLD))
    async with database.connection() as connection:
        await Unlocking(Vault(NEW), [key_id(OLD)]).check(connection)

    assert await erased(await commanded(database, NEW), gone) == {gone: "erased"}


async def test_an_audit_whose_key_is_lost_goes_on_under_another_and_says_so(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    await erased(house, await asked(house))
    vault = Vault(NEW)
    async with database.connection() as connection:
        await Unlocking(vault, [key_id(OLD)]).check(connection)

    assert await whole(database, vault) is None
    [_, (entry,)] = await rows(database, "select entry from audit order by number")
    assert json.loads(entry)["act"] == "key lost"


async def test_a_command_with_another_ring_is_refused_and_its_keys_are_not_taken_for_those_of_the_house(
    new_database,
):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    await asked(house)

    with pytest.raises(CannotStart, match=key_id(OLD)):
        await commanded(database, NEW)
    async with database.connection() as connection:
        await connection.execute("delete from house_key where name = $1", AUDIT)
    with pytest.raises(CannotStart, match=key_id(OLD)):
        await commanded(database, NEW)

    again = await commanded(database, OLD)
    assert {name: again.vault.house[name] for name in HOUSE} == house.vault.house


async def test_a_chain_that_somebody_else_ended_is_not_made_good_by_what_is_written_next(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    for _ in range(3):
        await erased(house, await asked(house))
    async with database.connection() as connection:
        await connection.execute("alter table audit disable trigger all")
        await connection.execute("alter table audit_head disable trigger all")
        await connection.execute("delete from audit where number = 3")
        await connection.execute(
            "update audit_head set number = 2, hash = (select hash from audit where number = 2)"
        )
    assert (await whole(database, house.vault)).what == "forged"

    for _ in range(2):
        await erased(house, await asked(house))

    assert (await whole(database, house.vault)).what == "forged"
