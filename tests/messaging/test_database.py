"""What every connection to a database asks of its server."""

import pytest

from tests.messaging.tiny import rows

pytestmark = pytest.mark.system

NOTICED_S = 30


async def test_the_locks_of_a_machine_that_is_gone_without_a_word_are_free_soon(new_database):
    database = await new_database()

    [(idle, interval, count)] = await rows(
        database,
        "select current_setting('tcp_keepalives_idle')::int, current_setting('tcp_keepalives_interval')::int,"
        " current_setting('tcp_keepalives_count')::int",
    )

    assert idle > 0
    assert idle + interval * count <= NOTICED_S
