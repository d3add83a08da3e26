"""``fengqiao audit``: who asked for personal data, and whether what is written about it is what was written."""

import json
import re
from pathlib import Path

import click

from cli.databases import opened, run
from cli.stack import say
from cli.vaults import At, the_vault, vault_options
from services.intake import audit as log
from services.intake.chain import Broken, Head, Link, broken
from services.intake.unlocking import Unlocking
from services.intake.vault import AUDIT

BROKEN = 1
"""Exit code: the chain is not what was written."""
NOTED = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@click.group()
def audit() -> None:
    """查阅记录: every reading and erasing of personal data."""


@audit.command()
@vault_options
@click.option(
    "--head", help="An end that was noted before, as `verify` says it: the chain must go through it."
)
def verify(data: Path, dsn: str | None, tier: str | None, key_file: Path | None, head: str | None) -> None:
    """Walk the chain from its first entry, and say where it is broken first.

    Exit code 0: it is whole; the end is printed, note it elsewhere: only that shows later that the end was cut off
    together with its signature. 1: it is broken.
    """
    known = None if head is None else _noted(head)
    at = the_vault(data, dsn, tier, key_file)
    found, end = run(_walked(at, known))
    if found is not None:
        say(f"{at.place.name}: 第 {found.number} 条 entry {found.number}: {found.what}")
        raise SystemExit(BROKEN)
    say(f"{at.place.name}: 完整 whole, {end.number:,} entries; --head {end.number}:{end.hash.hex()}")


def _noted(text: str) -> Head:
    if (found := NOTED.fullmatch(text)) is None:
        raise click.UsageError("--head: NUMBER:HASH, as `fengqiao audit verify` says it")
    return Head(int(found[1]), bytes.fromhex(found[2]))


async def _walked(at: At, known: Head | None) -> tuple[Broken | None, Head]:
    async with opened(at.place) as database:
        async with database.connection() as connection:
            await Unlocking(at.vault).house(connection)
        async with database.transaction() as tx:
            await tx.execute("set transaction isolation level repeatable read, read only")
            end = await log.end(tx)
            links = [one async for one in log.walked(tx)]
    return broken(links, end, at.vault.house[AUDIT], known), end


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
