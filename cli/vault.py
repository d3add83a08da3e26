"""``fengqiao vault``: which keys personal data is under, and how it comes under another."""

import base64
import os
from collections.abc import Mapping
from pathlib import Path

import click

from cli.databases import opened, run
from cli.erase import operator
from cli.stack import say
from cli.vaults import At, the_vault, vault_options, vaults
from deploy.local import private_file
from deploy.local.plan import StackError
from messaging.database import Connection
from schemas import codes
from services.intake import keys_store, letters_store
from services.intake.audit import Accountable
from services.intake.envelope import KEY_BYTES, Ring, key_id
from services.intake.erasing import waiting
from services.intake.keys_store import Under
from services.intake.letters import SealedLetters
from services.intake.reading import Question, Reader, Told
from services.intake.rotation import Done, Rotation
from services.intake.settings import ring_of
from services.intake.unlocking import Unlocking

OPEN = REFUSED = 1
"""Exit codes: something is under a key that is not the current one; what was asked for was not given."""


@click.group()
def vault() -> None:
    """保密库: the keys of personal data."""


@vault.command(name="keys")
@vault_options
def show_keys(data: Path, dsn: str | None, tier: str | None, key_file: Path | None) -> None:
    """What is under which key, and which key may be removed from the ring.

    Exit code 0: all is under the current key. 1: something is not; `fengqiao vault rotate`, or put the key back.
    """
    good = [run(_counted(one)) for one in vaults(data, dsn, tier, key_file)]
    raise SystemExit(0 if all(good) else OPEN)


async def _counted(at: At) -> bool:
    async with opened(at.place) as database, database.connection() as connection:
        under, erased = await _under(at, connection), await waiting(connection)
    good = _told(at, under)
    for name, number in erased.items():
        say(
            f"{at.place.name} {name}: 已删除 {number:,} erased, final once this key and all before it are destroyed"
        )
    return good


async def _under(at: At, connection: Connection) -> dict[str, Under]:
    """What is under each key, sealed dead letters as well."""
    found = await keys_store.under(connection)
    letters = await letters_store.under(connection, SealedLetters(at.vault).under)
    return found | {
        name: found.get(name, Under(0, 0, 0))._replace(letters=one) for name, one in letters.items()
    }


def told_of(where: str, ring: Ring, under: Mapping[str, Under]) -> tuple[list[str], bool]:
    """A line for each key, and whether everything is as it should be: under a data key, and that under the current."""
    lines = []
    for name in (*ring.keys, *sorted({*under} - {*ring.keys})):
        here = under.get(name, Under(0, 0, 0))
        which = (
            "当前 current" if name == ring.current else "旧 older" if name in ring.keys else "缺失 MISSING"
        )
        counts = (
            f"{here.data_keys:,} data keys, {here.house_keys} house keys, {here.letters:,} sealed dead letters,"
            f" {here.rows:,} rows directly"
        )
        lines.append(f"{where} {name} {which}: {counts}{_advice(name in ring.older, here)}")
    return lines, all(name == ring.current and not one.rows for name, one in under.items() if one.all)


def _told(at: At, under: Mapping[str, Under]) -> bool:
    lines, good = told_of(at.place.name, at.vault.ring, under)
    for line in lines:
        say(line)
    return good


def _advice(older: bool, here: Under) -> str:  # noqa: FBT001 - a fact, not a switch
    if not older:
        return ""
    return " → fengqiao vault rotate" if here.all else " → 可移除 may be removed from the ring"


@vault.command()
@vault_options
@click.option(
    "--at-once", type=click.IntRange(1, 5000), default=500, show_default=True, help="Rows in a transaction."
)
def rotate(data: Path, dsn: str | None, tier: str | None, key_file: Path | None, at_once: int) -> None:
    """Bring everything under the ring's current key, while services run; stopped, it goes on where it was.

    Exit code 0: older keys may be removed. 1: something could not be opened, or is under a key that is not at hand.
    """
    good = [run(_rotated(one, at_once)) for one in vaults(data, dsn, tier, key_file)]
    raise SystemExit(0 if all(good) else OPEN)


async def _rotated(at: At, at_once: int) -> bool:
    def progress(done: Done) -> None:
        click.echo(f"{at.place.name}: {_sum(done)}", err=True)

    async with opened(at.place) as database:
        done = await Rotation(database, at.vault, progress, at_once).run()
        async with database.connection() as connection:
            under = await _under(at, connection)
    say(f"{at.place.name}: 已完成 done: {_sum(done)}")
    for one in sorted(done.broken):
        say(f"{at.place.name}: 无法解开 cannot be opened: {one}")
    return _told(at, under) and not done.broken


def _sum(done: Done) -> str:
    return f"{done.keys:,} data keys, {done.rows:,} rows, {done.letters:,} dead letters, {done.digests:,} digests"


@vault.command(name="new-key")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def new_key(file: Path) -> None:
    """Make a key by chance and put it before the others in FILE, which is made where there is none.

    From their next start on, services wrap with it; those behind it still unwrap.
    """
    try:
        older = ring_of(file.read_bytes()) if file.exists() else ()
        ring = (os.urandom(KEY_BYTES), *older)
        private_file.write(file, b"".join(base64.b64encode(one) + b"\n" for one in ring))
    except (OSError, ValueError) as error:
        raise StackError(f"{file}: {error}") from None
    say(f"{file}: {key_id(ring[0])} 当前 current, {len(older)} 旧 older")


@vault.command()
@click.argument("incident")
@click.option(
    "--field",
    "fields",
    multiple=True,
    required=True,
    help="telephone, or p1.telephone; several by repeating.",
)
@click.option("--purpose", required=True, help="A code of the list access-purpose, such as contact.")
@click.option("--clear", is_flag=True, help="The whole, not masked.")
@vault_options
def show(
    incident: str, fields: tuple[str, ...], purpose: str, data: Path, dsn: str | None, tier: str | None,
    key_file: Path | None, *, clear: bool,
) -> None:  # fmt: skip
    """Personal data of INCIDENT: the fields asked for, masked, for a purpose that needs them. Audited, refused or not.

    Exit code 1: it was not granted, or there is nothing; why, it says.
    """
    at = the_vault(data, dsn, tier, key_file)
    told = run(_asked(at, Question(incident, fields, purpose, clear), Accountable(operator(), "cli")))
    for name, said in told.values.items():
        say(f"{name}: {escaped(said)}")
    if not told.values:
        say(f"未提供 not given: {told.outcome}")
        raise SystemExit(REFUSED)


def escaped(said: str) -> str:
    """What somebody told, without anything a terminal would obey: as an escape."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in said)


async def _asked(at: At, question: Question, who: Accountable) -> Told:
    async with opened(at.place) as database:
        async with database.connection() as connection:
            await Unlocking(at.vault).house(connection)
        async with database.transaction() as tx:
            told = await Reader(at.vault, codes.load()).ask(tx, question, who)
    return told


COMMANDS = (vault,)
