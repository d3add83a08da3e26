"""SQL of the referral ledger: offers, answers and declarations, each statement for a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from doors.gate import yours
from messaging import rows
from messaging.database import Connection
from schemas.codes import bare
from schemas.declarations import EligibleRecorded
from services.intake.declarations import Standing
from services.intake.offers import Name, Offered, Told
from services.intake.reconciliation import Kept, state_of
from services.intake.referral_ledger import Counts

Period = tuple[str, str]
"""A source and a month."""
_OFFER = ("incident_id", "source", "number", "area", "month", "offered_at", "backfill")


async def taken(tx: Connection, names: Iterable[Name]) -> dict[Name, str]:
    """Which of these numbers name a matter already, and which; nobody else gives one of them out meanwhile.

    A matter that is not the caller's has no id here.
    """
    wanted = sorted(set(names))
    await _lock(tx, [f"offer {source} {number}" for source, number in wanted])
    rows = await tx.fetch(
        "select source, number, incident_id, area from taken_numbers($1, $2)",
        [source for source, _ in wanted],
        [number for _, number in wanted],
    )
    return {(row["source"], row["number"]): row["incident_id"] if yours(row["area"]) else "" for row in rows}


async def _lock(tx: Connection, names: Sequence[str]) -> None:
    """Until the transaction ends; in order, so that nobody waits in a circle."""
    await tx.execute(
        """
        select pg_advisory_xact_lock(hashtextextended(name, 0))
        from (select name from unnest($1::text[]) as name order by name) as ordered
        """,
        names,
    )


async def save_offers(tx: Connection, offers: Sequence[Offered]) -> None:
    """Writes new offers, whose numbers are not taken."""
    await rows.add(tx, "offer", _OFFER, [tuple(getattr(one, name) for name in _OFFER) for one in offers])


async def save_answers(tx: Connection, told: Sequence[Told]) -> None:
    """Notes what sources were answered, one line for each matter; those offered at other tiers are passed over."""
    await tx.execute(
        """
        update offer o set
            accepted = o.accepted or n.accepted,
            answer = case when n.number > o.answers then n.answer else o.answer end,
            answered_at = case when n.number > o.answers then n.at else o.answered_at end,
            answers = greatest(o.answers, n.number)
        from unnest($1::text[], $2::int[], $3::text[], $4::timestamptz[], $5::boolean[])
            as n (incident_id, number, answer, at, accepted)
        where o.incident_id = n.incident_id
        """,
        [one.incident_id for one in told],
        [one.order for one in told],
        [one.answer for one in told],
        [one.at for one in told],
        [one.accepted for one in told],
    )


async def standing(tx: Connection, periods: Iterable[Period]) -> dict[Period, dict[str, Standing]]:
    """What counts in each month of a source, by area; nobody else declares for one of them meanwhile."""
    wanted = sorted(set(periods))
    await _lock(tx, [f"eligible {source} {month}" for source, month in wanted])
    return await declared(tx, wanted)


async def declared(connection: Connection, periods: Sequence[Period]) -> dict[Period, dict[str, Standing]]:
    """The same, as it is now."""
    rows = await connection.fetch(
        """
        select distinct on (source, month, area) source, month, area, version, count from eligible
        join unnest($1::text[], $2::text[]) as given (source, month) using (source, month)
        order by source, month, area, version desc
        """,
        [source for source, _ in periods],
        [month for _, month in periods],
    )
    found: dict[Period, dict[str, Standing]] = {one: {} for one in periods}
    for row in rows:
        found[row["source"], row["month"]][row["area"]] = Standing(row["version"], row["count"])
    return found


async def save_declarations(tx: Connection, recorded: Sequence[EligibleRecorded], now: datetime) -> None:
    """Adds versions; none is ever changed."""
    await rows.add(
        tx,
        "eligible",
        (
            "source", "month", "area", "version", "count", "actor_role", "actor_ref", "declared_at", "recorded_at",
        ),
        [
            (
                bare(one.body), one.month, one.area, one.version, one.count, one.actor.role, one.actor.ref,
                one.occurred_at, now,
            )
            for one in recorded
        ],
    )  # fmt: skip


async def counts(
    connection: Connection, source: str, months: Sequence[str], area: str | None
) -> Mapping[str, Counts]:
    """What became of a source's offers, by month; an area takes its whole subtree."""
    rows = await connection.fetch(
        """
        select month, count(*) as offered, count(*) filter (where accepted) as accepted,
            count(*) filter (where accepted and answer <> 'returned') as diverted,
            count(*) filter (where answer = 'succeeded') as succeeded,
            count(*) filter (where answer = 'failed') as failed,
            count(*) filter (where answer = 'returned') as returned,
            count(*) filter (where answer is null) as waiting,
            count(*) filter (where answer in ('accepted', 'reopened')) as in_mediation,
            count(*) filter (where number is null) as unnumbered
        from offer
        where source = $1 and month = any($2::text[]) and ($3::text is null or area ^@ $3)
        group by month
        """,
        source,
        months,
        area,
    )
    return {row["month"]: Counts(**{name: row[name] for name in Counts.__slots__}) for row in rows}


async def kept(
    connection: Connection, source: str, month: str, numbers: Iterable[str], within: str | None = None
) -> list[Kept]:
    """A source's matters of a month, and those of any month with one of these numbers; within an area."""
    rows = await connection.fetch(
        """
        select incident_id, number, answer, month from offer
        where source = $1 and month = $2 and ($4::text is null or area ^@ $4)
        union
        select incident_id, number, answer, month from offer
        where source = $1 and number = any($3::text[]) and ($4::text is null or area ^@ $4)
        order by month, number, incident_id
        """,
        source,
        month,
        sorted(set(numbers)),
        within,
    )
    return [Kept(row["incident_id"], row["number"], state_of(row["answer"]), row["month"]) for row in rows]
