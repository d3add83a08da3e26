"""A PostgreSQL pool whose failures are `Unavailable` and whose transactions are all or nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from messaging.errors import Unavailable, outages_translated

if TYPE_CHECKING:
    Connection = PoolConnectionProxy[asyncpg.Record]
    _Bare = asyncpg.Connection[asyncpg.Record]
else:  # generic in their types only
    Connection = PoolConnectionProxy
    _Bare = asyncpg.Connection

Told = Callable[[], Mapping[str, str]]
"""What each transaction is told first: a setting and its value."""
COMMAND_TIMEOUT_S = 15.0
"""A frozen server fails a statement after this, so that nothing waits for ever."""


PLANNING = {"jit": "off", "plan_cache_mode": "force_custom_plan"}
"""Statements carry whole batches, so planning is cheap beside running. A plan kept from when a table was empty is not:
it scans the table from end to end until somebody analyses it."""


BY_KEY = "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off"
"""For a batch, which names its rows by their keys. The server would rather read a whole table than look up some hundred
rows of it until the table is some two hundred times as large as the batch, at up to three times the price."""


KEPT = "set local plan_cache_mode = auto"
"""After a few times the server goes on by a plan it made, where making one anew would not pay."""


NOTICED = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "11000",
}
"""The server notices within eleven seconds that our machine has gone without a word, be it while it answers. At its own
default of two hours the locks of a dead process would last as long. So they are gone before the broker gives our share
of the partitions to another (`consuming.SESSION_MS`), who would wait for them."""


class _Pooled(_Bare):
    """A connection that is set back before the next has it, unless nothing was done with it that would outlive."""

    _unchanged = False

    def leaves_nothing(self) -> None:
        """Says that all that was set or locked went with its transaction: saves asking the server to set it back."""
        self._unchanged = True

    def get_reset_query(self) -> str:
        """What sets it back."""
        unchanged, self._unchanged = self._unchanged, False
        return "" if unchanged else super().get_reset_query()


class Database:
    """The pool of one service's own database; who waits longer than `patience` seconds for it is told `Unavailable`."""

    def __init__(
        self,
        dsn: str,
        *,
        name: str,
        max_size: int = 8,
        patience: float = COMMAND_TIMEOUT_S,
        told: Told | None = None,
    ) -> None:
        """`told` is asked anew for every transaction; then nothing is done outside of one."""
        self._told = told
        self._dsn = dsn
        self._name = name
        self._max_size = max_size
        self._patience = patience
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @property
    def bound(self) -> bool:
        """Whether transactions are told who asks, so that they see no more than is theirs."""
        return self._told is not None

    async def connect(self) -> None:
        """Opens the pool unless it is open already; raises `Unavailable` while the server does not answer."""
        if self._pool is not None:
            return
        with outages_translated():
            self._pool = await asyncpg.create_pool(
                self._dsn,
                connection_class=_Pooled,
                min_size=1,
                max_size=self._max_size,
                command_timeout=self._patience,
                timeout=self._patience,
                max_inactive_connection_lifetime=300,
                server_settings={"application_name": self._name, **PLANNING, **NOTICED},
            )

    async def close(self) -> None:
        """Closes the pool; connections still in use are cut after a second."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                async with asyncio.timeout(1):
                    await pool.close()
            except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection outside any transaction, for reads of one statement and for session locks."""
        if self._told is None:
            async with self._acquired() as connection:
                yield connection
        else:
            async with self.transaction() as connection:
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        What it sets and locks must be its own (`set local`, `pg_advisory_xact_lock`): nothing else is set back.
        `Unavailable` out of the commit means *unknown*; whoever retries is guarded by sequence or key.
        """
        async with self._acquired() as connection:
            if self._told is None:
                async with connection.transaction():
                    yield connection
            else:
                async with _beginning(connection, _said(self._told())):
                    yield connection
            cast("_Pooled", connection).leaves_nothing()  # which stands in for it

    @asynccontextmanager
    async def request(self) -> AsyncIterator[Connection]:
        """A transaction that does one thing to a matter: it finds rows by key, by plans that are kept.

        To plan its statements, with the policies of every table, would cost the server more than to run them; and a
        plan by key is as good when the table has grown. It has no transaction within it.
        """
        settings = [KEPT, BY_KEY] if self._told is None else [KEPT, BY_KEY, _said(self._told())]
        async with self._acquired() as connection:
            async with _beginning(connection, ";".join(settings)):
                yield connection
            cast("_Pooled", connection).leaves_nothing()

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Connection]:
        """A transaction whose statements find rows by key: what they cost does not depend on how many there are."""
        async with self.transaction() as tx:
            await tx.execute(BY_KEY)
            yield tx

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[Connection]:
        if self._pool is None:
            raise Unavailable("the database pool is not open")
        with outages_translated():
            async with self._pool.acquire(timeout=self._patience) as connection:
                yield connection

    async def now(self) -> datetime:
        """The database clock; raises `Unavailable`."""
        async with self.connection() as connection:
            return await clock(connection)


@asynccontextmanager
async def _beginning(connection: Connection, settings: str) -> AsyncIterator[None]:
    """A transaction that is told its settings as it begins, on one way to the server and back.

    Raises `RuntimeError` where a statement had failed and nobody said so: without a word the server keeps nothing then.
    """
    await connection.execute(f"begin;{settings}")
    try:
        yield
    except BaseException:
        if not connection.is_closed():
            await connection.execute("rollback")
        raise
    if (became := await connection.execute("commit")) != "COMMIT":
        raise RuntimeError(f"a transaction was to be committed and became {became}")


def _said(settings: Mapping[str, str]) -> str:
    """Settings of one transaction. No query, so that it may still be told how it is isolated; hence no parameters."""
    return ";".join(
        "set local {} = '{}'".format(name, value.replace("'", "''")) for name, value in settings.items()
    )


async def clock(connection: Connection) -> datetime:
    """The time of the current transaction by the database's clock, the only clock that decides anything."""
    moment: datetime = await connection.fetchval("select now()")
    return moment
