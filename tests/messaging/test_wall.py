"""A process whose door could see past the wall does not begin, and says what it is about the role."""

import pytest

from doors import caller
from messaging.database import Database
from messaging.errors import CannotStart, SchemaTooOld, Unavailable
from messaging.wall import Unholed, holes, looked
from tests.conftest import door_role

pytestmark = pytest.mark.system

ROLE = "t_routing_door"
HOLES = {
    "a superuser": ("alter role {role} superuser", "is a superuser"),
    "one that policies do not bind": ("alter role {role} bypassrls", "is past row-level security"),
    "one that makes others": ("alter role {role} createrole", "is able to make roles"),
    "one that takes copies": ("alter role {role} replication", "is able to copy the server"),
    "one that may become another": ("grant pg_read_all_data to {role}", "is a member of pg_read_all_data"),
    "the owner of a table": ("alter table history owner to {role}", "is the owner of history"),
    "the owner of the database": (
        'alter database "{database}" owner to {role}', "is the owner of the database",
    ),
    "one that sees a table as a whole": ("grant select on dead_letter to {role}", "may touch dead_letter"),
    "one that sees a column of everybody's": ("grant select (topic) on guard to {role}", "may touch guard"),
    "one that may do what everybody may": ("grant delete on held to public", "may touch held"),
    "before a table without security": (
        "alter table incident disable row level security", "may touch incident",
    ),
}  # fmt: skip


@pytest.fixture
async def house(new_database):
    """Routing's database, open as its owner and as the role of its door."""
    owner = await new_database("routing")
    return owner, await new_database(beside=owner)


async def changed(owner, statement):
    """Does something to the role or the tables in the transaction of a connection, which the test does not commit."""
    database = await owner.fetchval("select current_database()")
    await owner.execute(statement.format(role=ROLE, database=database))


async def test_the_role_that_migrations_left_has_no_hole_and_the_process_may_begin(house):
    owner, door = house

    async with owner.connection() as connection:
        wall = await looked(connection, ROLE, "routing")
        await Unholed(door, ROLE, "routing", 0.0).check(connection)

    assert (wall.there, wall.lacking, list(wall.unforced), holes(wall)) == (True, [], [], "")


@pytest.mark.parametrize("hole", HOLES)
async def test_a_role_that_sees_past_the_wall_is_refused_in_words(hole, house):
    owner, door = house
    statement, told = HOLES[hole]

    async with owner.connection() as connection:
        away = connection.transaction()
        await away.start()
        await changed(connection, statement)
        with pytest.raises(CannotStart, match=told) as refused:
            await Unholed(door, ROLE, "routing", 3600.0).check(connection)
        await away.rollback()

    assert "sign-in.md" in str(refused.value)
    assert not isinstance(refused.value, SchemaTooOld), "no migration will mend it"


@pytest.mark.parametrize(("wait_s", "raised"), [(0.0, SchemaTooOld), (3600.0, Unavailable)])
async def test_a_role_that_was_granted_nothing_waits_for_its_migration_and_no_longer(wait_s, raised, house):
    owner, door = house

    async with owner.connection() as connection:
        away = connection.transaction()
        await away.start()
        await changed(connection, "revoke all on all tables in schema public from {role}")
        with pytest.raises(raised, match="run the migration"):
            await Unholed(door, ROLE, "routing", wait_s).check(connection)
        await away.rollback()


LACKS = {
    "a right on a table": ("revoke select on incident from {role}", "select on incident"),
    "one on a column": ("revoke update (told) on incident from {role}", "update (told) on incident"),
    "one on a sequence": ("revoke usage on sequence unsent_id_seq from {role}", "usage on unsent_id_seq"),
    "one on a function": ("revoke execute on function in_hand from {role}", "execute on in_hand"),
    "what is not there": ("drop function known_contacts", "execute on known_contacts"),
}


@pytest.mark.parametrize("lack", LACKS)
async def test_a_role_that_lacks_one_thing_doors_of_this_release_do_is_refused_and_told_what_to_run(
    lack, house
):
    """As after the migration of another release, which is the last word on what a role may do."""
    owner, door = house
    statement, told = LACKS[lack]

    async with owner.connection() as connection:
        away = connection.transaction()
        await away.start()
        await changed(connection, statement)
        with pytest.raises(SchemaTooOld) as refused:
            await Unholed(door, ROLE, "routing", 0.0).check(connection)
        await away.rollback()

    assert f"was not granted {told}; run the migration of this release" in str(refused.value)
    assert "python -m services.routing migrate" in str(refused.value)


@pytest.mark.parametrize("service", ["intake", "routing", "followup", "metrics"])
async def test_what_a_migration_grants_is_what_is_looked_for(service, new_dsn, new_database):
    owner = await new_database(service)

    async with owner.connection() as connection:
        assert list((await looked(connection, f"t_{service}_door", service)).lacking) == []


async def test_a_door_that_leads_to_another_database_is_refused(house, new_database):
    owner, _ = house
    elsewhere = await new_database(beside=await new_database("routing"))

    async with owner.connection() as connection:
        with pytest.raises(CannotStart, match="DOOR_POSTGRES leads to the database"):
            await Unholed(elsewhere, ROLE, "routing", 3600.0).check(connection)


@pytest.mark.parametrize("role", ["t_intake_door", "nobody_door"])
async def test_a_door_that_works_as_another_role_than_it_was_given_is_refused_and_told_what_to_do(
    role, house, providers
):
    """As behind a pooler that logs in by itself: what was looked at is the role that is named, be it there or not."""
    owner, door = house
    await door_role(providers[1], "intake")

    async with owner.connection() as connection:
        with pytest.raises(CannotStart, match=f"names the role {role}, .* works as {ROLE}") as refused:
            await Unholed(door, role, "routing", 3600.0).check(connection)

    assert "let what stands between" in str(refused.value)
    assert not isinstance(refused.value, SchemaTooOld), "no migration will mend it"


async def test_a_door_that_only_put_its_role_on_is_refused_as_it_can_take_it_off(house):
    owner, _ = house
    door = Database(f"{owner.dsn}?role={ROLE}", name="test", told=caller.told)
    await door.connect()

    async with owner.connection() as connection:
        superuser = await connection.fetchval("select session_user")
        with pytest.raises(CannotStart, match=f"works as {superuser}, "):
            await Unholed(door, ROLE, "routing", 0.0).check(connection)
    await door.close()


async def test_a_role_that_is_not_there_and_an_owner_that_is_not_bound_are_seen(house):
    owner, _ = house

    async with owner.connection() as connection:
        away = connection.transaction()
        await away.start()
        await changed(connection, "alter table incident no force row level security")
        nobody, wall = (
            await looked(connection, "nobody_door", "routing"),
            await looked(connection, ROLE, "routing"),
        )
        await away.rollback()

    assert not nobody.there
    assert nobody.lacking, "so that nobody takes it for one that is as it should be"
    assert list(wall.unforced) == list(nobody.unforced) == ["incident"]
    assert holes(wall) == "", "its door is bound all the same"
