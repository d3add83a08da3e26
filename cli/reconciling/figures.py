"""Figures: each tier's beside a recount, and the copies other tiers have of them."""

from collections.abc import AsyncIterator

from aiokafka.errors import KafkaError

from cli.reconciling.books import Books, Rows
from cli.reconciling.delivery import Found, Keys
from cli.reconciling.findings import SHOWN, Finding, Suspicion
from schemas.base import Tier
from services.metrics.rebuild import recount
from services.metrics.rebuild.compared import Compared
from services.metrics.rebuild.reading import Incomplete

_CELLS = """
    select id, area, day, category, channel, version, counts::text as counts from cell
    where id {which} and tier = $3 order by id {more}
"""
_COPIES = """
    select wanted.place from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        with ordinality as wanted (area, day, category, channel, counts, place)
    left join cell c on (c.area, c.day, c.category, c.channel, c.tier)
        = (wanted.area, wanted.day, wanted.category, wanted.channel, $1)
    where coalesce(c.counts::jsonb, '{}'::jsonb) <> wanted.counts::jsonb
"""


async def counted(books: Books, tier: Tier) -> list[Finding]:
    """Cells, totals, restatements and evidence equal what is counted again from the first event."""
    where, place = f"{tier}-metrics", books.house.places[tier, "metrics"]
    house = recount.House(tier, place.dsn, books.house.kafka, books.house.zone)
    before = 0

    def tell(doing: str, done: int, whole: int) -> None:
        nonlocal before
        del doing, whole
        books.looked(max(0, done - before))
        before = done

    try:
        found = await recount.rebuild(house, tell, check=True)
    except (Incomplete, KafkaError) as error:
        return [Finding("figures-incomplete", where, 1, (str(error),))]
    differing = [one for one in found.tables if one.differing]
    return [Finding("figures", where, one.differing, tuple(_shown(one))) for one in differing]


def _shown(table: Compared) -> list[str]:
    return [f"{table.name}: {one.what}: {one.stands} → {one.counted}" for one in table.first[:SHOWN]]


async def copies(books: Books, tier: Tier, other: Tier, keys: Keys) -> Found:
    """Cells of which another tier's copy is another one, or is not there; keys are their numbers here."""
    found, there = Found(), books.of(other, "metrics")
    where = f"{tier}.metrics > {other}-metrics"
    async for rows in _cells(books, tier, keys):
        columns = [[row[name] for row in rows] for name in ("area", "day", "category", "channel", "counts")]
        for (place,) in await there.fetch(_COPIES, tier, *columns):
            row = rows[place - 1]
            stands = f"{row['area']} {row['day']} {row['category']} {row['channel']} version {row['version']}"
            found.append(Suspicion("copies", where, str(row["id"]), stands))
    return found


async def _cells(books: Books, tier: Tier, keys: Keys) -> AsyncIterator[Rows]:
    if keys is None:
        async for rows in books.pages(
            (tier, "metrics"), _CELLS.format(which="> $1", more="limit $2"), tier, begin=0
        ):
            yield rows
        return
    only = _CELLS.format(which="= any($1::bigint[])", more="limit $2")
    yield await books.of(tier, "metrics").fetch(only, [int(one) for one in keys], len(keys), tier)
