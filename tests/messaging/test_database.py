"""What every connection to a database asks of its server."""

import pytest

from messaging.columns import texts
from messaging.consuming import SESSION_MS
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
