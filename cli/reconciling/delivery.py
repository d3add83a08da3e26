"""How events travel: numbers drawn, rows kept, what waits, and how far each reader is in what its writer has said."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from cli.houses import Whose
from cli.reconciling.books import LONG_S, Books
from cli.reconciling.findings import Suspicion
from schemas.base import Service
from schemas.topics import Topic, topics_read_by

MOST = 10_000
"""So many of one kind are named; more need not be, to know what is wrong."""
COUNTED = timedelta(days=6)
"""Rows younger than this: what is older is being deleted, not in the order of its numbers."""
Found = list[Suspicion]
Keys = Sequence[str] | None

_UNSENT = """
    select o.topic, o.key, o.seq, u.id from unsent u left join outbox o using (id)
    where o.id is null or o.recorded_at < now() - $1::interval order by u.id limit $2
"""
_NUMBERS = """
    select o.topic, o.key, o.low, o.high, o.rows, s.last_seq
    from (select topic, key, min(seq) as low, max(seq) as high, count(*) as rows from outbox
        where recorded_at >= now() - $1::interval group by topic, key) o
    left join sequence s using (topic, key)
    where o.high is distinct from s.last_seq or o.rows <> o.high - o.low + 1
    limit $2
"""
_HELD = "select topic, key, seq from held where held_at < now() - $1::interval order by held_at limit $2"
_LETTERS = """
    select id, reason from dead_letter where status in ('open', 'redrive', 'discard')
        and first_at < now() - $1::interval order by id limit $2
"""


async def own(books: Books, whose: Whose, patience: timedelta) -> Found:
    """What one database says of itself; each statement sees one moment, so work in flight is no matter."""
    where, connection = "-".join(whose), books.of(*whose)
    found = Found()
    for topic, key, seq, place in await connection.fetch(_UNSENT, patience, MOST, timeout=LONG_S):
        if topic is None:
            found.append(Suspicion("lost-row", where, f"place {place}", ""))
        else:
            found.append(Suspicion("unsent", where, f"{topic} {key}/{seq}", ""))
    for topic, key, low, high, rows, last in await connection.fetch(_NUMBERS, COUNTED, MOST, timeout=LONG_S):
        stands = f"{rows} rows {low}–{high}, drawn {last}"
        found.append(Suspicion("numbers", where, f"{topic} {key}", stands))
    for topic, key, seq in await connection.fetch(_HELD, patience, MOST, timeout=LONG_S):
        found.append(Suspicion("held", where, f"{topic} {key}/{seq}", ""))
    for letter, reason in await connection.fetch(_LETTERS, patience, MOST, timeout=LONG_S):
        found.append(Suspicion("dead-letter", where, str(letter), reason))
    books.looked(1)
    return found


def readings(books: Books) -> Iterator[tuple[Whose, Topic]]:
    """Who reads which numbered topic, as far as both sides' databases are at hand."""
    for tier, service in books.house.places:
        for topic in topics_read_by(service, tier):
            if topic.sequenced and books.has(topic.tier, _writer(topic)):
                yield (tier, service), topic


def _writer(topic: Topic) -> Service:
    writer = topic.flow.writer
    assert writer != "partners", "what other systems send is not numbered"
    return writer


_DRAWN = "select key, last_seq from sequence where key {which} and topic = $3 order by key {more}"
_GUARDED = "select key, last_seq, waiting from guard where key {which} and topic = $3 order by key {more}"


async def behind(books: Books, reader: Whose, topic: Topic, keys: Keys) -> Found:
    """Streams of which the reader has not applied all that had been said when the writer was asked."""
    where = f"{topic.name} > {'-'.join(reader)}"
    found = Found()
    async for rows in books.keyed((topic.tier, _writer(topic)), _DRAWN, [topic.name], keys):
        applied = {
            row["key"]: row
            for row in await books.of(*reader).fetch(
                "select key, last_seq, waiting from guard where topic = $1 and key = any($2::text[])",
                topic.name,
                [row["key"] for row in rows],
            )
        }
        for key, last in rows:
            row = applied.get(key)
            # where something waits, a dead letter or a held event says so
            if row is None or (row["last_seq"] < last and not row["waiting"]):
                stands = f"applied up to {0 if row is None else row['last_seq']}"
                found.append(Suspicion("behind", where, key, stands))
        if len(found) >= MOST:
            break
    return found


async def ahead(books: Books, reader: Whose, topic: Topic) -> Found:
    """Streams of which the reader has applied what the writer, asked afterwards, has not said."""
    where = f"{topic.name} > {'-'.join(reader)}"
    found = Found()
    writer = books.of(topic.tier, _writer(topic))
    async for rows in books.keyed(reader, _GUARDED, [topic.name], None):
        drawn = await writer.fetch(
            "select key, last_seq from sequence where topic = $1 and key = any($2::text[])",
            topic.name,
            [row["key"] for row in rows],
        )
        last = {row["key"]: row["last_seq"] for row in drawn}
        for key, applied, _ in rows:
            if applied > last.get(key, 0):
                stands = f"applied up to {applied}, drawn {last.get(key, 0)}"
                found.append(Suspicion("ahead", where, key, stands))
        if len(found) >= MOST:
            break
    return found
