"""Rows of a batch as one statement parameter, for tables with row-level security, where PostgreSQL refuses COPY.

It costs what COPY does. A table's rows come as values of a type of their own, `<table>_row`, which names the columns in
their order: the table may get further columns while programs run that do not know them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from messaging.database import Connection


async def add(tx: Connection, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
    """Inserts rows; the columns are those of the type, in its order."""
    if not (given := list(map(tuple, records))):
        return
    names = ", ".join(columns)
    await tx.execute(
        f"insert into {table} ({names}) select {names} from unnest($1::{table}_row[])",  # noqa: S608 - our own names
        given,
    )
