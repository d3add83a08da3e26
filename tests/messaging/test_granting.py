"""Forcing row-level security beside programs at work: one table at a time, and none that somebody holds."""

from contextlib import asynccontextmanager

import asyncpg
import pytest

from messaging import granting, starting


class Connection:
    """What a migration asks of its connection, where some tables are in use all the time."""

    def __init__(self, tables, in_use=(), *, begun=False):
        self._tables, self._in_use, self.begun = tables, in_use, begun
        self._open = None
        self.forced = []
        """The tables that were forced, by transaction."""

    @asynccontextmanager
    async def transaction(self):
        self._open = []
        yield
        self.forced.append(self._open)

    async def fetchval(self, statement, *_):
        if "pg_stat_activity" in statement:
            return None
        return self.begun if "relforcerowsecurity" in statement else "somebody"

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

    await granting.grant(connection, "intake", "door", bind_owner=True)

    assert [one for one in connection.forced if one] == [["report"], ["item"], ["vault"]]


async def test_a_table_in_use_is_left_to_the_next_migration_and_keeps_no_other_from_being_forced(caplog):
    connection = Connection(["report", "item", "vault"], in_use=["item"])

    await granting.grant(connection, "intake", "door", bind_owner=True)

    assert [one for one in connection.forced if one] == [["report"], ["vault"]]
    assert "not forced for item" in caplog.text


async def test_nobody_is_bound_unasked_as_nothing_tells_whether_an_older_program_is_only_away(caplog):
    connection = Connection(["report", "item"])

    await granting.grant(connection, "intake", "door", bind_owner=False)

    assert [one for one in connection.forced if one] == []
    assert "migrate with --bind-owner" in caplog.text


async def test_what_was_begun_is_gone_on_with_unasked():
    connection = Connection(["item"], begun=True)

    await granting.grant(connection, "intake", "door", bind_owner=False)

    assert [one for one in connection.forced if one] == [["item"]]


def test_a_migration_that_is_asked_for_something_else_does_nothing():
    with pytest.raises(ValueError, match="migrate takes --bind-owner and nothing else"):
        starting._migrate("routing", ["--bind"])
