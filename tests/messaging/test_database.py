"""What every connection to a database asks of its server."""

import pytest

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
