"""``fengqiao reconcile``: what disagrees between stores, outboxes and topics, beside the running services."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import asyncpg
import click
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.broker import broker_options
from cli.files import FILE
from cli.houses import House, house
from cli.reconciling.findings import Finding
from cli.reconciling.looking import Scope
from cli.reconciling.looking import reconcile as look
from cli.reconciling.rules import RULES, mend
from cli.stack import data_option, say
from deploy.local.plan import StackError
from messaging.broker import Broker
from messaging.collector import patient
from messaging.errors import Unavailable
from schemas.base import TIERS, Tier

FOUND, BLIND = 1, 2
"""Exit codes: something disagrees; it could not be looked."""


@click.command()
@data_option
@click.option("--tier", type=click.Choice(TIERS), help="Only what this tier's databases can tell.")
@broker_options("Bootstrap address of another broker than the local stack's.")
@click.option("--policy", type=FILE, help="The policy the services run with: where a day begins.")
@click.option(
    "--patience", type=click.FloatRange(0, 3600), default=30.0, show_default=True,
    help="Seconds within which everything on its way must have arrived.",
)  # fmt: skip
@click.option("--whole", is_flag=True, help="Topics from their first record, not only of the last week.")
@click.option("--figures/--no-figures", default=True, show_default=True, help="Count the figures again.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def reconcile(
    data: Path, tier: Tier | None, kafka: Broker | None, policy: Path | None, patience: float,
    *, whole: bool, figures: bool, as_json: bool,
) -> None:  # fmt: skip
    """Compare all books with each other while everything runs on; print what disagrees, and what to do.

    Outside the local stack, FENGQIAO_DSN_VILLAGE_ROUTING and its like name the databases. Exit code 0: all is well,
    and nothing is printed. 1: something disagrees. 2: it could not be looked.
    """
    patient()
    try:
        scope = Scope(timedelta(seconds=patience), whole=whole, figures=figures)
        found = _looked(house(data, tier, kafka, policy), scope)
    except (StackError, Unavailable, KafkaError, asyncpg.PostgresError, OSError, TimeoutError) as error:
        click.echo(f"无法核对 cannot look: {error or type(error).__name__}", err=True)
        raise SystemExit(BLIND) from None
    if as_json:
        click.echo(as_machine(found))
    else:
        tell(found)
    raise SystemExit(FOUND if found else 0)


def _looked(wanted: House, scope: Scope) -> list[Finding]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} 行 rows"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("", total=None)

        def doing(name: str, number: int, of: int) -> None:
            bars.update(bar, description=f"{number}/{of} {name}")

        return asyncio.run(look(wanted, scope, doing, lambda rows: bars.advance(bar, rows)))


def tell(found: Sequence[Finding]) -> None:
    """Each finding in two lines and its examples; nothing when all is well."""
    for one in found:
        rule = RULES[one.rule]
        say(f"{one.where}: {rule.zh} {rule.en}: {one.count:,}")
        for example in one.examples:
            say(f"    {example}")
        if one.count > len(one.examples):
            say(f"    … {one.count - len(one.examples):,} more 其余")
        say(f"    下一步 next: {mend(one.rule, one.where)}")


def as_machine(found: Sequence[Finding]) -> str:
    """The findings as JSON: an empty list when all is well."""
    rows = [
        {
            "rule": one.rule, "where": one.where, "count": one.count, "examples": list(one.examples),
            "zh": RULES[one.rule].zh, "en": RULES[one.rule].en, "next": mend(one.rule, one.where),
        }
        for one in found
    ]  # fmt: skip
    return json.dumps({"findings": rows}, ensure_ascii=False, indent=2)


COMMANDS = (reconcile,)
