"""``fengqiao replay``: a service says again what it has said, for a broker that lost it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.databases import Place, connected, database_options, opened, run, the_one
from cli.stack import console, say
from messaging import outbox
from messaging.database import Connection
from schemas.base import Tier
from schemas.topics import TOPICS
from services.metrics import published_definitions, restatement_log, unpublished_store, unusual_log

STUCK_S = 30.0


@click.command()
@database_options
@click.option("--topic", help="Only this topic.")
@click.option("--key", help="Only this incident.")
@click.option(
    "--since",
    type=click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")),
    help="Only what was recorded since (UTC unless it names an offset).",
)
@click.option("--wait/--no-wait", default=True, show_default=True, help="Until everything is sent.")
def replay(
    data: Path,
    dsn: str | None,
    service: str | None,
    tier: str | None,
    topic: str | None,
    key: str | None,
    since: datetime | None,
    *,
    wait: bool,
) -> None:
    """Send a service's events of the last week again.

    Needed after a broker lost data. Harmless otherwise: whoever has an event drops its repetition.
    """
    if service is None or tier is None:
        raise click.UsageError("whose events? name --service and --tier")
    place = the_one(data, dsn, service, tier)
    chosen = _checked(topic, service, tier), key, None if since is None else _aware(since)
    if service == "metrics" and (key or since):
        raise click.UsageError("cells have neither key nor time to choose by: metrics publishes all again")
    count = run(_mark(place, chosen, cast("Tier", tier) if service == "metrics" else None))
    say(f"{count} {'cells' if service == 'metrics' else 'events'} of {tier}-{service} are to be sent again")
    if wait and count and not run(_sent(place)):
        raise click.ClickException(f"nothing is being sent for {STUCK_S:.0f} s: does {tier}-{service} run?")


def _checked(topic: str | None, service: str, tier: str) -> str | None:
    written = sorted(name for name, one in TOPICS.items() if (one.flow.writer, one.tier) == (service, tier))
    if topic is not None and topic not in written:
        raise click.UsageError(f"{tier}-{service} writes {', '.join(written)}, not {topic}")
    return topic


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _mark(
    place: Place, chosen: tuple[str | None, str | None, datetime | None], cells_of: Tier | None
) -> int:
    async with opened(place) as database, database.transaction() as tx:
        if cells_of is not None:
            await published_definitions.republish(tx)
            logs = await restatement_log.republish(tx, cells_of) + await unusual_log.republish(tx, cells_of)
            return await unpublished_store.republish(tx, cells_of) + logs
        return await outbox.replay(tx, *chosen)


async def _sent(place: Place) -> bool:
    """Whether everything was sent; False when nothing moves for a while."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with connected(place) as connection:
        left = await unsent(connection)
        loop, most = asyncio.get_running_loop(), left
        moved = loop.time()
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task("sending", total=most)
            while left and loop.time() - moved < STUCK_S:
                await asyncio.sleep(0.2)
                before, left = left, await unsent(connection)
                moved = loop.time() if left < before else moved
                most = max(most, left)
                progress.update(bar, total=most, completed=most - left)
    return left == 0


async def unsent(connection: Connection) -> int:
    """How many events, and cells and what restates them where there are any, wait to be sent."""
    count: int = await connection.fetchval("select count(*) from unsent")
    for queue in ("unpublished", "unpublished_restatement"):
        if await connection.fetchval("select to_regclass($1) is not null", queue):
            count += await connection.fetchval(f"select count(*) from {queue}")  # noqa: S608
    return count


COMMANDS = (replay,)
