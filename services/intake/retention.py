"""Retention: what was kept as long as the policy lets it be kept is erased, by the database's clock, some at a time."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.pace import pause
from policy.retention import RetentionRules
from services.intake import letters_store
from services.intake.audit import Accountable
from services.intake.erasing import Erasing, Order

log = logging.getLogger(__name__)

HOUR_S, AT_ONCE = 3600.0, 200
LETTERS_DAYS = 90
ORDER: Final = Order(Accountable("retention", "clock"), "erasure/1:retention")


@dataclass(frozen=True, slots=True)
class Retention:
    """Looks hourly; each batch is a transaction, and several processes share the work without meeting."""

    database: Database
    erasing: Erasing
    rules: RetentionRules
    letters_days: int = LETTERS_DAYS

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until stopped."""
        while not await pause(HOUR_S, stop):
            try:
                if erased := await self.once():
                    log.info("retention: personal data of %d matters was erased", erased)
                if given_up := await self.letters():
                    log.warning("retention: %d dead letters that nobody decided about are gone", given_up)
            except Unavailable as error:
                log.warning("retention waits: %s", error)

    async def letters(self) -> int:
        """Gives up sealed dead letters that nobody decided about in time; how many. Raises `Unavailable`."""
        async with self.database.transaction() as tx:
            return await letters_store.outlived(tx, self.letters_days, ORDER.who.ref)

    async def once(self, at_once: int = AT_ONCE) -> int:
        """Erases all that is due; returns of how many. Raises `Unavailable`."""
        if self.rules.shortest is None:
            return 0
        erased, after = 0, None
        while True:
            async with self.database.transaction() as tx:
                some = await due(tx, self.rules, at_once, after)
                if some:
                    await self.erasing.erase(tx, [*some], ORDER, await tx.fetchval("select now()"))
            erased += len(some)
            if len(some) < at_once:
                return erased
            after = max(some.values())


async def due(
    tx: Connection, rules: RetentionRules, limit: int, after: datetime | None = None
) -> dict[str, datetime]:
    """Some whose time is over, and since when they lie there, oldest first, locked; what somebody holds is passed over.

    Whatever is older than `after` was looked at in this round, and is not looked at for each batch again.
    A matter counts from its last closing, as long as it was not reopened since: at whichever tier that was.
    """
    exceptions = sorted(rules.categories.items())
    rows = await tx.fetch(
        """
        with rule as (select * from unnest($3::text[], $4::int[]) as r (category, months))
        select v.incident_id, v.recorded_at from vault v
        left join report r using (incident_id)
        left join activity a on a.activity_id = v.incident_id
        left join rule on rule.category = split_part(r.category, ':', 2)
        left join lateral (
            select type, recorded_at from timeline t
            where t.incident_id = r.incident_id and type in ('incident.closed.v1', 'incident.reopened.v1')
            order by recorded_at desc, seq desc limit 1
        ) last on true
        where v.recorded_at < now() - make_interval(months => $1)
            and v.recorded_at >= coalesce($7, '-infinity'::timestamptz) and case
            when r.incident_id is null then a.recorded_at < now() - make_interval(months => $5)
            else last.type = 'incident.closed.v1' and last.recorded_at < now() - make_interval(
                months => case when rule.category is null then $2 else rule.months end)
            end
        order by v.recorded_at limit $6 for update of v skip locked
        """,
        rules.shortest,
        rules.months,
        [name for name, _ in exceptions],
        [months for _, months in exceptions],
        rules.activities,
        limit,
        after,
    )
    return {row["incident_id"]: row["recorded_at"] for row in rows}
