"""SQL: which rebuilds have corrected something; each sees where the last one before it ended, or changes nothing."""

from collections.abc import Sequence

from asyncpg import TransactionRollbackError, UniqueViolationError

from messaging.database import Connection
from messaging.errors import LostRace
from services.metrics.rebuild.compared import Compared

PATIENCE_S = 3600.0
"""How long one statement may take: ten years of cells are sorted in less."""


class OtherFaster(Exception):
    """Another rebuild has corrected the figures since this one began: nothing was changed."""


async def last(tx: Connection) -> int:
    """The number of the last one."""
    number: int = await tx.fetchval("select coalesce(max(number), 0) from rebuild")
    return number


async def note(tx: Connection, number: int, events: int, tables: Sequence[Compared]) -> None:
    """Puts it on record, in the transaction that corrects. Raises `OtherFaster` when the number is taken."""
    try:
        await tx.execute(
            "insert into rebuild (number, events, differing, digest) values ($1, $2, $3, $4)",
            number,
            events,
            sum(one.differing for one in tables),
            " ".join(one.counted_digest for one in tables),
        )
    except UniqueViolationError as error:
        raise OtherFaster(
            "another rebuild was faster; nothing was changed by this one, start it again"
        ) from error


def passing(error: Exception) -> bool:
    """Whether it is worth trying again at once: the service wrote the same rows meanwhile."""
    return isinstance(error, (LostRace, TransactionRollbackError))
