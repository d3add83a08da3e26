"""SQL that adds figures up, and what a heartbeat writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from messaging.columns import texts
from messaging.database import Connection

LONG_S = 60.0
"""A year of a whole county is a million cells."""
AHEAD = timedelta(seconds=10)
"""So far the clocks of two machines may differ."""


class Total(NamedTuple):
    """The all-time sums of an area at a tier, by measure, as they are written."""

    tier: str
    area: str
    counts: str
    written: tuple[int, datetime]
    """Changes whenever the row does."""


async def note_alive(tx: Connection, tier: str, as_of: datetime) -> None:
    """A tier's figures are current as of a moment; an older one changes nothing, unless what we have is still to come.

    That is left over from a clock which was set back: it would call the tier current until the clock comes there again.
    """
    await tx.execute(
        """
        insert into tier_state as s (tier, as_of) values ($1, $2)
        on conflict (tier) do update set as_of =
            case when s.as_of > now() + $3::interval then excluded.as_of else greatest(s.as_of, excluded.as_of) end
        """,
        tier,
        as_of,
        AHEAD,
    )


async def totals(connection: Connection, since: datetime | None) -> list[Total]:
    """All totals, or those of areas that changed since a moment."""
    rows = await connection.fetch(
        """
        select tier, area, counts, version, changed_at from total
        where $1::timestamptz is null or changed_at > $1
        """,
        since,
    )
    return [Total(tier, area, counts, (version, at)) for tier, area, counts, version, at in rows]


Within = tuple[dict[str, int], dict[str, int]]
"""Measure → sum of some days, and of all days after them."""


async def within(
    connection: Connection, areas: Sequence[str], first: date, last: date
) -> dict[tuple[str, str], Within]:
    """Tier and area → what it has on the days from first to last, and after them; all of them or nothing."""
    rows = await connection.fetch(
        """
        select tier, area, m.key as measure,
            coalesce(sum(m.value::bigint) filter (where day <= $3), 0)::bigint as during,
            coalesce(sum(m.value::bigint) filter (where day > $3), 0)::bigint as later
        from unnest(texts($1)) as place join cell on area = place and day >= $2, json_each_text(counts) as m
        group by 1, 2, 3
        """,
        texts(areas),
        first.isoformat(),
        last.isoformat(),
        timeout=LONG_S,
    )
    found: dict[tuple[str, str], Within] = {}
    for tier, area, measure, during, later in rows:
        here = found.setdefault((tier, area), ({}, {}))
        if during:
            here[0][measure] = during
        if later:
            here[1][measure] = later
    return found


async def tiers(connection: Connection) -> dict[str, tuple[datetime, float]]:
    """Each tier's as-of, and how many seconds that is away from now by this database's clock.

    What is well ahead is as little to be believed as what is long ago: one of the clocks is wrong.
    """
    rows = await connection.fetch(
        "select tier, as_of, abs(extract(epoch from now() - as_of))::float8 as age from tier_state"
    )
    return {row["tier"]: (row["as_of"], row["age"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cells to add up: a subtree of areas, days from and to (inclusive), and by what to group."""

    area: str
    group_by: str | None = None
    first: str | None = None
    last: str | None = None
    category: str | None = None
    channel: str | None = None
    below: tuple[str, ...] = ()
    """Areas that lie in it directly although their codes are longer than by one step, such as a village of no town."""
    durations: bool = True
    """Whether durations are wanted; they are most of what there is to add up."""


GROUPS = {
    None: "''",
    "day": "day",
    "category": "category",
    "channel": "channel",
    "tier": "tier",
    "child": "left(area, length($1) + 3)",
    "week": """to_char(day::date, 'IYYY-"W"IW')""",
    "month": "left(day, 7)",
    "quarter": "left(day, 4) || '-Q' || (substr(day, 6, 2)::int + 2) / 3",
    "year": "left(day, 4)",
}
"""What the figures may be grouped by, as SQL; nothing a caller sends becomes SQL."""


BELOW = "coalesce((select one from unnest(texts({place})) as one where area ^@ one limit 1), {child})"


def key_of(wanted: Wanted, *before: str | None) -> tuple[str, list[str | None]]:
    """What is grouped by, as SQL, and the arguments it takes beside those before."""
    key, given = GROUPS[wanted.group_by], list(before)
    if wanted.group_by != "child" or not wanted.below:
        return key, given
    return BELOW.format(place=f"${len(given) + 1}", child=key), [*given, texts(wanted.below)]


SUMS = """
    with summed as materialized (
        select {key} as key, tier, m.key as measure, sum(m.value::bigint)::bigint as value
        from {cells}, json_each_text(counts) as m where area ^@ $1 {narrow} group by 1, 2, 3
    ), few as (
        select split_part(measure, ':', 2) as kind from summed where measure like 'exact:%'
        group by 1 having count(*) <= {most}
    )
    select * from summed where measure not like 'exact:%' or split_part(measure, ':', 2) in (select kind from few)
"""
NARROW = """
    and ($2::text is null or day >= $2) and ($3::text is null or day <= $3)
    and ($4::text is null or category = $4) and ($5::text is null or channel = $5)
"""
MOST_EXACT = 5000
"""So many exact durations of a kind are read for one answer; of more, their buckets say enough."""


async def sums(connection: Connection, wanted: Wanted) -> dict[str, dict[str, dict[str, int]]]:
    """Group → tier → measure → sum. Distributions have no category or channel, so such a filter leaves them out."""
    narrow = wanted.first or wanted.last or wanted.category or wanted.channel
    whole = wanted.group_by in {None, "tier", "child"} and not narrow
    narrowed = () if whole else (wanted.first, wanted.last, wanted.category, wanted.channel)
    key, given = key_of(wanted, wanted.area, *narrowed)
    cells, which = ("total", "") if whole else ("cell", NARROW)
    if not wanted.durations:
        which += " and m.key not like '%:%'"
    rows = await connection.fetch(SUMS.format(key=key, cells=cells, narrow=which, most=MOST_EXACT), *given)
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        found.setdefault(row["key"], {}).setdefault(row["tier"], {})[row["measure"]] = row["value"]
    return found
