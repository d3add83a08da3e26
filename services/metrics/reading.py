"""What an answer is made of, read from the database as of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from messaging.database import Connection, clock
from services.metrics import periods, stocks, store
from services.metrics.backlog import Waiting
from services.metrics.figures import Counts
from services.metrics.sums import merged


@dataclass(frozen=True, slots=True)
class Found:
    """What the database said, as of one moment."""

    groups: Mapping[str, Counts]
    before: Mapping[str, Counts]
    tiers: Mapping[str, tuple[datetime, float]]
    now: datetime
    waiting: Waiting | None = None
    """What is open by report day, where that was asked for."""


async def read(connection: Connection, wanted: store.Wanted, stocked: frozenset[str]) -> Found:
    """Everything in one snapshot: no tier may be more current than the cells that were added up."""
    await connection.execute("set transaction isolation level repeatable read, read only")
    now = await clock(connection)
    groups = await store.sums(connection, wanted)
    by_time = wanted.group_by in periods.KINDS
    within = {"": merged(groups.values())} if by_time else groups
    ungrouped = replace(wanted, group_by=None) if by_time else wanted
    before = await stocks.before(connection, ungrouped, within, stocked)
    return Found(groups, before, await store.tiers(connection), now)
