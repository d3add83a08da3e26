"""``fengqiao policy try``: recorded incidents through a draft: what would have gone differently; changes nothing."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from cli.checks import policy
from cli.databases import Place, chosen, connected, database_options, run
from cli.trials.compared import Tally, differences
from cli.trials.lived import Living
from cli.trials.recorded import Record
from deploy.local.plan import PROJECT
from messaging.database import Connection, clock
from policy import load
from policy.model import Policy
from services.routing import lines, store

PAGE = 500


@policy.command(name="try")
@click.argument("draft", type=click.Path(path_type=Path))
@database_options
@click.option(
    "--policies", type=click.Path(path_type=Path, exists=True, file_okay=False), default=PROJECT / "policy",
    help="The folder of the policies they were recorded under (default: the project's).",
)  # fmt: skip
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
    area: str | None,
    limit: int,
) -> None:
    """Replay recorded incidents through a DRAFT policy: what would have gone differently, before anyone is affected.

    People are taken to do the same at the same times; whistles, sessions, assignments and listings by hand are not
    replayed, and neither is triage, because the words of a report stay in the vault.
    """
    if service not in {None, "routing"}:
        raise click.UsageError("histories are routing's")
    wanted = _judged(draft)
    tally = run(_tried(chosen(data, dsn, "routing", tier), wanted, _known(policies), (area, limit)))
    for line in told(tally, wanted.version):
        click.echo(line)


def _judged(draft: Path) -> Policy:
    try:
        return load.policy(draft)
    except load.Refused as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None


def _known(folder: Path) -> dict[str, Policy]:
    """The policies of a folder by version; what is none is passed over, and missed only if it is needed."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            one = load.policy(path)
        except load.Refused:
            continue
        found[one.version] = one
    return found


async def _tried(
    places: Sequence[Place], draft: Policy, known: dict[str, Policy], which: tuple[str | None, int]
) -> Tally:
    tally = Tally()
    for place in places:
        async with connected(place) as connection:
            until = await clock(connection)
            async for record in _records(connection, *which):
                _try(record, draft, known.get(record.incident.policy), until, tally)
    return tally


def _try(record: Record, draft: Policy, own: Policy | None, until: datetime, tally: Tally) -> None:
    if own is None:
        tally.no_policy += 1
        return
    before = Living(record, own).through(until)
    if tuple(before.lived) != record.lived:
        tally.other_record += 1
        return
    after = Living(record, draft).through(until)
    tally.note(record.incident.incident_id, list(differences(before, after)))


async def _records(connection: Connection, area: str | None, limit: int) -> AsyncIterator[Record]:
    """The incidents that are at this tier now, newest first, with their histories; a page at a time."""
    after: tuple[datetime, str] | None = None
    given = 0
    while given < limit:
        page = await store.page(connection, store.Wanted(area=area, after=after, limit=PAGE))
        here = [one for one in page if one.status != "handed-over"][: limit - given]
        histories = await lines.written(connection, [one.incident_id for one in here])
        for one in here:
            if history := histories.get(one.incident_id):
                yield Record(one, history)
        given += len(here)
        if len(page) < PAGE:
            return
        after = (page[-1].reported_at, page[-1].incident_id)


def told(tally: Tally, version: str) -> list[str]:
    """What the trial found, Chinese first."""
    compared = tally.same + tally.different
    counted = f"有变化 {tally.different} 件 differ, 无变化 {tally.same} 件 do not"
    found = [f"草案 draft {version}: 比较 {compared} 件 incidents compared, {counted}"]
    if tally.other_record:
        found.append(
            f"另有 {tally.other_record} 件按原规则重演与记录不符，未比较 "
            f"{tally.other_record} were not compared: their own policy does not replay to what is recorded"
        )
    if tally.no_policy:
        found.append(
            f"另有 {tally.no_policy} 件的规则版本不在本地，未比较 "
            f"{tally.no_policy} were not compared: their policy's version is not at hand"
        )
    for kind, count in sorted(tally.kinds.items(), key=lambda one: (-one[1], one[0])):
        zh, en = kind
        found.append(f"{zh} {en}: {count}")
        found += [f"    {incident}  {how}" for incident, how in tally.examples[kind]]
    return found


COMMANDS: tuple[click.Command, ...] = ()
"""None of its own: `try` is a part of `policy`."""
