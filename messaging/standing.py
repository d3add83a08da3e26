"""What stands in the tables of delivery, looked at now and then for telemetry: one statement, however much there is."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from messaging.backlog import MOST
from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.gauge import Gauge
from messaging.pace import pause
from messaging.readings import Readings, Values
from messaging.telemetry import LETTERS, OLDEST, SCHEMA, WAITED, WAITING

LOOK_S = 10.0
STATUSES, KINDS = ("open", "redrive", "discard"), ("rejected", "bug", "gap")
"""Of dead letters that are not settled."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stood there at one look."""

    oldest_s: float
    held: int
    held_s: float
    letters: Mapping[str, int]
    """By status and kind, those there are."""
    schema: Mapping[str, int]
    """The newest migration, by what it belongs to."""


async def look(connection: Connection) -> Found:
    """Everything at one moment; ages by the database clock."""
    row = await connection.fetchrow(
        """
        select
            (select extract(epoch from now() - recorded_at)::float8
                from outbox where id = (select min(id) from unsent)) as oldest_s,
            seen.held, seen.held_s,
            (select json_object_agg(status || ' ' || kind, found) from (
                select status, kind, count(*) as found from dead_letter
                where status in ('open', 'redrive', 'discard') group by status, kind) as those) as letters,
            (select json_object_agg(scope, last) from (
                select scope, max(number) as last from migration group by scope) as those) as schema
        from (select count(*) as held, extract(epoch from now() - min(held_at))::float8 as held_s
            from (select held_at from held limit $1) as those) as seen
        """,
        MOST,
    )
    assert row is not None
    return Found(
        oldest_s=max(0.0, row["oldest_s"] or 0.0),
        held=row["held"],
        held_s=max(0.0, row["held_s"] or 0.0),
        letters=json.loads(row["letters"] or "{}"),
        schema=json.loads(row["schema"] or "{}"),
    )


class Standing:
    """Looks every few seconds; what was found is not told when nobody has looked lately."""

    def __init__(self, database: Database, known: Mapping[str, int]) -> None:
        self._database = database
        self._known = known
        """The newest migration of each scope that this program has."""
        self._gauge = Gauge[Found](2 * LOOK_S)

    def told(self, readings: Readings) -> None:
        """Adds it to what a process is asked for."""
        readings.reads(OLDEST, self._read(lambda one: one.oldest_s))
        readings.reads(WAITING, self._read(lambda one: one.held))
        readings.reads(WAITED, self._read(lambda one: one.held_s))
        readings.reads_all(LETTERS, self._letters)
        readings.reads_all(SCHEMA, self._schema)

    async def run(self, stop: asyncio.Event) -> None:
        """Looks until stopped."""
        while not stop.is_set():
            begun = self._gauge.begin()
            try:
                async with self._database.connection() as connection:
                    self._gauge.note(await look(connection), begun)
            except Unavailable:
                self._gauge.note(None, begun)
            await pause(LOOK_S, stop)

    def _read(self, take: Callable[[Found], float]) -> Callable[[], float | None]:
        return lambda: None if (found := self._gauge.value) is None else take(found)

    def _letters(self) -> Values:
        if (found := self._gauge.value) is None:
            return {}
        return {
            (status, kind): found.letters.get(f"{status} {kind}", 0)
            for status, kind in product(STATUSES, KINDS)
        }

    def _schema(self) -> Values:
        found = self._gauge.value
        told: dict[tuple[str, ...], float] = {(one, "program"): last for one, last in self._known.items()}
        if found is not None:
            told |= {(one, "database"): last for one, last in found.schema.items()}
        return told
