"""Ways in which the books of a running county can be wrong, each done to its databases and undone again."""

from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg


class Harm(NamedTuple):
    """One damage: where, the statements that do and undo it, and exactly the rules that must be found broken."""

    database: str
    do: str
    undo: str
    rules: set
    figures: bool = False


def _one(table, which, key):
    return f"create table kept as select * from {table} where {which} order by {key} limit 1"


def missing(database, table, which, key, *rules):
    """One row is missing; `key` names its columns."""
    same = " and ".join(f"t.{one} = k.{one}" for one in key.split(", "))
    do = f"{_one(table, which, key)}; delete from {table} t using kept k where {same}"
    return Harm(
        database,
        do,
        f"insert into {table} overriding system value select * from kept; drop table kept",
        set(rules),
    )


def changed(database, table, which, key, change, *rules, figures=False):
    """One row says something else."""
    same = " and ".join(f"t.{one} = k.{one}" for one in key.split(", "))
    do = f"{_one(table, which, key)}; update {table} t set {change} from kept k where {same}"
    undo = f"delete from {table} t using kept k where {same};"
    undo += f"insert into {table} overriding system value select * from kept; drop table kept"
    return Harm(database, do, undo, set(rules), figures)


CLOSED_HERE = (
    "status = 'closed' and owner = 'village' and exists (select from outbox o where o.key = incident_id"
    " and o.type = 'incident.opened.v1') and not exists (select from outbox o where o.key = incident_id"
    " and o.topic = 'village.handoff')"
)
"""It never left: else another tier knows it as well, and misses its owner."""
LAST = (
    "topic = 'village.routing' and seq > 1 and seq = (select last_seq from sequence s"
    " where (s.topic, s.key) = (outbox.topic, outbox.key))"
)
HARMS = {
    "an event of the outbox is gone": missing(
        "routing_village", "outbox", "topic = 'village.routing' and seq = 2 and exists (select from sequence s"
        " where (s.topic, s.key) = (outbox.topic, outbox.key) and last_seq > 3)", "id", "numbers"
    ),
    "a place in the queue has no event": Harm(
        "followup_village", "insert into unsent values (999999999)",
        "delete from unsent where id = 999999999", {"lost-row"},
    ),
    "the topic has lost an event": Harm(
        "followup_village",
        "create table kept as select * from outbox order by id desc limit 1;"
        "update sequence s set last_seq = s.last_seq + 1 from kept k where (s.topic, s.key) = (k.topic, k.key);"
        "insert into outbox select 999999998, topic, key, (select last_seq from sequence s where (s.topic, s.key)"
        " = (k.topic, k.key)), type, occurred_at, recorded_at, traceparent, data from kept k",
        "delete from outbox where id = 999999998;"
        "update sequence s set last_seq = s.last_seq - 1 from kept k where (s.topic, s.key) = (k.topic, k.key);"
        "drop table kept",
        {"missing-on-topic", "behind"},
    ),
    "the writer was set back": Harm(
        "routing_village",
        f"create table kept as select * from outbox where {LAST} order by id limit 1;"
        "delete from outbox o using kept k where o.id = k.id;"
        "update sequence s set last_seq = s.last_seq - 1 from kept k where (s.topic, s.key) = (k.topic, k.key)",
        "insert into outbox select * from kept;"
        "update sequence s set last_seq = s.last_seq + 1 from kept k where (s.topic, s.key) = (k.topic, k.key);"
        "drop table kept",
        {"unknown-to-writer", "ahead"},
    ),
    "a number was drawn again": changed(
        "routing_village", "outbox", "topic = 'village.routing' and type = 'incident.accepted.v1'", "id",
        "type = 'incident.closed.v1'", "other-event"
    ),
    "a reader has lost its place": missing(
        "metrics_village", "guard", "topic = 'village.routing' and not waiting", "topic, key", "behind"
    ),
    "an event is held": Harm(
        "followup_village",
        "insert into held values ('village.intake', 'k', 2, '{}', null, now() - interval '1 hour')",
        "delete from held where key = 'k'", {"held"},
    ),
    "a dead letter is open": Harm(
        "followup_village",
        "insert into dead_letter (identity, topic, key, kind, reason, detail, first_at)"
        " values ('i', 'village.intake', 'k', 'bug', 'KeyError', '', now() - interval '1 hour')",
        "delete from dead_letter where identity = 'i'", {"dead-letter"},
    ),
    "an incident is gone": missing(
        "routing_village", "incident", CLOSED_HERE, "incident_id", "report-unopened"
    ),
    "a report is gone": missing("intake_village", "report", "true", "incident_id", "unreported"),
    "two tiers own an incident": changed(
        "routing_village", "incident", "status = 'handed-over'", "incident_id", "owner = 'village'", "owner"
    ),
    "a revisit is gone": missing(
        "followup_village", "revisit", "status = 'done' and state::json ->> 'outcome' = 'satisfied' and not exists"
        " (select from deadline d where d.incident_id = revisit.incident_id)", "incident_id", "revisit"
    ),
    "a reporter was not told": missing(
        "intake_village", "timeline", "type = 'incident.opened.v1'", "incident_id, topic, seq", "timeline"
    ),
    "a line of a history is gone": missing(
        "routing_village", "history", "number = 2", "incident_id, number", "history"
    ),
    "a deadline is gone": missing(
        "routing_village", "deadline", "due_at > now() + interval '1 hour'", "incident_id", "deadline"
    ),
    "a deadline did not fire": changed(
        "routing_village", "deadline", "due_at > now() + interval '1 hour'", "incident_id",
        "due_at = now() - interval '1 hour', try_at = now() + interval '1 hour'", "deadline", "deadline-late"
    ),
    "the vault holds what belongs to nothing": Harm(
        "intake_village", "insert into vault values ('nobody', 'k', '', '', now())",
        "delete from vault where incident_id = 'nobody'", {"vault"},
    ),
    "a total is wrong": changed(
        "metrics_village", "total", "tier = 'village'", "tier, area", "counts = '{\"reported\": 7}'", "figures",
        figures=True,
    ),
    "a copy of a figure is old": changed(
        "metrics_county", "cell", "tier = 'village'", "id", "counts = '{\"reported\": 70}'", "copies"
    ),
}  # fmt: skip


@asynccontextmanager
async def done(stack, harm):
    """The damage, for as long as the block lasts."""
    connection = await asyncpg.connect(stack.postgres(harm.database), timeout=10)
    try:
        async with connection.transaction():
            await connection.execute(harm.do)
        try:
            yield
        finally:
            async with connection.transaction():
                await connection.execute(harm.undo)
    finally:
        await connection.close()
