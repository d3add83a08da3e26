"""``fengqiao erase``: makes personal data of incidents unreadable for ever, and says what remains."""

import getpass
from collections.abc import Mapping
from pathlib import Path

import click

from cli.databases import opened, run
from cli.stack import say
from cli.vaults import At, the_vault, vault_options
from schemas import codes
from schemas.base import TIERS, Tier
from services.intake.audit import Accountable
from services.intake.erasing import Erasing, Order, Outcome, waiting
from services.intake.unlocking import Unlocking

UNKNOWN = 1
"""Exit code: one of them is not known here; the others were erased."""
SAID: Mapping[Outcome, str] = {
    "erased": "已删除 erased",
    "erased before": "早已删除 erased before",
    "nothing personal": "本无个人信息 nothing personal is here",
    "unknown": "本级没有 not known here",
}


def operator() -> str:
    """Who sits at the command line."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def tier_of(at: At, tier: str | None) -> Tier:
    """Whose vault it is. Raises a usage error where nothing says so."""
    named = tier or at.place.name.partition("-")[0]
    for one in TIERS:
        if one == named:
            return one
    raise click.UsageError("whose vault? name --tier")


@click.command()
@click.argument("incidents", nargs=-1, required=True)
@click.option("--reason", required=True, help="A code of the list erasure, such as subject-request.")
@vault_options
def erase(
    incidents: tuple[str, ...], reason: str, data: Path, dsn: str | None, tier: str | None, key_file: Path | None
) -> None:  # fmt: skip
    """Destroy the keys of the personal data of INCIDENTS (or activities), publish and audit it; cannot be undone.

    Asked again, it says so and does nothing more. Exit code 1: one of them is not known at this tier.
    """
    try:
        erased_for = codes.resolve(codes.load(), "erasure", reason)
    except codes.UnknownCode as error:
        raise click.UsageError(str(error)) from None
    at = the_vault(data, dsn, tier, key_file)
    order = Order(Accountable(operator(), "cli"), erased_for)
    outcomes, kept = run(_erased(at, tier_of(at, tier), incidents, order))
    for one, outcome in outcomes.items():
        say(f"{one}: {SAID[outcome]}")
    _remains(kept)
    raise SystemExit(UNKNOWN if "unknown" in outcomes.values() else 0)


async def _erased(
    at: At, tier: Tier, incidents: tuple[str, ...], order: Order
) -> tuple[dict[str, Outcome], dict[str, int]]:
    async with opened(at.place) as database:
        async with database.connection() as connection:
            await Unlocking(at.vault).house(connection)
        async with database.transaction() as tx:
            now = await tx.fetchval("select now()")
            outcomes = await Erasing(tier, at.vault).erase(tx, incidents, order, now)
        async with database.connection() as connection:
            return outcomes, await waiting(connection)


def _remains(kept: Mapping[str, int]) -> None:
    say("仍保留 what remains: 不含个人信息的事项本身 the matter without anybody in it, in all services;")
    say(
        "    其他事项未处理的封存死信 sealed dead letters about other matters, until somebody decides or in their time:"
    )
    say("    they may name anybody, see fengqiao dead-letters list, and redrive or discard them;")
    for name, number in kept.items():
        say(
            f"    备份中的密文 copies in backups, logs and standbys: {number:,} erasures are final once the key {name}"
            " and all before it are destroyed: fengqiao vault rotate, docs/operate/vault.md"
        )


COMMANDS = (erase,)
