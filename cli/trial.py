"""``fengqiao policy try``: recorded incidents through a draft: what would have gone differently; changes nothing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from cli.checks import policy
from cli.databases import Place, chosen, connected, database_options, run
from cli.files import FOLDER, code_lists, codes_option
from cli.trials.asked import Registries, Registry
from cli.trials.recorded import Record
from cli.trials.tally import Tally, told
from cli.trials.tried import try_one
from deploy.local.plan import PROJECT
from messaging.database import Connection, clock
from policy import load
from policy.model import Policy
from schemas.base import Tier
from services.routing import contacts_store, lines, store

PAGE = 500


@policy.command(name="try")
@click.argument("draft", type=click.Path(path_type=Path))
@database_options
@click.option(
    "--policies",
    type=FOLDER,
    default=PROJECT / "policy",
    help="The folder of the policies they were recorded under (default: the project's).",
)
@codes_option
@click.option("--area", help="Only this area and all below it.")
@click.option(
    "--limit", type=click.IntRange(1), default=10_000, show_default=True, help="The newest so many of a tier."
)
def try_draft(
    draft: Path,
    data: Path,
    dsn: str | None,
    service: str | None,
    tier: str | None,
    policies: Path,
    codes: Path | None,
    area: str | None,
    limit: int,
) -> None:
    """Replay recorded incidents through a DRAFT policy: what would have gone differently, before anyone is affected.

    Its clocks, and who is asked, called or reminded: whistles, sessions, referrals, assignment, supervision, revisits.
    People are taken to do the same at the same times. Triage and duplicates are not replayed, because the words of a
    report stay in the vault.
    """
    if service not in {None, "routing"}:
        raise click.UsageError("histories are routing's")
    lists = code_lists(codes)
    wanted = _judged(draft, lists)
    tally = run(_tried(chosen(data, dsn, "routing", tier), wanted, _known(policies, lists), (area, limit)))
    for line in told(tally, wanted.version):
        click.echo(line)


def _judged(draft: Path, lists: load.Codes) -> Policy:
    try:
        return load.policy(draft, lists)
    except load.Refused as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None


def _known(folder: Path, lists: load.Codes) -> dict[str, Policy]:
    """The policies of a folder by version; what is none is passed over, and missed only if it is needed."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            one = load.policy(path, named=lists)
        except load.Refused:
            continue
        found[one.version] = one
    return found


async def _tried(
    places: Sequence[Place], draft: Policy, known: dict[str, Policy], which: tuple[str | None, int]
) -> Tally:
    tally, registries = Tally(), await _registries(places)
    for place in places:
        async with connected(place) as connection:
            until = await clock(connection)
            async for record in _records(connection, *which):
                own = known.get(record.incident.policy)
                try_one(record, (own, draft), registries, until, tally)
    return tally


async def _registries(places: Sequence[Place]) -> Registries:
    """Who could be asked at each tier, ever; a database knows its tier by its incidents."""
    found = dict[Tier, Registry]()
    for place in places:
        async with connected(place) as connection:
            for one in await store.page(connection, store.Wanted(limit=1)):
                found[one.tier] = Registry.of(await contacts_store.everybody(connection))
    return found


async def _records(connection: Connection, area: str | None, limit: int) -> AsyncIterator[Record]:
    """The incidents that are at this tier now, newest first, with their histories; a page at a time."""
    wanted, given = store.Wanted(area=area, limit=PAGE), 0
    while given < limit:
        page = await store.page(connection, wanted)
        here = [one for one in page if one.status != "handed-over"][: limit - given]
        histories = await lines.written(connection, [one.incident_id for one in here])
        for one in here:
            if history := histories.get(one.incident_id):
                yield Record(one, history)
        given += len(here)
        if len(page) < PAGE:
            return
        wanted = replace(wanted, after=(page[-1].reported_at, page[-1].incident_id))


COMMANDS: tuple[click.Command, ...] = ()
"""None of its own: `try` is a part of `policy`."""
