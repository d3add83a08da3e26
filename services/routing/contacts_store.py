"""Every SQL statement on contacts and on who has what in hand; each serves a whole file or a whole batch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from asyncpg import Record

from messaging.database import Connection
from services.routing.incident import Incident
from services.routing.manning import Need
from services.routing.registry import Entry
from services.routing.roster import Contact, Roster, around

_ENTRY = "reference, kind, role, area, valid_from, valid_until, capacity, name"


async def beside(tx: Connection, given: Collection[Entry]) -> list[Entry]:
    """All entries of the areas and of the references that some entries name; nobody else changes any meanwhile."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('contacts', 0))")
    rows = await tx.fetch(
        f"select {_ENTRY} from known_contacts($1, $2)",  # noqa: S608 - columns
        list({one.area for one in given}),
        list({one.reference for one in given}),
    )
    return [_entry(row) for row in rows]


async def write(tx: Connection, entries: Sequence[Entry], now: datetime) -> None:
    """Writes entries that are new or corrected."""
    await tx.execute(
        f"""
        insert into contact as c ({_ENTRY}, changed_at)
        select *, $9 from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::int[],
            $8::text[])
        on conflict (reference, role, area, valid_from) do update
        set kind = excluded.kind, valid_until = excluded.valid_until, capacity = excluded.capacity,
            name = excluded.name, changed_at = excluded.changed_at
        """,  # noqa: S608 - a list of columns, nothing from outside
        [one.reference for one in entries],
        [one.kind for one in entries],
        [one.role for one in entries],
        [one.area for one in entries],
        [one.valid_from for one in entries],
        [one.valid_until for one in entries],
        [one.capacity for one in entries],
        [one.name for one in entries],
        now,
    )


async def roster(tx: Connection, need: Need, on: date) -> Roster:
    """Whom some decisions may have to know, valid on a day, with what each has in hand.

    Where somebody may be asked, transactions of this tier take turns from here to their end: each sees what those
    before it gave to whom.
    """
    if need.areas:
        await tx.execute("select pg_advisory_xact_lock(hashtextextended('assignment', 0))")
    rows = await tx.fetch(
        """
        select reference, kind, role, area, capacity from known_contacts($2, $4)
        where valid_from <= $1 and (valid_until is null or valid_until >= $1)
            and (area = any($2::text[]) and split_part(role, ':', 2) = any($3::text[]) or reference = any($4::text[]))
        """,
        on,
        list({code for area in need.areas for code in around(area)}),
        list(need.roles),
        list(need.references),
    )
    contacts = [Contact(*row) for row in rows]
    return Roster(contacts, await _in_hand(tx, {one.reference for one in contacts}) if need.areas else {})


async def _in_hand(tx: Connection, references: Collection[str]) -> dict[str, int]:
    rows = await tx.fetch("select reference, number from in_hand($1)", list(references))
    return dict(map(tuple, rows))


async def everybody(connection: Connection) -> list[Entry]:
    """The whole registry of a tier, past and coming entries too; a county's has some thousands."""
    rows = await connection.fetch(f"select {_ENTRY} from contact order by id")  # noqa: S608 - a list of columns
    return [_entry(row) for row in rows]


async def note_hands(tx: Connection, incidents: Sequence[Incident]) -> None:
    """Keeps who has which open incident in hand; costs nothing where nobody was named."""
    named = [one for one in incidents if one.assignee is not None or one.assignment is not None]
    held = [(one.incident_id, reference) for one in named if (reference := one.in_hand_of) is not None]
    if held:
        await tx.execute(
            """
            insert into assigned as a (incident_id, reference) select * from unnest($1::text[], $2::text[])
            on conflict (incident_id) do update set reference = excluded.reference
            where a.reference <> excluded.reference
            """,
            [incident_id for incident_id, _ in held],
            [reference for _, reference in held],
        )
    if len(held) < len(named):
        done = [one.incident_id for one in named if one.in_hand_of is None]
        await tx.execute("delete from assigned where incident_id = any($1::text[])", done)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of contacts: those valid on a day, of an area with what it lies in and all in it, after an entry."""

    on: date
    area: str | None = None
    around: tuple[str, ...] = ()
    """The areas it lies in: who is there for them is there for it too."""
    role: str | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with its place in the list, and how many open matters its reference has in hand."""

    place: int
    entry: Entry
    in_hand: int


async def page(connection: Connection, wanted: Wanted) -> list[Listed]:
    """Contacts in the order in which they were entered."""
    rows = await connection.fetch(
        f"""
        with c as materialized (
            select * from contact
            where valid_from <= $1 and (valid_until is null or valid_until >= $1) and id > $5
                and ($2::text is null or area ^@ $2 or area = any($3::text[]))
                and ($4::text is null or role = $4)
            order by id limit $6
        )
        select id, {_ENTRY}, coalesce(number, 0) as in_hand
        from c left join in_hand(array(select reference from c)) as held using (reference) order by id
        """,  # noqa: S608 - a list of columns, nothing from outside
        wanted.on,
        wanted.area,
        list(wanted.around),
        wanted.role,
        wanted.after,
        wanted.limit,
    )
    return [Listed(row["id"], _entry(row), row["in_hand"]) for row in rows]


def _entry(row: Record) -> Entry:
    return Entry(**{name: row[name] for name in _ENTRY.split(", ")})
