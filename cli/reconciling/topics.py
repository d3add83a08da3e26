"""What is on a writer's topics beside what its database has: read into a temporary table there, compared in sets."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cli.houses import Whose
from cli.reconciling.books import LONG_S, Books, Looked
from cli.reconciling.delivery import COUNTED, MOST, Found
from cli.reconciling.findings import Suspicion
from messaging.database import Connection
from messaging.envelope import Record
from messaging.fence import numbered
from messaging.tails import Tails
from schemas.topics import TOPICS

READ = timedelta(days=8)
"""Records at least as old as the oldest rows that are compared, also where clocks differ."""


class Seen(NamedTuple):
    """A numbered record as its header says it."""

    topic: str
    key: str
    seq: int
    type: str


def seen(record: Record) -> Seen | None:
    """What a record says it is; None for one that is none of ours, which is a dead letter at its readers."""
    kind = next((value for name, value in record.headers if name == "ce_type"), None)
    place = numbered(record)
    if place is None or kind is None:
        return None
    try:
        return Seen(*place[0], place[1], kind.decode())
    except UnicodeDecodeError:
        return None


_CUT = """
    create temp table said as
    select topic, key, seq, type from outbox o
    where recorded_at >= now() - $1::interval and not exists (select from unsent u where u.id = o.id)
"""
_MISSING = """
    select s.topic, s.key, s.seq from said s left join heard h using (topic, key, seq)
    where h.seq is null order by s.topic, s.key, s.seq limit $1
"""
_OTHER = """
    select distinct s.topic, s.key, s.seq, s.type, h.type as heard from said s join heard h using (topic, key, seq)
    where h.type <> s.type order by s.topic, s.key, s.seq limit $1
"""
_UNKNOWN = """
    select distinct h.topic, h.key, h.seq, h.type, coalesce(s.last_seq, 0) as last_seq
    from heard h left join sequence s using (topic, key)
    where h.seq > coalesce(s.last_seq, 0) order by h.topic, h.key, h.seq limit $1
"""


async def compared(books: Books, whose: Whose, tails: Tails, *, whole: bool) -> Found:
    """A writer's topics beside its outbox of the last week, or, `whole`, beside all numbers it has ever drawn.

    What had been sent before the topics' ends were asked for must be before them; what is on a topic had been
    committed by its writer, so it is known when the writer is asked afterwards. Work in flight is no matter.
    """
    connection, where = books.of(*whose), "-".join(whose)
    written = [one for one in TOPICS.values() if (one.tier, one.flow.writer) == whose and one.sequenced]
    await connection.execute("create temp table heard (topic text, key text, seq bigint, type text)")
    await connection.execute(_CUT.replace("$1", f"'{COUNTED.days} days'"), timeout=LONG_S)
    since = None if whole else datetime.now(UTC) - READ
    places = await tails.places(*(one.name for one in written))
    begins, spans = await tails.since(places, since), await tails.spans(places)
    async for records in tails.read({one: (begins[one], end) for one, (_, end) in spans.items()}):
        await _lay_aside(connection, [one for each in records if (one := seen(each))], books.looked)
    await connection.execute("analyze heard; analyze said")
    found = Found()
    for topic, key, seq in await connection.fetch(_MISSING, MOST, timeout=LONG_S):
        found.append(Suspicion("missing-on-topic", where, f"{topic} {key}/{seq}", ""))
    for topic, key, seq, kind, heard in await connection.fetch(_OTHER, MOST, timeout=LONG_S):
        found.append(Suspicion("other-event", where, f"{topic} {key}/{seq}", f"{heard}, outbox {kind}"))
    for topic, key, seq, kind, last in await connection.fetch(_UNKNOWN, MOST, timeout=LONG_S):
        stands = f"{kind}, drawn up to {last}"
        found.append(Suspicion("unknown-to-writer", where, f"{topic} {key}/{seq}", stands))
    await connection.execute("drop table heard; drop table said")
    return found


async def _lay_aside(connection: Connection, rows: Sequence[Seen], looked: Looked) -> None:
    await connection.copy_records_to_table("heard", records=rows)
    looked(len(rows))
