"""What says that the database is away, and what says that we are wrong."""

import asyncpg
import pytest

from messaging.errors import LostRace, Unavailable, is_outage, outages_translated

BUSY = "cannot perform operation: another operation is in progress"
"""What the driver says of a connection that died within a COPY when it is put away; and of one that two use at once."""
DIED = asyncpg.InternalClientError("cannot switch to state 21; another operation (2) is in progress")

ARGUMENT = asyncpg.exceptions._base.DataError
"""What the driver says of an argument that does not fit, with the argument."""


def after(first, then):
    """The second error as it is when it arises while the first is handled."""
    then.__context__ = first
    return then


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
        asyncpg.InterfaceError("cannot call Transaction.__aexit__(): the underlying connection is closed"),
        asyncpg.InterfaceError("connection has been released back to the pool"),
        ConnectionResetError(104, "Connection reset by peer"),
        TimeoutError(),
        asyncpg.InvalidPasswordError("password authentication failed for user"),
        asyncpg.InvalidAuthorizationSpecificationError("role does not exist"),
        LostRace("another consumer moved a stream of this batch"),
        DIED,
        after(DIED, asyncpg.InterfaceError(BUSY)),
        after(after(DIED, asyncpg.InterfaceError(BUSY)), asyncpg.InterfaceError(BUSY)),
    ],
)
def test_what_a_dying_database_says_or_a_faster_consumer_did_is_a_reason_to_come_again(error):
    with pytest.raises(Unavailable), outages_translated():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError(BUSY),
        after(KeyError("x"), asyncpg.InterfaceError(BUSY)),
        after(DIED, KeyError("x")),
        asyncpg.DataError("invalid input for query argument $1"),
        ARGUMENT("invalid input for query argument $1: '道路 closed' (an integer is required)"),
        asyncpg.UniqueViolationError("duplicate key"),
        asyncpg.UndefinedColumnError("no such column"),
        ValueError("x"),
    ],
)
def test_what_is_our_own_mistake_is_not(error):
    assert not is_outage(error)
