"""Every SQL statement of routing; incidents travel in sets."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record, UniqueViolationError
from pydantic import TypeAdapter

from messaging import rows
from messaging.columns import texts
from messaging.database import Connection
from messaging.errors import LostRace
from services.routing import contacts_store, deadlines_store, derived_store, lines, listing_store
from services.routing.history import more
from services.routing.incident import Incident, Timer

LIVE = ("open", "accepted")
"""What somebody has to work on."""
BESIDE_MS = 200
_ADAPTER = TypeAdapter(Incident)
_ROWS = {"history"}
"""What is not part of the stored state, because it is rows of its own."""


async def load(tx: Connection, ids: Iterable[str]) -> dict[str, Incident]:
    """The incidents with these ids, locked in id order until the transaction ends."""
    return (await hold(tx, ids, frozenset()))[0]


async def hold(
    tx: Connection, ids: Iterable[str], unread: AbstractSet[str]
) -> tuple[dict[str, Incident], AbstractSet[str]]:
    """As `load`; of the `unread` it is only known then which of them there are: to read a state is what is dear."""
    rows = await tx.fetch(
        """
        select incident_id, state, told from incident where incident_id = any(texts($1))
        order by incident_id for update
        """,
        texts(sorted({*ids, *unread})),
    )
    there = {row["incident_id"]: row for row in rows}
    return {one: _incident(row) for one, row in there.items() if one not in unread}, there.keys() & unread


async def reach(tx: Connection, ids: Collection[str]) -> None:
    """Lets a door reach these until the transaction ends, wherever they lie: what is acted on is tied to them."""
    if ids:
        await tx.execute("select set_config('fengqiao.beside', $1, true)", ",".join(sorted(ids)))


async def load_beside(tx: Connection, ids: Iterable[str]) -> dict[str, Incident]:
    """Further incidents, locked although others are locked already: who finds one in other hands comes again later.

    Raises `Unavailable` then, rather than wait in a ring of those who wait for each other.
    """
    if not (wanted := sorted(set(ids))):
        return {}
    await tx.execute(f"set local lock_timeout = {BESIDE_MS}")
    found = await load(tx, wanted)
    await tx.execute("set local lock_timeout = 0")
    return found


def _incident(row: Record) -> Incident:
    incident = _ADAPTER.validate_json(row["state"])
    told = row["told"]
    return incident if not told else incident.changed(lines=more(incident.lines, incident.tier, told))


async def save(tx: Connection, incidents: Sequence[Incident], now: datetime) -> None:
    """Writes incidents and their deadlines, each with one statement. Raises `LostRace`."""
    states = {one.incident_id: _ADAPTER.dump_json(one, exclude=_ROWS).decode() for one in incidents}
    rows = await tx.fetch(
        """
        update incident i set area = n.area, category = n.category, severity = n.severity, status = n.status,
            live = n.status = any($9::text[]), owner = n.owner, state = n.state, updated_at = $8,
            proposed = n.proposed, told = 0
        from unnest(texts($1), texts($2), texts($3), texts($4), texts($5), texts($6), texts($7),
                texts($10)::boolean[]) as n (incident_id, area, category, severity, status, owner, state, proposed)
        where i.incident_id = n.incident_id returning i.incident_id
        """,
        texts(states),
        texts([one.area for one in incidents]),
        texts([one.category for one in incidents]),
        texts([one.severity for one in incidents]),
        texts([one.status for one in incidents]),
        texts([one.owner for one in incidents]),
        texts(states.values()),
        now,
        LIVE,
        texts([str(one.proposed) for one in incidents]),
    )
    known = {row["incident_id"] for row in rows}
    if new := [one for one in incidents if one.incident_id not in known]:
        await _insert(tx, new, states, now)
    await lines.append(tx, incidents)
    await deadlines_store.save(tx, incidents)
    await contacts_store.note_hands(tx, incidents)
    await listing_store.save(tx, incidents)
    await derived_store.save(tx, incidents)


async def _insert(tx: Connection, new: Sequence[Incident], states: Mapping[str, str], now: datetime) -> None:
    columns = (
        "incident_id", "area", "category", "channel", "severity", "status", "live", "owner", "reported_at", "state",
        "updated_at", "proposed",
    )  # fmt: skip
    records = [
        (
            one.incident_id, one.area, one.category, one.channel, one.severity, one.status, one.status in LIVE,
            one.owner, one.reported_at, states[one.incident_id], now, one.proposed,
        )
        for one in new
    ]  # fmt: skip
    try:
        await rows.add(tx, "incident", columns, records)
    except UniqueViolationError as error:
        raise LostRace("another consumer opened one of these") from error


async def due(tx: Connection, limit: int, only: str | None = None) -> list[tuple[Incident, Timer]]:
    """Incidents whose deadline has passed by the database clock, oldest first, locked; those in other hands wait."""
    rows = await tx.fetch(
        """
        select i.state, i.told, d.step, d.due_at from deadline d join incident i using (incident_id)
        where d.try_at <= now() and d.due_at <= now() and ($2::text is null or d.incident_id = $2)
        order by d.try_at limit $1 for update of i skip locked
        """,
        limit,
        only,
    )
    return [(_incident(row), Timer(row["due_at"], row["step"])) for row in rows]


async def provisional(tx: Connection, after: str, limit: int) -> list[Incident]:
    """Incidents one of whose times may still move, in id order after one of them, locked."""
    rows = await tx.fetch(
        """
        select i.state, i.told from deadline d join incident i using (incident_id)
        where d.provisional and d.incident_id > $1 order by d.incident_id limit $2 for update of i
        """,
        after,
        limit,
    )
    return [_incident(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of incidents: filters, and the last one of the page before."""

    area: str | None = None
    status: str | None = None
    severity: str | None = None
    category: str | None = None
    listed: bool | None = None
    leader: str | None = None
    assignee: str | None = None
    """Who has it in hand."""
    after: tuple[datetime, str] | None = None
    limit: int = 50
    proposed: bool | None = None
    """Only what may be a duplicate and was not looked at, or only the others."""


_CHOSEN = """
        where ($1::text is null or area ^@ $1) and ($2::text is null or status = $2)
            and (live or not $2 = any($8::text[]) or $2 is null)
            and ($3::text is null or severity = $3) and ($4::text is null or category = $4)
            and ($9::boolean is null or proposed = $9) and (proposed or $9 is not true)
            and ($5::timestamptz is null or (reported_at, incident_id) < ($5, $6))
            and ($10::text is null or incident_id in (select incident_id from assigned where reference = $10))
        """
_ORDER = "order by reported_at desc, incident_id desc limit $7"
_PAGE = f"select state, told from incident {_CHOSEN} {_ORDER}"  # noqa: S608 - constants
_UNLISTED = f"""
        select state, told from incident {_CHOSEN}
            and not exists (select from supervised s where s.incident_id = incident.incident_id and s.listed)
        {_ORDER}
        """  # noqa: S608 - constants
_LED = f"""
        select state, told from incident join supervised using (incident_id) {_CHOSEN}
            and ($11::boolean is null or listed = $11) and ($12::text is null or leader = $12)
        {_ORDER}
        """  # noqa: S608 - constants


async def page(connection: Connection, wanted: Wanted) -> list[Incident]:
    """Incidents newest first; a filter on area takes the whole subtree. Few are led, so those are asked for first."""
    query, led = _PAGE, tuple[bool | str | None, ...]()
    if wanted.listed or wanted.leader is not None:
        query, led = _LED, (wanted.listed, wanted.leader)
    elif wanted.listed is False:
        query = _UNLISTED
    rows = await connection.fetch(
        query,
        wanted.area,
        wanted.status,
        wanted.severity,
        wanted.category,
        wanted.after[0] if wanted.after else None,
        wanted.after[1] if wanted.after else None,
        wanted.limit,
        LIVE,
        wanted.proposed,
        wanted.assignee,
        *led,
    )
    return [_incident(row) for row in rows]


_ONE = "incident where incident_id = $1 and ($2::text is null or area ^@ $2)"


async def one(connection: Connection, incident_id: str, within: str | None = None) -> Incident | None:
    """One incident, without its history, or None; also None where it does not lie within an area."""
    row = await connection.fetchrow(f"select state, told from {_ONE}", incident_id, within)  # noqa: S608 - a constant
    return None if row is None else _incident(row)


async def holds(tx: Connection, incident_id: str, within: str | None) -> bool:
    """Whether an incident is here, and within an area."""
    return bool(await tx.fetchval(f"select exists (select from {_ONE})", incident_id, within))  # noqa: S608 - a constant


async def whole(connection: Connection, incident_id: str, within: str | None = None) -> Incident | None:
    """One incident with as many lines of its history as it had when it was read, or None."""
    incident = await one(connection, incident_id, within)
    if incident is None:
        return None
    found = (await lines.written(connection, [incident_id])).get(incident_id, ())
    return incident.changed(history=found[: sum(incident.lines)])
