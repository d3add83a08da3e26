"""Marked words, and where they are looked for: whatever coding they lie in, on disks, in tables, on topics."""

import base64
import html
import json
import uuid
from contextlib import suppress
from urllib.parse import quote

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from schemas.topics import PARTITIONS

MARK = "青石老槐记"
EMPTY = {".index", ".timeindex", ".snapshot", ".checkpoint"}
"""Files of the broker that are numbers only, and large beforehand."""


def marks(number):
    """Words that stand for what people say of themselves: none is part of another, all begin with the same."""
    return [f"{MARK}{at:05}号" for at in range(number)]


def codings(word):
    """How it may lie somewhere, in bytes."""
    plain = word.encode()
    escaped = json.dumps(word).strip('"')
    found = {word.encode(one) for one in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")}
    found |= {
        one.encode()
        for one in (escaped, escaped.upper().replace("\\U", "\\u"), escaped.replace("\\", "\\\\"))
    }
    found |= {
        quote(word).encode(),
        quote(word).lower().encode(),
        plain.hex().encode(),
        plain.hex().upper().encode(),
    }
    found |= {"".join(f"&#{ord(one)};" for one in word).encode(), html.escape(word).encode()}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain)
        found |= {
            coded[4 if shift else 0 : -4],
            base64.urlsafe_b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4],
        }
    return sorted(found)


PATTERNS = codings(MARK)


def in_bytes(stored):
    """Whether anything that is marked lies there."""
    return any(one in stored for one in PATTERNS)


def in_files(*folders):
    """The files in which anything marked lies, in any of these folders."""
    found = []
    for path in (one for folder in folders for one in folder.rglob("*")):
        if path.suffix in EMPTY or not path.is_file():
            continue
        with suppress(OSError):  # a server has put it away meanwhile
            if in_bytes(path.read_bytes()):
                found.append(path)
    return found


async def in_tables(connection):
    """The tables in which anything marked lies, as text or as the bytes of any column."""
    found = set()
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    for (table,) in tables:
        for row in await connection.fetch(f'select * from "{table}"'):
            for value in row.values():
                for one in value if isinstance(value, list) else [value]:
                    stored = one if isinstance(one, bytes) else str(one).encode()
                    if in_bytes(stored):
                        found.add(table)
    return found


async def on_topics(kafka, topics):
    """Topics that hold anything marked, read from their beginning: also what lies compressed."""
    found = set()
    async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id=None) as consumer:
        for topic in topics:
            parts = [TopicPartition(topic, one) for one in range(PARTITIONS)]
            consumer.assign(parts)
            await consumer.seek_to_beginning(*parts)
            ends = await consumer.end_offsets(parts)
            while any([await consumer.position(one) < ends[one] for one in parts]):
                for batch in (await consumer.getmany(timeout_ms=300)).values():
                    if any(in_bytes(b"\n".join(_bytes_of(one))) for one in batch):
                        found.add(topic)
    return found


def _bytes_of(record):
    yield record.key or b""
    yield record.value or b""
    for name, value in record.headers:
        yield name.encode("utf-8", "replace")
        yield value or b""


def a_name():
    """For a request, once."""
    return uuid.uuid4().hex
