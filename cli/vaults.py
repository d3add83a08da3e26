"""Which vaults a command is about: the database of an intake, and the ring of keys that opens it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from cli.databases import Place, chosen
from cli.doctoring.files import of_service
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from messaging.settings import settings_of
from schemas.base import TIERS
from services.intake.settings import Settings, ring_of
from services.intake.vault import Vault


@dataclass(frozen=True, slots=True)
class At:
    """One intake's database and its vault."""

    place: Place
    vault: Vault


def vaults(data: Path, dsn: str | None, tier: str | None, key_file: Path | None) -> list[At]:
    """In a pod of intake its own; else those of the local stack, or the one named. Raises `StackError`."""
    try:
        whose = of_service(os.environ)
        if dsn is None and key_file is None and whose is not None and whose[1] == "intake":
            settings = settings_of(Settings, "intake")
            return [At(Place("-".join(whose), settings.dsn()), Vault(*settings.keys()))]
        if dsn is not None and key_file is None:
            raise StackError("name the ring of that database's keys: --key-file")
        ring = ring_of((key_file or Stack(data).vault_key_file).read_bytes())
    except OSError as error:
        raise StackError(f"the vault's keys cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise StackError(str(error)) from None
    return [At(place, Vault(*ring)) for place in chosen(data, dsn, "intake", tier)]


def the_vault(data: Path, dsn: str | None, tier: str | None, key_file: Path | None) -> At:
    """The one vault that is meant; a usage error when several would do."""
    found = vaults(data, dsn, tier, key_file)
    if len(found) > 1:
        raise click.UsageError("whose vault? name --tier, or --dsn and --key-file")
    return found[0]


def vault_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which a vault is chosen."""
    options = (
        click.option(
            "--data", type=click.Path(path_type=Path, file_okay=False), default=Path(".fengqiao"),
            show_default=True, help="Folder of the local stack.",
        ),
        click.option(
            "--dsn", envvar="FENGQIAO_DSN",
            help="An intake's database, instead of the local stack's; unseen by other accounts in FENGQIAO_DSN, or in a"
            " variable such as FENGQIAO_DSN_VILLAGE_INTAKE.",
        ),
        click.option("--tier", type=click.Choice(TIERS)),
        click.option(
            "--key-file", type=click.Path(path_type=Path, dir_okay=False),
            help="The ring of keys, as INTAKE_VAULT_KEY_FILE names it.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command
