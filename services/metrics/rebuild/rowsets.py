"""Tables of rows that each come from one event: made again, compared as sets, and what differs taken out and put in.

The statements are put together from names that stand here; nothing from outside becomes SQL.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from pydantic_core import to_json

from messaging.database import Connection
from messaging.envelope import Message
from schemas.base import Tier
from services.metrics.counting import Added
from services.metrics.gaming import evidence
from services.metrics.rebuild.compared import SHOWN, Compared
from services.metrics.restated import Days, restatements

MOST = 50_000
"""Rows in memory, some 40 MB, before they are laid aside."""
Counted = tuple[Message, Added]
"""An event, and what it adds to the cells."""
Make = Callable[[Sequence[Counted]], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One such table; what it holds of this tier, and how rows are taken out of it and put in."""

    name: str
    columns: Mapping[str, str]
    """Name → type in the temporary table, where rows are compared whole."""
    stands: str
    remove: str
    """Takes out the rows of `again_NAME` that stand and were not made again."""
    insert: str
    """Puts in those that were made again and do not stand."""


class Rows:
    """One table of rows, each a pure function of one event."""

    def __init__(self, shape: Shape, make: Make) -> None:
        self._shape = shape
        self._make = make
        self._rows: list[tuple[Any, ...]] = []
        self._columns = ", ".join(shape.columns)
        self._made, self._again = f"made_{shape.name}", f"again_{shape.name}"

    async def freeze(self, tx: Connection) -> None:
        """Keeps aside what stands, as this transaction sees it."""
        typed = ", ".join(f"{name} {kind}" for name, kind in self._shape.columns.items())
        await tx.execute(f"create temp table {self._made} ({typed}, stands boolean)")
        await tx.execute(f"insert into {self._made} select {self._columns}, true from ({self._shape.stands})")  # noqa: S608

    def count(self, batch: Sequence[Counted]) -> None:
        """Makes the rows of some events."""
        self._rows += self._make(batch)

    @property
    def full(self) -> bool:
        """Whether it is time to lay aside."""
        return len(self._rows) > MOST

    async def lay_aside(self, connection: Connection) -> None:
        """Empties the memory into the temporary table."""
        rows, self._rows = [(*one, False) for one in self._rows], []
        await connection.copy_records_to_table(self._made, records=rows)

    async def compare(self, connection: Connection) -> Compared:
        """Which rows stand and were not made, or were made and do not stand."""
        async with connection.transaction():
            await connection.execute("set local timezone = 'UTC'")  # times become text for the digest
            await connection.execute(
                f"""
                create temp table {self._again} as
                select {self._columns}, bool_or(stands) as stands, bool_or(not stands) as made
                from {self._made} group by {self._columns}
                """  # noqa: S608
            )
            [row] = await connection.fetch(
                f"""
                select count(*) filter (where made) as made, count(*) filter (where stands <> made) as differing,
                    {_digest("stands")} as stood_digest, {_digest("made")} as made_digest
                from (select stands, made, md5(row({self._columns})::text) as content from {self._again})
                """  # noqa: S608
            )
            found = Compared(self._shape.name, row["made"], 0, [], row["stood_digest"], row["made_digest"])
            differing = await connection.fetch(
                f"select * from {self._again} where stands <> made order by {self._columns} limit {SHOWN}"  # noqa: S608
            )
        for one in differing:
            found.differs(" ".join(map(str, one[:-2])), int(one["stands"]), int(one["made"]))
        found.differing = row["differing"]
        return found

    async def correct(self, tx: Connection, since: int) -> None:
        """Takes out and puts in; rows of events counted since the beginning are others, and stay."""
        del since
        await tx.execute(self._shape.remove)
        await tx.execute(self._shape.insert)


def _digest(which: str) -> str:
    """In order of content, which no collation changes."""
    joined = f"string_agg(content, '' order by content collate \"C\") filter (where {which})"
    return f"encode(sha256(convert_to(coalesce({joined}, ''), 'UTF8')), 'hex')"


_WHO = "recorded_at, event, area, day, category, channel"
_SAID = "source, type, kind, occurred_at, changes"


def restatement_log(tier: Tier, zone: tzinfo) -> Rows:
    """The restatement log. A row that should not be there is left without changes: so the other tiers hear of it."""
    days = Days(zone)

    def make(batch: Sequence[Counted]) -> Iterable[tuple[Any, ...]]:
        for message, added in batch:
            assert message.recorded_at is not None
            today = days.of(message.recorded_at)
            if any(day < today for _, day, _, _ in added):
                yield from rows(message, added)

    def rows(message: Message, added: Added) -> Iterable[tuple[Any, ...]]:
        for one in restatements(message, added, days):
            place = one.area, one.day, one.category, one.channel
            changes = to_json(one.changes).decode()
            yield one.recorded_at, one.event, *place, one.source, one.type, one.kind, one.occurred_at, changes

    return Rows(_restatements(tier), make)


def _restatements(tier: Tier) -> Shape:
    columns = f"{_WHO}, {_SAID}"
    return Shape(
        "restatement",
        dict.fromkeys(columns.split(", "), "text") | dict.fromkeys(("recorded_at", "occurred_at"), "timestamptz"),
        f"""select {_WHO}, source, type, kind, occurred_at, changes::text as changes
            from restatement where tier = '{tier}' and changes::text <> '{{}}'""",  # noqa: S608
        """with gone as (
                update restatement as r set changes = '{}' from again_restatement as a
                where a.stands and not a.made and (r.recorded_at, r.event, r.area, r.day, r.category, r.channel)
                    = (a.recorded_at, a.event, a.area, a.day, a.category, a.channel)
                returning r.id)
            insert into unpublished_restatement select id from gone on conflict do nothing""",
        f"""with made as (
                insert into restatement (tier, {columns})
                select '{tier}', {_WHO}, source, type, kind, occurred_at, changes::json
                from again_restatement where made and not stands
                on conflict ({_WHO}) do update set source = excluded.source, type = excluded.type,
                    kind = excluded.kind, occurred_at = excluded.occurred_at, changes = excluded.changes
                returning id)
            insert into unpublished_restatement select id from made on conflict do nothing""",  # noqa: S608
    )  # fmt: skip


def evidence_rows(zone: tzinfo) -> Rows:
    """The incidents behind figures that may be flagged."""
    texts, times = ("kind", "area", "day"), ("since", "until")
    columns = "kind, area, day, incident_id, since, until"
    shape = Shape(
        "evidence",
        dict.fromkeys(texts, "text") | {"incident_id": "uuid"} | dict.fromkeys(times, "timestamptz"),
        f"select {columns} from evidence",  # noqa: S608
        """delete from evidence e using again_evidence a
            where a.stands and not a.made and (e.kind, e.area, e.day, e.incident_id, e.since, e.until)
                = (a.kind, a.area, a.day, a.incident_id, a.since, a.until)""",
        f"""insert into evidence ({columns}) select {columns} from again_evidence where made and not stands
            on conflict do nothing""",  # noqa: S608
    )

    def make(batch: Sequence[Counted]) -> Iterable[tuple[Any, ...]]:
        for message, _ in batch:
            if message.event is not None:
                yield from evidence(message.event, zone)

    return Rows(shape, make)
