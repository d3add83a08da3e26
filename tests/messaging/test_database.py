"""What every connection to a database asks of its server."""

from contextlib import suppress

import pytest
from asyncpg import PostgresError

from messaging.columns import texts
from messaging.consuming import SESSION_MS
from messaging.database import Database
from messaging.errors import Unavailable
from tests.messaging.tiny import rows

pytestmark = pytest.mark.system


async def test_a_machine_that_is_gone_without_a_word_has_no_locks_when_others_have_its_partitions(
    new_database,
):
    database = await new_database()

    [(idle, interval, count, unanswered_ms)] = await rows(
        database,
        "select current_setting('tcp_keepalives_idle')::int, current_setting('tcp_keepalives_interval')::int,"
        " current_setting('tcp_keepalives_count')::int,"
        " (select setting::int from pg_settings where name = 'tcp_user_timeout')",
    )

    assert idle > 0
    assert unanswered_ms > 0
    assert max(1000 * (idle + interval * count), unanswered_ms) < SESSION_MS


UPDATE = """
    explain update guard set last_seq = 2 from unnest(texts($1), texts($2)) as n (topic, key)
    where (guard.topic, guard.key) = (n.topic, n.key)
"""


async def test_a_batch_finds_its_rows_by_their_keys_where_the_server_would_rather_read_the_whole_table(
    new_database,
):
    database = await new_database()
    keys = [f"{number:036}" for number in range(3000)]
    wanted = texts(["village.intake"] * 300), texts(keys[:300])

    async with database.connection() as connection:
        await connection.copy_records_to_table(
            "guard",
            columns=("topic", "key", "last_seq"),
            records=[("village.intake", one, 1) for one in keys],
        )
        await connection.execute("analyze guard")
    async with database.transaction() as tx:
        usual = "\n".join(row[0] for row in await tx.fetch(UPDATE, *wanted))
    async with database.batch() as tx:
        of_a_batch = "\n".join(row[0] for row in await tx.fetch(UPDATE, *wanted))
    async with database.connection() as connection:
        left = await connection.fetchval("show enable_seqscan")

    assert "Seq Scan on guard" in usual
    assert "Index Scan using guard_pkey on guard" in of_a_batch
    assert "Seq Scan" not in of_a_batch
    assert left == "on"


@pytest.fixture
async def single(new_dsn):
    """Opens the same database with one connection; what each transaction is told first may be named."""
    dsn, opened = await new_dsn("routing"), []

    async def make(**settings):
        told = (lambda: settings) if settings else None
        database = Database(dsn, name="test single", max_size=1, told=told)
        await database.connect()
        opened.append(database)
        return database

    yield make
    for database in opened:
        await database.close()


async def state(database):
    """A setting of ours, and how many locks of its own its connection still holds."""
    async with database.connection() as connection:
        return tuple(
            await connection.fetchrow(
                "select coalesce(current_setting('fengqiao.test', true), ''),"
                " (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())"
            )
        )


async def test_what_is_done_outside_of_a_transaction_is_set_back_before_the_next_has_the_connection(single):
    database = await single()
    async with database.transaction():
        pass

    async with database.connection() as connection:
        await connection.execute("select set_config('fengqiao.test', 'left', false), pg_advisory_lock(7)")
    async with database.transaction():
        pass

    assert await state(database) == ("", 0)


async def test_a_transaction_that_fails_leaves_nothing_behind(single):
    for database in (await single(), await single(**{"fengqiao.test": "told"})):
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as tx:
                await tx.execute("select set_config('fengqiao.test', 'left', false), pg_advisory_lock(7)")
                await tx.execute("insert into guard (topic, key, last_seq) values ('t', 'k', 1)")
                raise ZeroDivisionError

        assert (await state(database))[1] == 0
        assert await rows(database, "select key from guard") == []


@pytest.mark.parametrize("begun", ["request", "transaction"])
async def test_a_failed_statement_that_is_passed_over_is_not_taken_for_committed(single, begun):
    database = await single(**{"fengqiao.test": "told"})

    with pytest.raises(RuntimeError, match="became ROLLBACK"):
        async with getattr(database, begun)() as tx:
            with suppress(PostgresError):
                await tx.execute("select nobody from nowhere")


async def test_a_transaction_is_told_its_settings_as_it_begins_and_they_end_with_it(single):
    database, other = await single(**{"fengqiao.test": "it's"}), await single()

    async with database.transaction() as tx:
        within = await tx.fetchval("select current_setting('fengqiao.test')")
        await tx.execute("create table made_here ()")

    assert within == "it's"
    assert await rows(other, "select count(*) from made_here") == [(0,)]
    assert await database._pool.fetchval("select current_setting('fengqiao.test', true)") in {"", None}


async def test_a_transaction_that_was_cut_off_says_what_became_of_the_connection(single):
    database = await single(**{"fengqiao.test": "told"})

    with pytest.raises(Unavailable):
        async with database.transaction() as tx:
            tx.terminate()
            await tx.fetchval("select 1")

    assert await state(database) == ("told", 0)


@pytest.mark.parametrize(
    ("settings", "ways"),
    [
        ({}, ["begin;", "commit;"]),
        ({"fengqiao.test": "told"}, ["begin;set local fengqiao.test = 'told'", "commit"]),
    ],
)
async def test_a_transaction_goes_to_the_server_twice_beside_what_is_done_in_it(single, settings, ways):
    database, asked = await single(**settings), []

    async with database.transaction() as tx:
        tx.add_query_logger(lambda one: asked.append(one.query.lower()))
    asked.clear()
    async with database.transaction():
        pass

    assert asked == ways


@pytest.mark.parametrize("settings", [{}, {"fengqiao.test": "told"}])
async def test_a_request_keeps_its_plans_and_finds_rows_by_key_and_so_does_nothing_else(single, settings):
    database, asked = await single(**settings), []
    state_of = "select current_setting('plan_cache_mode'), current_setting('enable_seqscan')"

    async with database.request() as tx:
        within = (
            await tx.fetchrow(state_of),
            await tx.fetchval("select current_setting('fengqiao.test', true)"),
        )
        tx.add_query_logger(lambda one: asked.append(one.query))
    async with database.transaction() as tx:
        after = await tx.fetchrow(state_of)
    asked.clear()
    async with database.request():
        pass

    assert tuple(within[0]) == ("auto", "off")
    assert (within[1] or None) == settings.get("fengqiao.test")
    assert tuple(after) == ("force_custom_plan", "on")
    assert len(asked) == 2


async def test_a_plan_kept_from_when_a_table_was_empty_is_by_key_when_it_is_full(single):
    database, execute = await single(), "execute kept ('{t}', '{k}')"

    async with database.request() as tx:
        await tx.execute(
            "prepare kept (text[], text[]) as"
            " select last_seq from guard where topic = any($1) and key = any($2)"
        )
        for _ in range(8):  # after five the server may keep its plan
            await tx.execute(execute)
    async with database.transaction() as tx:
        await tx.execute(
            "insert into guard (topic, key, last_seq) select 't', n::text, 1 from generate_series(1, 5000) n"
        )
    async with database.request() as tx:
        plan = "\n".join(row[0] for row in await tx.fetch(f"explain {execute}"))

    assert "$1" in plan  # it was kept
    assert "Seq Scan" not in plan
