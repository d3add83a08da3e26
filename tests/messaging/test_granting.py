"""Forcing row-level security beside programs at work: one table at a time, and none that somebody holds."""

from contextlib import asynccontextmanager

import asyncpg

from messaging import granting


class Connection:
    """What a migration asks of its connection, where some tables are in use all the time."""

    def __init__(self, tables, in_use=()):
        self._tables, self._in_use = tables, in_use
        self._open = None
        self.forced = []
        """The tables that were forced, by transaction."""

    @asynccontextmanager
    async def transaction(self):
        self._open = []
        yield
        self.forced.append(self._open)

    async def fetchval(self, statement, *_):
        return None if "pg_stat_activity" in statement else "somebody"

    async def fetch(self, _):
        return [{"name": one} for one in self._tables]

    async def execute(self, statement):
        if statement.startswith("alter table"):
            name = statement.split()[2]
            if name in self._in_use:
                raise asyncpg.LockNotAvailableError
            self._open.append(name)


async def test_no_table_is_kept_from_programs_while_another_is_waited_for():
    """A program that has the second and wants the first would else wait in a ring with the migration."""
    connection = Connection(["report", "item", "vault"])

    await granting.grant(connection, "intake", "door")

    assert [one for one in connection.forced if one] == [["report"], ["item"], ["vault"]]


async def test_a_table_in_use_is_left_to_the_next_migration_and_keeps_no_other_from_being_forced(caplog):
    connection = Connection(["report", "item", "vault"], in_use=["item"])

    await granting.grant(connection, "intake", "door")

    assert [one for one in connection.forced if one] == [["report"], ["vault"]]
    assert "not forced for item" in caplog.text
