"""The four ways a message can fail, kept apart: refused by rules, impossible, dependency down, too many."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import aiokafka.errors
import asyncpg

Raised = TypeVar("Raised", bound=BaseException)


def alone(error: Raised) -> Raised:
    """The same without where it was raised, and because of what: to be kept with what is known of a batch.

    Else the two hold each other, and the batch stays in memory until the collector comes round, with all behind it.
    """
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error


class Rejected(Exception):
    """A message that can never work: it becomes a dead letter and its stream waits behind it.

    `reason` is one of a few stable words; `detail` names fields and problems, never values; `fields` are the same in
    pairs, where the sender is told.
    """

    def __init__(self, reason: str, detail: str = "", fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.fields = tuple(fields) or (("body", detail),)


class Unfit(Rejected):
    """A body that does not fit its schema; `problems` are the validation library's own, to be put into words."""

    def __init__(self, problems: Sequence[Mapping[str, Any]]) -> None:
        fields = [(".".join(map(str, one["loc"])) or "body", str(one["msg"])) for one in problems]
        super().__init__("wrong-schema", "; ".join(f"{name}: {what}" for name, what in fields), fields)
        self.problems = problems
        for one in problems:
            if isinstance(raised := one.get("ctx", {}).get("error"), Exception):  # by a validator of ours
                alone(raised)


class Unavailable(Exception):
    """A dependency does not answer: hold, back off, retry without end."""


class CannotStart(Exception):
    """What is in the database does not fit this program or its settings: somebody has to change something first."""


class SchemaTooOld(CannotStart):
    """The database lacks migrations this program needs; it must not start."""


class LostRace(Unavailable):
    """Another consumer wrote the same rows meanwhile (a rebalance overlapped): nothing of this stands, call again."""


_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""A missing database or table counts as an outage: it is being restored or migrated, and no message is to blame.
So does a login that is refused: its password is being exchanged."""


def is_outage(error: BaseException) -> bool:
    """Whether the error says nothing about the message, only about the database or the network.

    A connection that fails in the middle of a statement may complain once more while it is put away, that another
    operation is in progress: what arose while an outage was handled is that outage, alone it is misuse, a bug. What it
    says of an argument (a ValueError as well) quotes it, and the words of that decide nothing.
    """
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        text = str(error)
        if "closed" in text or "closing" in text or "released" in text:
            return True
        return error.__context__ is not None and is_outage(error.__context__)
    return isinstance(error, (*_GONE, Unavailable, aiokafka.errors.KafkaConnectionError))


@contextmanager
def outages_translated() -> Iterator[None]:
    """Turns every sign of a dead dependency into `Unavailable`, in one place."""
    try:
        yield
    except Unavailable:
        raise
    except Exception as error:
        if is_outage(error):
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        raise
