"""Every SQL statement about the lines of histories: rows that are appended and never changed."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from asyncpg import Record, UniqueViolationError

from messaging.columns import numbers, texts
from messaging.database import Connection
from messaging.errors import LostRace
from messaging.rows import add as insert
from schemas.base import Actor
from schemas.routing import Entry
from services.routing.incident import Incident

COLUMNS = (
    "incident_id", "number", "event", "tier", "occurred_at", "recorded_at", "role", "ref", "detail", "rule",
)  # fmt: skip
Fresh = Iterable[tuple[str, int, Sequence[Entry]]]
"""Of each incident its id, how many lines it has, and those that come after them."""


async def append(tx: Connection, incidents: Sequence[Incident]) -> None:
    """The fresh lines of histories. Raises `LostRace` where a line of that number is there already."""
    await _insert(
        tx, ((one.incident_id, sum(one.lines) - len(one.history), one.history) for one in incidents)
    )


async def add(tx: Connection, told: Mapping[str, Sequence[Entry]]) -> None:
    """Lines of this tier for histories of incidents that are locked, whose states are neither read nor written.

    The incident's row counts them beside its state, until that is written again.
    """
    rows = await tx.fetch(
        """
        update incident i set told = i.told + n.lines
        from unnest(texts($1), numbers($2)) as n (incident_id, lines) where i.incident_id = n.incident_id
        returning i.incident_id,
            (select coalesce(max(h.number), 0) from history h where h.incident_id = i.incident_id) as last
        """,
        texts(told),
        numbers(map(len, told.values())),
    )
    await _insert(tx, ((row["incident_id"], row["last"], told[row["incident_id"]]) for row in rows))


async def _insert(tx: Connection, fresh: Fresh) -> None:
    records = [
        (
            incident_id, number, line.event, line.tier, line.occurred_at, line.recorded_at, line.actor.role,
            line.actor.ref, line.detail, line.rule,
        )
        for incident_id, last, lines in fresh
        for number, line in enumerate(lines, last + 1)
    ]  # fmt: skip
    if not records:
        return
    try:
        await insert(tx, "history", COLUMNS, records)
    except UniqueViolationError as error:
        raise LostRace("another consumer wrote these lines of a history") from error


async def written(tx: Connection, ids: Iterable[str]) -> dict[str, tuple[Entry, ...]]:
    """The written lines of the histories of these incidents, in order."""
    rows = await tx.fetch(
        """
        select incident_id, event, tier, occurred_at, recorded_at, role, ref, detail, rule
        from history where incident_id = any($1::text[]) order by incident_id, number
        """,
        sorted(set(ids)),
    )
    grouped = groupby(rows, key=itemgetter("incident_id"))
    return {incident_id: tuple(map(_line, lines)) for incident_id, lines in grouped}


def _line(row: Record) -> Entry:
    return Entry(
        event=row["event"],
        tier=row["tier"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        actor=Actor(role=row["role"], ref=row["ref"]),
        detail=row["detail"],
        rule=row["rule"],
    )
