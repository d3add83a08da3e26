"""Each matter through the books of all services: reported once, owned by one tier, revisited as its state says."""

import json
from collections import defaultdict
from collections.abc import Sequence

from cli.reconciling.books import Books, Rows
from cli.reconciling.delivery import MOST, Found, Keys
from cli.reconciling.findings import Suspicion
from cli.reconciling.judged import Held, Seen, fits, one_owner, owners, told
from messaging.database import Connection
from schemas.base import Tier

_HOLDER = """
    select incident_id, status, owner, (state::json ->> 'attempt')::int as attempt, updated_at from incident
    where incident_id {which} order by incident_id {more}
"""
_HOLDERS = _HOLDER.format(which="= any($1::text[])", more="")
_REVISITS = """
    select incident_id, state, updated_at from revisit where incident_id = any($1::text[])
"""
_REPORTS = "select incident_id from report where incident_id {which} order by incident_id {more}"


async def owned(books: Books, tier: Tier, keys: Keys) -> Found:
    """Incidents this tier knows: exactly one owner, one report, and the revisit its state asks for."""
    found = Found()
    if not books.has(tier, "routing"):
        return found
    async for rows in books.keyed((tier, "routing"), _HOLDER, [], keys):
        ids = [row["incident_id"] for row in rows]
        holders = await _holders(books, ids)
        lower = set(books.house.of("routing")[: books.house.of("routing").index(tier)])
        ours = [
            one for one in ids if not lower & holders[one].keys()
        ]  # others were judged with the lower tier
        revisits, reports = await _revisits(books, ours), await _reports(books, ours)
        for incident in ours:
            found += _judged(incident, holders[incident], revisits[incident], reports[incident])
        if len(found) >= MOST:
            break
    return found


def _judged(incident: str, holders: dict[Tier, Held], revisits: dict[Tier, Seen], reports: int) -> Found:
    if reports != 1:
        return [Suspicion("unreported", "intake", incident, f"{reports} reports")]
    if not one_owner(holders):
        return [Suspicion("owner", "routing", incident, told(holders))]
    [owner] = owners(holders)
    if fits(owner, holders[owner], revisits):
        return []
    seen = ", ".join(
        f"{tier} {one.status}/{one.attempt} {one.outcome} {one.changed}" for tier, one in revisits.items()
    )
    where = f"{owner}-followup"
    return [Suspicion("revisit", where, incident, f"{told(holders)}; revisit {seen or 'none'}")]


async def _holders(books: Books, ids: Sequence[str]) -> dict[str, dict[Tier, Held]]:
    found: dict[str, dict[Tier, Held]] = defaultdict(dict)
    for tier in books.house.of("routing"):
        for row in await books.of(tier, "routing").fetch(_HOLDERS, list(ids)):
            state = Held(row["status"], row["owner"], row["attempt"], _moment(row["updated_at"]))
            found[row["incident_id"]][tier] = state
    return found


async def _revisits(books: Books, ids: Sequence[str]) -> dict[str, dict[Tier, Seen]]:
    found: dict[str, dict[Tier, Seen]] = defaultdict(dict)
    for tier in books.house.of("followup"):
        for row in await books.of(tier, "followup").fetch(_REVISITS, list(ids)):
            state = json.loads(row["state"])
            seen = Seen(
                state["attempt"], state["status"], state["outcome"], state.get("round", 1), _moment(row["updated_at"])
            )  # fmt: skip
            found[row["incident_id"]][tier] = seen
    return found


async def _reports(books: Books, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for tier in books.house.of("intake"):
        statement = "select incident_id from report where incident_id = any($1::text[])"
        for row in await books.of(tier, "intake").fetch(statement, list(ids)):
            found[row["incident_id"]] += 1
    return found


def _moment(moment: object) -> str:
    return f"{moment:%H:%M:%S.%f}"


async def reported(books: Books, tier: Tier, keys: Keys) -> Found:
    """Reports of this tier: each was said, and once that was applied there is an incident."""
    found = Found()
    if not books.has(tier, "intake"):
        return found
    topic, connection = f"{tier}.intake", books.of(tier, "intake")
    async for rows in books.keyed((tier, "intake"), _REPORTS, [], keys):
        ids = [row["incident_id"] for row in rows]
        said = await _known(connection, "sequence", topic, ids)
        found += [Suspicion("report-unsaid", f"{tier}-intake", one, "") for one in ids if one not in said]
        if books.has(tier, "routing"):
            routing = books.of(tier, "routing")
            applied = await _known(routing, "guard", topic, ids)
            there = {row[0] for row in await routing.fetch(_THERE, list(ids))}
            missing = [one for one in ids if one in applied and one not in there]
            found += [Suspicion("report-unopened", f"{tier}-routing", one, "") for one in missing]
        if len(found) >= MOST:
            break
    return found


_THERE = "select incident_id from incident where incident_id = any($1::text[])"


async def _known(connection: Connection, table: str, topic: str, ids: Sequence[str]) -> set[str]:
    statement = f"select key from {table} where topic = $1 and key = any($2::text[]) and last_seq > 0"  # noqa: S608 - ours
    rows: Rows = await connection.fetch(statement, topic, list(ids))
    return {row["key"] for row in rows}
