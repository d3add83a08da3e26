"""What stands in one service's database, read anew after every transaction: states, deadlines, events, dead letters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

LOOK = """
select 'state' as what, incident_id as key, state as text, null::bigint as number, null as topic, null as type,
    null::timestamptz as at from {table}
union all select 'due', incident_id, null, null, null, null, try_at from deadline
union all select 'letter', key, kind || ' ' || reason || ' ' || detail, null, null, null, null from dead_letter
union all (
    select 'event', key, convert_from(data, 'utf8'), seq, topic, type, null from outbox where id > $1 order by id)
union all select 'last', '', null, coalesce(max(id), 0), null, null, null from outbox
"""
"""All of it in one statement, so that it is of one moment; of the events those that are new."""
LINES = """
union all select 'lines', i.incident_id, json_build_array(i.told, count(*), max(h.number),
    count(*) filter (where h.event = 'revisit.visited.v1' and h.tier = $2))::text, null, null, null, null
from incident i join history h using (incident_id) group by i.incident_id, i.told
"""
"""How long a history is, which its state counts but for what was only told, and how many visits of its tier it has."""
TABLES = {"routing": "incident", "followup": "revisit"}


@dataclass(frozen=True, slots=True)
class Said:
    """An event that was published."""

    topic: str
    key: str
    seq: int
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What stands there now; `news` are the events published since it was looked at before."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """The states as they are stored, by incident."""
    states: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    due: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    letters: tuple[str, ...] = ()
    news: tuple[Said, ...] = ()
    last: int = 0
    """The number of the last event in the outbox."""
    lines: Mapping[str, tuple[int, int, int, int]] = field(default_factory=dict)
    """Of each history: lines told beside the state, lines, the last number, visits of this tier."""

    def same(self, other: "Shelf") -> bool:
        """Whether nothing has changed since: no state, no deadline, no event."""
        return not self.news and (self.texts, self.due) == (other.texts, other.due)


@dataclass(slots=True)
class _Found:
    texts: dict[str, str] = field(default_factory=dict)
    due: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    lines: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    letters: list[str] = field(default_factory=list)
    news: list[Said] = field(default_factory=list)
    last: int = 0

    def add(self, row: asyncpg.Record) -> None:
        match row["what"]:
            case "state":
                self.texts[row["key"]] = row["text"]
            case "due":
                self.due[row["key"]] = (*self.due.get(row["key"], ()), row["at"])
            case "lines":
                told, lines, last, visits = json.loads(row["text"])
                self.lines[row["key"]] = told, lines, last, visits
            case "letter":
                self.letters.append(row["text"])
            case "event":
                data = json.loads(row["text"])
                self.news.append(Said(row["topic"], row["key"], row["number"], row["type"], data))
            case "last":
                self.last = row["number"]


async def look(connection: asyncpg.Connection, service: str, tier: str, before: Shelf) -> Shelf:
    """What stands there now."""
    found = _Found()
    query, given = LOOK.format(table=TABLES[service]), (before.last,)
    if service == "routing":
        query, given = query + LINES, (before.last, tier)
    for row in await connection.fetch(query, *given):
        found.add(row)
    states = {
        one: before.states[one] if before.texts.get(one) == text else json.loads(text)
        for one, text in found.texts.items()
    }
    return Shelf(
        found.texts, states, found.due, tuple(found.letters), tuple(found.news), max(found.last, before.last),
        found.lines,
    )  # fmt: skip
