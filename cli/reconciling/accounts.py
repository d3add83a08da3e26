"""What one database says of an incident in several tables; each statement sees one moment, so it is exact at once."""

from datetime import datetime

from pydantic import TypeAdapter

from cli.houses import Whose
from cli.reconciling.books import Books, Rows
from cli.reconciling.delivery import Found, Keys
from cli.reconciling.findings import Suspicion
from messaging.database import Connection
from schemas.base import Tier
from services.followup.state import Revisit
from services.routing.incident import Incident

_INCIDENT, _REVISIT = TypeAdapter(Incident), TypeAdapter(Revisit)
_TIMELINES = """
    select g.key, g.topic, g.last_seq - passed.n as happened, told.n as told
    from guard g,
        lateral (select count(*) as n from timeline t where t.incident_id = g.key and t.topic = g.topic) told,
        lateral (select count(distinct seq) as n from dead_letter d where d.topic = g.topic and d.key = g.key
            and d.seq <= g.last_seq and d.status in ('discard', 'discarded')) passed
    where g.key = any($1::text[]) and split_part(g.topic, '.', 2) in ('routing', 'followup')
        and told.n <> g.last_seq - passed.n
"""
_HISTORIES = """
    select i.incident_id, i.told + counted.n as said, h.n as lines
    from incident i,
        lateral (select coalesce(sum(one::int), 0) as n from json_array_elements_text(i.state::json -> 'lines') one)
            counted,
        lateral (select count(*) as n, coalesce(max(number), 0) as last from history h
            where h.incident_id = i.incident_id) h
    where i.incident_id = any($1::text[]) and (h.n <> i.told + counted.n or h.last <> h.n)
"""
_VAULT = """
    select v.incident_id from vault v where v.incident_id = any($1::text[])
        and not exists (select from report r where r.incident_id = v.incident_id)
        and not exists (select from activity a where a.activity_id = v.incident_id)
        and not exists (select from item i where i.about = v.incident_id)
"""
_ROUTING_CLOCKS = """
    select i.incident_id, i.state, d.step, d.due_at from incident i left join deadline d using (incident_id)
    where i.incident_id = any($1::text[]) and (i.live or d.incident_id is not null)
"""
_FOLLOWUP_CLOCKS = """
    select r.incident_id, r.state, d.step, d.due_at from revisit r left join deadline d using (incident_id)
    where r.incident_id = any($1::text[])
"""
_STRAY = """
    select d.incident_id, d.step from deadline d
    where d.incident_id = any($1::text[]) and not exists (select from {0} i where i.incident_id = d.incident_id)
"""


async def _ids(connection: Connection, statement: str, rows: Rows) -> Rows:
    return await connection.fetch(statement, [row[0] for row in rows])


async def timelines(books: Books, tier: Tier) -> Found:
    """Each reporter's timeline has every event that was applied, and no other."""
    whose: Whose = (tier, "intake")
    found = Found()
    async for page in books.pages(whose, _page("report", "incident_id")):
        for key, topic, happened, told in await _ids(books.of(*whose), _TIMELINES, page):
            found.append(Suspicion("timeline", f"{tier}-intake", key, f"{topic}: {told} of {happened}"))
    return found


async def histories(books: Books, tier: Tier) -> Found:
    """Each history has as many lines as its incident says, numbered from 1."""
    whose: Whose = (tier, "routing")
    found = Found()
    async for page in books.pages(whose, _page("incident", "incident_id")):
        for incident, said, lines in await _ids(books.of(*whose), _HISTORIES, page):
            found.append(Suspicion("history", f"{tier}-routing", incident, f"{lines} lines of {said}"))
    return found


async def vault(books: Books, tier: Tier) -> Found:
    """Whatever is in the vault belongs to a report, or to what was recorded in the field."""
    whose: Whose = (tier, "intake")
    found = Found()
    async for page in books.pages(whose, _page("vault", "incident_id")):
        rows = await _ids(books.of(*whose), _VAULT, page)
        found += [Suspicion("vault", f"{tier}-intake", row[0], "") for row in rows]
    return found


async def clocks(books: Books, whose: Whose) -> Found:
    """Each deadline is the next one its state has; nothing else has one."""
    table = "incident" if whose[1] == "routing" else "revisit"
    statement = _ROUTING_CLOCKS if table == "incident" else _FOLLOWUP_CLOCKS
    found, where = Found(), "-".join(whose)
    async for page in books.pages(whose, _page(table, "incident_id")):
        for incident, state, step, due_at in await _ids(books.of(*whose), statement, page):
            following = _following(table, state)
            if following != (step, due_at):
                stands = f"{_said(step, due_at)}, its state says {_said(*following)}"
                found.append(Suspicion("deadline", where, incident, stands))
    async for page in books.pages(whose, _page("deadline", "incident_id")):
        for incident, step in await _ids(books.of(*whose), _STRAY.format(table), page):
            found.append(Suspicion("deadline", where, incident, f"{step} of nothing"))
    return found


def _following(table: str, state: str) -> tuple[str | None, datetime | None]:
    timer = (_INCIDENT if table == "incident" else _REVISIT).validate_json(state).next_due
    return (None, None) if timer is None else (timer.step, timer.due_at)


def _said(step: str | None, due_at: datetime | None) -> str:
    return "none" if due_at is None else f"{step} {due_at:%Y-%m-%dT%H:%M:%S%z}"


async def late(books: Books, whose: Whose, keys: Keys) -> Found:
    """Deadlines that passed some time ago; whoever fires them would have taken them out."""
    rows = await books.of(*whose).fetch(
        """
        select incident_id, step, due_at from deadline
        where due_at < now() - interval '1 minute' and ($1::text[] is null or incident_id = any($1)) limit 10000
        """,
        None if keys is None else list(keys),
    )
    return [Suspicion("deadline-late", "-".join(whose), one, _said(step, at)) for one, step, at in rows]


def _page(table: str, key: str) -> str:
    return f"select {key} from {table} where {key} > $1 order by {key} limit $2"  # noqa: S608 - names of ours
