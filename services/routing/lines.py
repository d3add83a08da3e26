"""Every SQL statement about the lines of histories: rows that are appended and never changed."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from asyncpg import Record, UniqueViolationError

from messaging.database import Connection
from messaging.errors import LostRace
from schemas.base import Actor
from schemas.routing import Entry
from services.routing.incident import Incident


async def append(tx: Connection, incidents: Sequence[Incident]) -> None:
    """The fresh lines of histories. Raises `LostRace` where a line of that number is there already."""
    columns = (
        "incident_id", "number", "event", "tier", "occurred_at", "recorded_at", "role", "ref", "detail", "rule",
    )  # fmt: skip
    records = [
        (
            one.incident_id, number, line.event, line.tier, line.occurred_at, line.recorded_at, line.actor.role,
            line.actor.ref, line.detail, line.rule,
        )
        for one in incidents
        for number, line in enumerate(one.history, sum(one.lines) - len(one.history) + 1)
    ]  # fmt: skip
    if not records:
        return
    try:
        await tx.copy_records_to_table("history", columns=columns, records=records)
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
