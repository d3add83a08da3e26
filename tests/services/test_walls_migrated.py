"""What a migration makes of the second wall: rights given anew, owners bound when nobody is stopped by it."""

import asyncio

import asyncpg
import pytest

from messaging import granting, migrate, starting
from messaging.database import Database
from messaging.errors import Unavailable
from services.routing import store as incidents
from tests.builders import NOW, ROOT, an_incident
from tests.conftest import at_the_door, created, door_role, owner_role

pytestmark = pytest.mark.system

FUNCTIONS = ("no_more()", "nor_this()", "in_hand(text[])")
PREVENTED = {
    "older programs run": "set application_name = 'village-followup'; begin",
    "every table is in use": "begin; lock table deadline, revisit in access share mode",
}
FORCED = "select count(*) from pg_class where relforcerowsecurity"


async def test_who_owns_the_tables_is_bound_too_and_works_on(providers, asked):
    """No superuser, as in a cluster: what is forced binds the owner, who has a policy and copies into no table."""
    server = providers[1]
    owner = await owner_role(server)
    dsn = await created(server, "routing", owner=owner)
    await migrate.apply(dsn, "routing", await door_role(server, "routing"))
    connection = await asked("routing", dsn=dsn)
    database = Database(dsn, name="test rows")
    await database.connect()

    async with database.transaction() as tx:
        await incidents.save(tx, [an_incident()], NOW)
        found = await incidents.load(tx, [an_incident().incident_id])
    await database.close()
    await connection.execute("drop policy house on contact")

    assert found
    assert await connection.fetchval(
        "select relforcerowsecurity from pg_class where oid = 'contact'::regclass"
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(
            "insert into contact (reference, kind, role, area, valid_from) values ('a', 'person', 'x', '1', now())"
        )


async def test_an_older_program_copies_again_once_the_procedure_for_going_back_was_followed(providers, asked):
    server = providers[1]
    dsn = await created(server, "followup", owner=await owner_role(server))
    door = await door_role(server, "followup")
    await migrate.apply(dsn, "followup", door)
    owner = await asked("followup", dsn=dsn)
    text = (
        (ROOT / "docs" / "operate" / "upgrade.md").read_text("utf-8").partition("<!-- test: unforce -->")[2]
    )
    copied = {
        "table_name": "deadline",
        "columns": ("incident_id", "due_at", "try_at"),
        "records": [("1", NOW, NOW)],
    }

    with pytest.raises(asyncpg.FeatureNotSupportedError):
        await owner.copy_records_to_table(**copied)
    await owner.execute(text.partition("```sql")[2].partition("```")[0])
    await owner.copy_records_to_table(**copied)
    await migrate.apply(dsn, "followup", door)
    await owner.execute("delete from deadline")
    await owner.copy_records_to_table(**copied)
    await migrate.apply(dsn, "followup", door, bind_owner=True)
    with pytest.raises(asyncpg.FeatureNotSupportedError):
        await owner.copy_records_to_table(**copied)


@pytest.mark.parametrize("newest", [None, -1])
async def test_an_older_program_that_is_only_away_finds_its_tables_as_they_were(
    asked, providers, new_dsn, monkeypatch, newest
):
    """It was asked to stop, say, or its database has just begun anew: nobody is connected, and it will come back."""
    dsn = await new_dsn("followup", empty=True)
    with monkeypatch.context() as then:
        files = migrate.of("followup")[:newest]
        then.setattr(migrate, "of", lambda _: files)
        await migrate.apply(dsn, "followup")  # by a release whose doors have no role
    owner = await asked("followup", dsn=dsn)

    await migrate.apply(dsn, "followup", await door_role(providers[1], "followup"))
    unasked = await owner.fetchval(FORCED)
    await migrate.apply(dsn, "followup", "t_followup_door", bind_owner=True)

    assert (unasked, await owner.fetchval(FORCED)) == (0, 2)


@pytest.mark.parametrize("why", ["older programs run", "every table is in use", "no role is told"])
async def test_who_asks_for_the_owner_to_be_bound_is_told_by_the_exit_code_when_it_was_not(
    asked, providers, new_dsn, monkeypatch, caplog, why
):
    dsn = await new_dsn("followup", empty=True)
    await migrate.apply(dsn, "followup")
    await door_role(providers[1], "followup")
    owner = await asked("followup", dsn=dsn)
    monkeypatch.setattr(granting, "FORCING_S", 1)
    monkeypatch.setenv("TIER", "village")
    monkeypatch.setenv("FOLLOWUP_POSTGRES", dsn)
    if why != "no role is told":
        monkeypatch.setenv("FOLLOWUP_DOOR_POSTGRES", at_the_door(dsn))

    await owner.execute(PREVENTED.get(why, "begin"))
    prevented = await asyncio.to_thread(starting._migrate, "followup", [granting.BIND])
    told = caplog.text
    await owner.execute("rollback; set application_name = 'test rows'")
    monkeypatch.setenv("FOLLOWUP_DOOR_POSTGRES", at_the_door(dsn))
    done = await asyncio.to_thread(starting._migrate, "followup", [granting.BIND])

    assert (prevented, done) == (starting.EXIT_UNAVAILABLE, 0)
    assert "the owner is not bound in deadline, revisit, as was asked" in told
    assert await owner.fetchval(FORCED) == 2


async def test_a_database_whose_first_migration_broke_off_is_as_empty_as_before_and_its_owner_is_bound(
    asked, providers, new_dsn, monkeypatch
):
    dsn = await new_dsn("followup", empty=True)
    door = await door_role(providers[1], "followup")
    lost = migrate.Migration("followup", 99, "099_lost.sql", "select pg_terminate_backend(pg_backend_pid())")
    with monkeypatch.context() as then:
        files = (*migrate.of("followup")[:1], lost)
        then.setattr(migrate, "of", lambda _: files)
        with pytest.raises(Unavailable):
            await migrate.apply(dsn, "followup", door)
    owner = await asked("followup", dsn=dsn)

    left = await owner.fetchval("select count(*) from migration")
    await migrate.apply(dsn, "followup", door)

    assert (left, await owner.fetchval(FORCED)) == (0, 2)


async def test_a_role_that_is_not_there_yet_is_waited_for_and_its_database_is_still_new_then(
    asked, providers, new_dsn
):
    dsn = await new_dsn("followup", empty=True)
    owner = await asked("followup", dsn=dsn)

    with pytest.raises(Unavailable, match="the role no-such-role of the door is not there yet"):
        await migrate.apply(dsn, "followup", "no-such-role")
    await migrate.apply(dsn, "followup", await door_role(providers[1], "followup"))

    assert await owner.fetchval(FORCED) == 2


async def test_what_a_door_may_no_longer_do_is_taken_back_by_the_next_migration(asked, new_dsn):
    dsn = await new_dsn("routing")
    owner = await asked("routing", dsn=dsn)
    await owner.execute(
        """
        create function no_more() returns int language sql as 'select 1';
        revoke execute on function no_more from public;
        create procedure nor_this() language sql as 'select 1';
        revoke execute on procedure nor_this from public;
        grant all on function no_more to t_routing_door; grant all on procedure nor_this to t_routing_door;
        grant all on dead_letter, outbox to t_routing_door; grant update on contact to t_routing_door;
        grant create on schema public to t_routing_door
        """
    )

    await migrate.apply(dsn, "routing", "t_routing_door")

    for table, right in (("dead_letter", "select"), ("outbox", "select"), ("contact", "update")):
        assert not await owner.fetchval("select has_table_privilege('t_routing_door', $1, $2)", table, right)
    assert await owner.fetchval("select has_column_privilege('t_routing_door', 'contact', 'name', 'update')")
    may = "select has_function_privilege('t_routing_door', $1, 'execute')"
    assert [await owner.fetchval(may, one) for one in FUNCTIONS] == [False, False, True]
    may = "select has_schema_privilege('t_routing_door', 'public', $1)"
    assert [await owner.fetchval(may, one) for one in ("create", "usage")] == [False, True]


async def test_who_goes_back_to_a_release_takes_nothing_that_a_newer_one_gave_its_doors(asked, new_dsn):
    """Its programs may still be at work beside, and its own migration does not run again when it is gone forward to."""
    dsn = await new_dsn("routing")
    owner = await asked("routing", dsn=dsn)
    await owner.execute(
        """
        insert into migration (scope, number, name, digest) values ('routing', 99, '099_newer.sql', '');
        grant delete on contact to t_routing_door; revoke insert on history from t_routing_door
        """
    )
    may = "select has_table_privilege('t_routing_door', $1, $2)"

    await migrate.apply(dsn, "routing", "t_routing_door")
    back = [await owner.fetchval(may, *one) for one in (("contact", "delete"), ("history", "insert"))]
    await owner.execute("delete from migration where number = 99")
    await migrate.apply(dsn, "routing", "t_routing_door")

    assert (back, await owner.fetchval(may, "contact", "delete")) == ([True, True], False)


async def test_nothing_is_forced_while_an_older_program_is_connected(asked, new_dsn):
    """It would copy into its tables, which is refused where security is forced."""
    dsn = await new_dsn("routing")
    owner = await asked("routing", dsn=dsn)
    await owner.execute("alter table contact no force row level security")
    forced = "select relforcerowsecurity from pg_class where oid = 'contact'::regclass"

    older = await asyncpg.connect(dsn, server_settings={"application_name": "village-routing"})
    await migrate.apply(dsn, "routing", "t_routing_door")
    while_there = await owner.fetchval(forced)
    await older.execute("set application_name = 'village-routing rows'")
    await migrate.apply(dsn, "routing", "t_routing_door")
    await older.close()

    assert (while_there, await owner.fetchval(forced)) == (False, True)
