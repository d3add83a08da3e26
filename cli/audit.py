"""``fengqiao audit``: who asked for personal data, and whether what is written about it is what was written."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from cli import noted
from cli.databases import opened, run
from cli.noted import Notes
from cli.stack import say
from cli.vaults import At, the_vault, vault_options
from messaging.database import Connection
from services.intake import audit as log
from services.intake.chain import Broken, Head, Link, Walk
from services.intake.unlocking import Unlocking
from services.intake.vault import AUDIT

BROKEN = 1
"""Exit code: the chain is not what was written."""
NEVER = "此前未在本机核对 never seen from this machine before"


@click.group()
def audit() -> None:
    """查阅记录: every reading and erasing of personal data."""


@audit.command()
@vault_options
@click.option(
    "--head", help="One more end that was noted, as `verify` says it: the chain must go through it as well."
)
@click.option(
    "--notes",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="FENGQIAO_AUDIT_NOTES",
    help="Folder in which `verify` notes the end it saw, and looks the next time (default: audit in --data).",
)
def verify(
    data: Path, dsn: str | None, tier: str | None, key_file: Path | None, head: str | None, notes: Path | None
) -> None:  # fmt: skip
    """Walk the chain from its first entry, and say where it is broken first; it must go through the end seen last.

    Exit code 0: it is whole, as far as this machine has seen it before; the end is noted here and printed. 1: broken.
    """
    given = None if head is None else _given(head)
    at = the_vault(data, dsn, tier, key_file)
    found, end, seen = run(_walked(at, notes or data / "audit", given))
    if found is not None:
        say(f"{at.place.name}: 第 {found.number} 条 entry {found.number}: {found.what}")
        raise SystemExit(BROKEN)
    since = f"第 {seen.number} 条起已核对 through entry {seen.number} as noted" if seen else NEVER
    say(f"{at.place.name}: 完整 whole, {end.number:,} entries, {since}; --head {noted.written(end)}")


def _given(text: str) -> Head:
    if (found := noted.read(text)) is None:
        raise click.UsageError("--head: NUMBER:HASH, as `fengqiao audit verify` says it")
    return found


async def _walked(at: At, folder: Path, given: Head | None) -> tuple[Broken | None, Head, Head | None]:
    """Where it is broken, its end, and the latest of those it must go through; a good one is noted.

    What is given does not stand for what was noted here: else an older end would put the note back. Nor does an end
    that was seen before another walk noted a later one.
    """
    async with opened(at.place) as database:
        async with database.connection() as connection:
            await Unlocking(at.vault).house(connection)
        key = at.vault.house[AUDIT]
        notes = Notes(folder, at.place.name, key)
        known = [one for one in (given, notes.seen()) if one is not None]
        async with database.transaction() as tx:
            await tx.execute("set transaction isolation level repeatable read, read only")
            found, end = await _looked(tx, key, known)
    if found is None:
        try:
            notes.note(end)
        except OSError as error:  # a pod's disk may not be written to
            click.echo(
                f"本机未能记下 not noted here: {error.strerror}; keep the --head that is printed", err=True
            )
    return found, end, max(known, key=lambda one: one.number, default=None)


async def _looked(tx: Connection, key: bytes, known: Sequence[Head]) -> tuple[Broken | None, Head]:
    """An entry at a time: a chain may be longer than memory is large."""
    end, walk = await log.end(tx), Walk(known)
    async for one in log.walked(tx):
        if (found := walk.step(one)) is not None:
            return found, end
    return walk.ended(end, key), end


@audit.command(name="list")
@vault_options
@click.option("--incident", help="Only this one's.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="The newest.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_entries(
    data: Path, dsn: str | None, tier: str | None, key_file: Path | None, incident: str | None, limit: int,
    *, as_json: bool,
) -> None:  # fmt: skip
    """The entries, oldest first."""
    for one in run(_listed(the_vault(data, dsn, tier, key_file), incident, limit)):
        entry = json.loads(one.entry)
        if as_json:
            click.echo(json.dumps({"number": one.number} | entry, ensure_ascii=False))
        else:
            fields = " ".join(entry["fields"])
            say(
                f"{one.number} {entry['at']} {entry['who']} ({entry['door']}) {entry['act']} {entry['about']}"
            )
            say(f"    {entry['purpose']} · {entry['outcome']}{f' · {fields}' if fields else ''}")


async def _listed(at: At, incident: str | None, limit: int) -> list[Link]:
    async with opened(at.place) as database, database.connection() as connection:
        return await log.newest(connection, incident, limit)


COMMANDS = (audit,)
