"""The second wall: what the role of a door may do at the database, whatever the program before it does."""

import asyncpg
import pytest

from doors import caller as who
from doors.caller import Caller

pytestmark = pytest.mark.system

SERVICES = ("routing", "followup", "metrics", "intake")
DELIVERY = {"answered", "outbox", "sequence", "unsent"}
"""Of no area: what a door must do there it may do for any of its callers."""
OF_NOBODY = {"metrics": {"tier_state"}}
"""Of no area either: how current each tier is."""
BOUND = {
    "routing": {"incident", "history", "deadline", "assigned", "supervised", "derived", "contact"},
    "followup": {"revisit", "deadline"},
    "metrics": {"cell", "total", "restatement", "evidence", "unusual"},
    "intake": {
        "report",
        "activity",
        "offer",
        "eligible",
        "comparable",
        "link",
        "timeline",
        "vault",
        "data_key",
        "erasure",
        "item",
        "batch",
    },
}
"""Whose rows are somebody's: nobody sees others."""
UNTOUCHED = {
    "routing": {"policy_seen"},
    "followup": set(),
    "intake": {"submission", "refusal", "house_key", "audit", "audit_head"},
    "metrics": {
        "judged",
        "published_definition",
        "rebuild",
        "rebuilt_cell",
        "unpublished",
        "unpublished_restatement",
    },
}
"""Of no use to a door, besides those of delivery that it has no business with."""
NOT_A_DOOR_S = {"migration", "guard", "held", "dead_letter", "dead_letter_audit"}

CATALOGUE = """
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
        has_any_column_privilege($1, c.oid, 'select, insert, update, references')
            or has_table_privilege($1, c.oid, 'delete, truncate, trigger') as granted,
        (select array_agg(polname::text order by polname) from pg_policy where polrelid = c.oid) as policies
    from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
"""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_is_bound_or_of_delivery_or_not_a_door_s(service, asked):
    """A new table without a decision belongs to none of these."""
    connection = await asked(service)

    found = {one["name"]: one for one in await connection.fetch(CATALOGUE, f"t_{service}_door")}

    free = DELIVERY | OF_NOBODY.get(service, set())
    assert found.keys() == BOUND[service] | UNTOUCHED[service] | free | NOT_A_DOOR_S
    assert {name for name, one in found.items() if one["granted"]} == BOUND[service] | free
    for name in BOUND[service]:
        assert found[name]["enabled"], name
        assert found[name]["forced"], name
        assert {"caller", "house"} <= set(found[name]["policies"]), name


@pytest.mark.parametrize("service", SERVICES)
async def test_a_transaction_that_names_nobody_sees_and_makes_nothing(service, asked, new_dsn):
    dsn = await new_dsn(service)
    owner, door = await asked(service, dsn=dsn), await asked(service, at_door=True, dsn=dsn)

    for name in sorted(BOUND[service]):
        async with Filled(owner, name) as filled:
            assert await owner.fetchval(f"select count(*) from {name}") == 1
            assert await seen(door, name) == 0, name
            await door.execute("set fengqiao.area = ''")
            assert await seen(door, name) == 0, name
            await door.execute("reset fengqiao.area")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await door.execute(filled.insert)


async def seen(door, name):
    """How many rows of a table a door sees: none either where it may not look at all."""
    try:
        return await door.fetchval(f"select count(*) from {name}")
    except asyncpg.InsufficientPrivilegeError:
        return 0


@pytest.mark.parametrize("table", ["vault", "comparable"])
async def test_what_only_goes_in_is_read_by_no_door(table, asked):
    door = await asked("intake", at_door=True)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await door.fetch(f"select incident_id from {table}")


class Filled:
    """A table with one row in it, made of whatever its columns take, as long as the test looks at it."""

    def __init__(self, owner, name):
        self._owner, self._name = owner, name

    async def __aenter__(self):
        columns = await self._owner.fetch(
            "select attname, format_type(atttypid, atttypmod) as kind from pg_attribute"
            " where attrelid = $1::regclass and attnum > 0 and not attisdropped and attnotnull and attidentity = ''"
            " and not atthasdef",
            self._name,
        )
        values = ", ".join(KINDS.get((self._name, one["attname"]), VALUES[one["kind"]]) for one in columns)
        names = ", ".join(one["attname"] for one in columns)
        await self._owner.execute("set session_replication_role = replica")
        self.insert = f"insert into {self._name} ({names}) values ({values})"
        await self._owner.execute(self.insert)
        return self

    async def __aexit__(self, *_):
        await self._owner.execute(f"delete from {self._name}")


VALUES = {
    "text": "'person'", "timestamp with time zone": "now()", "integer": "1", "bigint": "1", "boolean": "true",
    "date": "current_date", "jsonb": "'{}'", "json": "'{}'", "bytea": "''", "uuid": "gen_random_uuid()",
    "text[]": "'{}'", "bytea[]": "'{}'",
}  # fmt: skip


KINDS = {("restatement", "kind"): "'late'", ("unusual", "kind"): "'spike'"}
"""What a column takes of which not every word will do."""

ESCAPES = {
    "to become the owner": 'set role "{owner}"',
    "to become the owner of the session": 'set session authorization "{owner}"',
    "to switch the security off": "alter table {table} disable row level security",
    "to free the owner": "alter table {table} no force row level security",
    "to drop a policy": "drop policy caller on {table}",
    "to add a policy": "create policy mine on {table} using (true)",
    "to give itself more": 'grant select on dead_letter to "{door}"',
    "to be bound by nothing": 'alter role "{door}" bypassrls',
    "to ask without the security": "set row_security = off; select count(*) from {table}",
    "to empty a table": "truncate {table}",
    "to make a function of its own": "create function f() returns int language sql as 'select 1'",
    "to make a table": "create table mine (one int)",
    "to change what is compared": "create or replace function of_caller(area text) returns boolean stable language sql"
    " as 'select true'",
    "to read dead letters": "select count(*) from dead_letter",
    "to read what is sent": "select count(*) from outbox",
    "to see how far the program has come": "select count(*) from guard",
}


@pytest.mark.parametrize("way", ESCAPES)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_door_has_no_way_around(service, way, asked, new_dsn):
    dsn = await new_dsn(service)
    owner, door = await asked(service, dsn=dsn), await asked(service, at_door=True, dsn=dsn)
    names = {
        "owner": await owner.fetchval("select current_user"), "door": f"t_{service}_door",
        "table": min(BOUND[service]),
    }  # fmt: skip

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await door.execute(ESCAPES[way].format(**names))
    await door.execute("reset role")
    assert await door.fetchval("select current_user") == f"t_{service}_door"


async def test_what_a_transaction_was_told_ends_with_it(new_database):
    owner = await new_database("routing")
    door = await new_database(beside=owner)
    token = who.enter(Caller("token:u", frozenset(), "620522", "county"))
    try:
        async with door.transaction() as tx:
            assert await tx.fetchval("select current_setting('fengqiao.area')") == "620522"
    finally:
        who.leave(token)

    async with door.connection() as connection:
        assert await connection.fetchval("select current_setting('fengqiao.area')") == ""


async def test_a_quote_in_what_a_transaction_is_told_stays_in_it(new_database):
    owner = await new_database("routing")
    door = await new_database(beside=owner)
    given = "620522'; set local fengqiao.area = '62"
    token = who.enter(Caller("token:u", frozenset(), given, "county"))
    try:
        async with door.connection() as connection:
            assert await connection.fetchval("select current_setting('fengqiao.area')") == given
    finally:
        who.leave(token)


@pytest.mark.parametrize(("asked_by", "seen"), [
    ("620522", {"620522", "620522100", "620522101"}), ("620522100", {"620522100"}), ("62052210", set()),
    ("6205221001", set()), ("620522101", {"620522101"}), ("62052", set()), ("%", set()), ("62052210_", set()),
])  # fmt: skip
async def test_an_area_sees_itself_and_what_lies_below(asked_by, seen, asked, new_dsn):
    """No area's code is half a step, so none is asked for here that is; were one, only what begins with it is shown."""
    dsn = await new_dsn("routing")
    owner, door = await asked("routing", dsn=dsn), await asked("routing", at_door=True, dsn=dsn)
    for area in ("620522", "620522100", "620522101"):
        await owner.execute(
            "insert into contact (reference, kind, role, area, valid_from) values ($1, 'person', 'x', $1, now())",
            area,
        )
    found = {
        row[0]
        for row in await owner.fetch(
            "select area from unnest($1::text[]) as area where area like $2 || '%'",
            ["620522", "620522100", "620522101"],
            asked_by.replace("%", r"\%").replace("_", r"\_"),
        )
    }

    async with door.transaction():
        await door.execute("select set_config('fengqiao.area', $1, true)", asked_by)
        theirs = {row[0] for row in await door.fetch("select area from contact where of_caller(area)")}

    assert theirs == found
    assert seen <= found
