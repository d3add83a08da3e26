"""Open incidents by the hundred thousand, each with a deadline: copies of some that the services opened just now.

They get everything that the services would have written of them, and a deadline of their own: far away, or all at one
moment, a microsecond apart, so that it can be seen in which order they are fired.
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import asyncpg
import httpx

from bench import seed
from bench.latency import Door
from bench.partner import subjects
from deploy.local.databases import address
from deploy.local.stack import Stack
from policy.load import areas

SAMPLES = 200
"""Open incidents that are copied; half of them are accepted."""
RATE = 50.0
_TABLES = ("incident", "deadline")
"""Written here, because their copies have times of their own."""

# $1 sampled ids, $2 and $3 the first and last number of a copy, $4 the first deadline, $5 what lies between two.
_COPIES = "unnest($1::text[]) with ordinality as old(id, place), generate_series($2::int, $3::int) as n"
_DUE = "($4::timestamptz + $5::interval * ((old.place - 1) * ($3::int - $2::int + 1) + n - $2::int))"
_SAID = f"""to_char({_DUE} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_INCIDENTS = f"""
    insert into incident
        (incident_id, area, category, channel, severity, status, live, owner, reported_at, state, updated_at)
    select {seed.NEW}, t.area, t.category, t.channel, t.severity, t.status, t.live, t.owner, t.reported_at,
        replace(replace(t.state, old.id, {seed.NEW}), t.state::json->>'due_at', {_SAID}), t.updated_at
    from incident t, {_COPIES} where t.incident_id = old.id
"""
_DEADLINES = f"""
    insert into deadline (incident_id, step, due_at, try_at, provisional)
    select {seed.NEW}, t.step, {_DUE}, {_DUE}, t.provisional
    from deadline t, {_COPIES} where t.incident_id = old.id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """When the deadlines of copies pass: the first, and what lies between two."""

    first: datetime
    apart: timedelta


async def sample(stack: Stack) -> list[str]:
    """Opens incidents over HTTP and accepts half of them; their ids, once their deadlines run."""
    fresh = subjects(list(areas(stack.plan.areas).values()), uuid.uuid4().int % 2**32)
    async with httpx.AsyncClient(timeout=60) as client:
        door = Door(client, f"{stack.url('village-intake')}/v1/reports", RATE)
        await door.post_all(list(islice(fresh, SAMPLES)))
        ids = await _until(stack, "status = 'open'")
        for one in ids[: SAMPLES // 2]:
            answer = await client.post(
                f"{stack.url('village-routing')}/v1/incidents/{one}/actions",
                json={"action": {"action": "accept"}},
                headers={"Idempotency-Key": str(uuid.uuid4())},
            )
            answer.raise_for_status()
    return await _until(stack, "live")


async def _until(stack: Stack, condition: str) -> list[str]:
    """The sampled incidents, once all of them fulfil a condition and have a deadline."""
    connection = await asyncpg.connect(address(stack.postgres(), "routing_village"))
    try:
        async with asyncio.timeout(60):
            while True:
                rows = await connection.fetch(
                    f"select incident_id from incident join deadline using (incident_id) where {condition} order by 1"
                )
                if len(rows) == SAMPLES:
                    return [row["incident_id"] for row in rows]
                await asyncio.sleep(0.5)
    finally:
        await connection.close()


async def copies(postgres: str, ids: list[str], numbers: range, due: Due) -> None:
    """Writes numbered copies of open incidents of the village in all four databases."""
    await asyncio.gather(
        *(seed.copy(postgres, f"{name}_village", ids, numbers, _TABLES) for name in seed.STATEMENTS)
    )
    connection = await asyncpg.connect(address(postgres, "routing_village"))
    try:
        async with connection.transaction():
            for statement in (_INCIDENTS, _DEADLINES):
                await connection.execute(
                    statement, ids, numbers.start, numbers.stop - 1, due.first, due.apart
                )
    finally:
        await connection.close()
