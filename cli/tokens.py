"""``fengqiao dev-token | sender-key``: to be let in at a local stack, and to let a small sender in at a house."""

import json
from pathlib import Path

import click

from cli.stack import data_option
from deploy.local.issuer import DevelopmentIssuer
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from doors.caller import ROLES, Role
from doors.identity import senders
from doors.identity.claims import AREA
from schemas.base import TIERS, Tier


def _area(_: click.Context, __: click.Parameter, given: str) -> str:
    if not AREA.fullmatch(given):
        raise click.BadParameter("must have 6 digits for a county, 9 for a town, 12 for a village")
    return given


_roles = click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES),
    multiple=True,
    required=True,
    help="What they are; repeatable.",
)
_of_area = click.option("--area", required=True, callback=_area, help="Whose: theirs with all below it.")
_at_tier = click.option("--tier", type=click.Choice(TIERS), help="Where they work, if not the area's tier.")


@click.command("dev-token")
@data_option
@_roles
@_of_area
@_at_tier
@click.option(
    "--minutes", type=click.IntRange(1, 1440), default=60, show_default=True, help="How long it lasts."
)
def dev_token(data: Path, roles: tuple[Role, ...], area: str, tier: Tier | None, minutes: int) -> None:
    """Print a token for a local stack that was started with `fengqiao up --sign-in`; no other house believes it."""
    stack = Stack(data)
    if not stack.running():
        raise StackError(f"{data} does not run; tokens are for a local stack: fengqiao up --sign-in")
    if not stack.signs_in:
        raise StackError(f"{data} runs without sign-in, so that nobody needs a token there")
    click.echo(DevelopmentIssuer(stack.data).token(roles, area, tier, minutes * 60))


@click.command("sender-key")
@click.argument("sender")
@_roles
@_of_area
@_at_tier
def sender_key(sender: str, roles: tuple[Role, ...], area: str, tier: Tier | None) -> None:
    """Make a key for SENDER: on the first line the key, to be given to it; on the second the line for SENDER_KEYS_FILE.

    The key is kept nowhere and cannot be shown again.
    """
    key, digest = senders.fresh(sender)
    line = {"id": sender, "sha256": digest, "area": area, "roles": roles} | ({"tier": tier} if tier else {})
    try:
        senders.read(json.dumps([line]))
    except ValueError as error:
        raise StackError(f"{sender}: letters a-z, digits and hyphens, 40 at most: {error}") from None
    click.echo(key)
    click.echo(json.dumps(line))


COMMANDS = (dev_token, sender_key)
