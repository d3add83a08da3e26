"""SQL that reads the restatement log page by page, and what changed counts between the rows of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from asyncpg import Record
from pydantic_core import from_json

from messaging.columns import texts
from messaging.database import Connection
from services.metrics.restated import Kind
from services.metrics.undoing import Between, Sum


class Key(NamedTuple):
    """What the log is in order of: when it was recorded, then the event and which of its cells."""

    recorded_at: datetime
    event: str
    area: str
    day: str
    category: str
    channel: str


FIRST = Key(datetime(9999, 1, 1, tzinfo=UTC), "", "", "", "", "")
"""Newer than every row."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: about which areas, days (inclusive) and measures; and which of these are shown."""

    area: str
    first: str | None = None
    last: str | None = None
    over: datetime | None = None
    """Only what was recorded since then: before, the period was not over and its figure in the making."""
    measures: tuple[str, ...] | None = None
    """As `tier|measure`; None for all."""
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Recorded since, and before."""
    after: Key = FIRST
    limit: int = 50

    @property
    def arguments(self) -> tuple[object, ...]:
        """The parameters `$1` to `$8`."""
        measures = None if self.measures is None else texts(self.measures)
        return (
            self.area, self.first, self.last, self.over, measures, self.kind, self.since, self.until
        )  # fmt: skip


_ABOUT = """
    area ^@ $1 and ($2::text is null or day >= $2) and ($3::text is null or day <= $3)
    and ($4::timestamptz is null or recorded_at >= $4)
    and changes::text <> '{}' -- what a rebuild took back
    and ($5::text is null or exists (
        select from json_object_keys(changes) as one where tier || '|' || one = any(texts($5))))
"""
_SHOWN = """
    ($6::text is null or kind = $6) and ($7::timestamptz is null or recorded_at >= $7)
    and ($8::timestamptz is null or recorded_at < $8)
    and (recorded_at, event, area, day, category, channel) < ($9, $10, $11, $12, $13, $14)
"""
_NEWEST_FIRST = "recorded_at desc, event desc, area desc, day desc, category desc, channel desc"


class Logged(NamedTuple):
    """A row of the log."""

    key: Key
    tier: str
    source: str
    type: str
    kind: Kind
    occurred_at: datetime
    changes: dict[str, int]


async def page(connection: Connection, wanted: Wanted) -> list[Logged]:
    """The rows after one, newest first."""
    rows = await connection.fetch(
        f"""
        select recorded_at, event, area, day, category, channel, tier, source, type, kind, occurred_at, changes
        from restatement where {_ABOUT} and {_SHOWN} order by {_NEWEST_FIRST} limit $15
        """,  # noqa: S608 - parts written here, nothing from outside
        *wanted.arguments,
        *wanted.after,
        wanted.limit,
    )
    return [_logged(row) for row in rows]


def _logged(row: Record) -> Logged:
    *key, tier, source, kind_of_event, kind, occurred_at, changes = row
    return Logged(Key(*key), tier, source, kind_of_event, kind, occurred_at, from_json(changes))


async def between(connection: Connection, wanted: Wanted, last: Key, days: Sequence[str]) -> list[Between]:
    """What changed these measures since the last row of a page, summed up between the rows that are shown.

    Of some days, each for itself; without days, of all that is asked for together.
    """
    rows = await connection.fetch(
        f"""
        with about as (
            select *, {_SHOWN} as shown from restatement
            where {_ABOUT} and (recorded_at, event, area, day, category, channel) >= ($15, $16, $17, $18, $19, $20)
                and ($21 = '' or day = any(texts($21)))
        ), placed as (
            select tier, changes, case when $21 = '' then '' else day end as about,
                count(*) filter (where shown) over (
                    order by {_NEWEST_FIRST} rows between unbounded preceding and 1 preceding) as place
            from about
        )
        select place, about, tier, m.key, sum(m.value::bigint)::bigint
        from placed, json_each_text(changes) as m
        where $5::text is null or tier || '|' || m.key = any(texts($5)) group by 1, 2, 3, 4
        """,  # noqa: S608
        *wanted.arguments,
        *wanted.after,
        *last,
        texts(days),
    )
    return [Between(*row) for row in rows]


async def current(connection: Connection, wanted: Wanted, days: Sequence[str]) -> dict[str, Sum]:
    """The present counts of these measures: of some days, each for itself; without days, of all that is asked for."""
    rows = await connection.fetch(
        """
        select case when $5 = '' then '' else day end as about, tier, m.key, sum(m.value::bigint)::bigint
        from cell, json_each_text(counts) as m
        where area ^@ $1 and ($2::text is null or day >= $2) and ($3::text is null or day <= $3)
            and ($4::text is null or tier || '|' || m.key = any(texts($4))) and ($5 = '' or day = any(texts($5)))
        group by 1, 2, 3
        """,
        wanted.area,
        wanted.first,
        wanted.last,
        None if wanted.measures is None else texts(wanted.measures),
        texts(days),
    )
    found: dict[str, Sum] = {}
    for about, tier, measure, value in rows:
        found.setdefault(about, {}).setdefault(tier, {})[measure] = value
    return found
