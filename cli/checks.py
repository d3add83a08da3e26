"""``fengqiao policy check``, ``areas check``, ``definitions check``: files are judged before anything starts."""

from pathlib import Path

import click

from cli.files import code_lists, codes_option
from cli.stack import say
from policy import load
from services.metrics.catalogue import catalogue

file_argument = click.Path(path_type=Path)


@click.group()
def policy() -> None:
    """What a locality may change."""


@policy.command(name="check")
@click.argument("files", nargs=-1, required=True, type=file_argument)
@codes_option
def check_policies(files: tuple[Path, ...], codes: Path | None) -> None:
    """Judge policy files: all errors at once, each with its line; codes must stand in a list."""
    refused = False
    lists = code_lists(codes)
    good = []
    for file in files:
        try:
            found = load.policy(file, lists)
        except load.Refused as error:
            click.echo(str(error), err=True)
            refused = True
        else:
            say(f"{file}: good, {found.version}")
            good.append((file, found))
    try:
        load.by_version(good)
    except load.Refused as error:
        click.echo(str(error), err=True)
        refused = True
    raise SystemExit(1 if refused else 0)


@click.group()
def areas() -> None:
    """The registry of areas."""


@areas.command(name="check")
@click.argument("file", type=file_argument)
def check_areas(file: Path) -> None:
    """Judge an area registry: all errors at once, each with its line."""
    try:
        found = load.areas(file)
    except load.Refused as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
    tiers = [one.tier for one in found.values()]
    counted = ", ".join(f"{tiers.count(tier)} {tier}" for tier in ("county", "town", "village"))
    say(f"{file}: good, {counted}")


@click.group()
def definitions() -> None:
    """What published figures are."""


@definitions.command(name="check")
@click.argument("folder", type=file_argument)
def check_definitions(folder: Path) -> None:
    """Judge a locality's own definitions beside the product's: all errors at once, each with its line."""
    try:
        found = catalogue(folder)
    except load.Refused as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
    own = {path.stem for path in folder.iterdir()}
    for one in found.definitions:
        if one.key in own:
            say(f"{one.key}: good, {one.zh} = {one.formula}")


COMMANDS = (policy, areas, definitions)
