"""``fengqiao simulate``: grid staff, centres, revisitors and other systems at work, over the public doors only."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from cli import show
from cli.acting import Play
from cli.centres import centres
from cli.county import DOORS, County
from cli.errands import errands
from cli.exits import Exits
from cli.knock import Knocker
from cli.partners import Bus
from cli.reporting import Reporting
from cli.stack import data_option, say
from cli.tally import Tally
from cli.visitors import visitors
from deploy.local.stack import Stack

RATE = 8.0
EVERY_S = 5.0
UNDER_WAY_S = 20.0
"""How long reports under way are waited for at the end."""

rate_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True, max=500),
    default=RATE,
    show_default=True,
    help="Reports a second, on average.",
)
seed_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--seed", default=620522, show_default=True, help="The same seed invents the same reports."
)


@click.command()
@data_option
@rate_option
@click.option("--seconds", type=click.FloatRange(min=0), help="How long (default: until Ctrl-C).")
@seed_option
@click.option("--doors", help=f"Pattern of the doors of a county elsewhere, such as {DOORS}.")
@click.option("--kafka", help="Bootstrap address of its Kafka; together with --doors.")
def simulate(
    data: Path, rate: float, seconds: float | None, seed: int, doors: str | None, kafka: str | None
) -> None:
    """Act as grid staff, centres, revisitors and other systems.

    Works on the running stack of a data folder, or on a county elsewhere, through its public doors. Started again, it
    goes on where the county stands.
    """
    if (doors is None) is not (kafka is None):
        raise click.UsageError("--doors and --kafka go together")
    county = County.at(doors, kafka) if doors and kafka else County.of(Stack(data))
    with Exits() as exits:
        tally = exits.run(_simulate(county, rate, seconds, (seed, exits)))
    for line in show.told(tally):
        say(line)


async def _simulate(county: County, rate: float, seconds: float | None, by: tuple[int, Exits]) -> Tally:
    seed, exits = by
    async with playing(county, seed) as play:
        stop = exits.closing()
        async with at_work(play):
            await until_stopped(Reporting(play).report(rate, stop), stop, seconds, lambda: _print(play))
        return play.tally


@asynccontextmanager
async def playing(county: County, seed: int) -> AsyncIterator[Play]:
    """A play at these doors; lets go of them at its end."""
    tally = Tally()
    knocker, bus = Knocker(tally), Bus(county.kafka)
    try:
        yield Play(county, await county.places(knocker), knocker, bus, tally, seed)
    finally:
        await knocker.aclose()
        await bus.aclose()


@asynccontextmanager
async def at_work(play: Play) -> AsyncIterator[None]:
    """All centres and revisitors work while the block runs; an error of theirs ends it."""
    async with asyncio.TaskGroup() as tasks:
        work = [
            tasks.create_task(one(tier))
            for tier in play.county.tiers
            for one in (centres(play), visitors(play), errands(play))
        ]
        yield
        for task in work:
            task.cancel()


async def until_stopped(
    reporting: Coroutine[Any, Any, None],
    stop: asyncio.Event,
    seconds: float | None,
    each: Callable[[], Awaitable[None]],
) -> None:
    """Lets reports come in until stopped or time is up, with a sign of life every few seconds."""
    async with asyncio.TaskGroup() as tasks:
        shown = tasks.create_task(_regularly(each))
        task = tasks.create_task(reporting)
        await asyncio.wait(
            {task, tasks.create_task(stop.wait())}, timeout=seconds, return_when=FIRST_COMPLETED
        )
        stop.set()
        await asyncio.wait({task}, timeout=UNDER_WAY_S)
        task.cancel()  # whoever still has no answer was promised nothing
        shown.cancel()


async def _regularly(each: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        await each()


async def _print(play: Play) -> None:
    tally = play.tally
    done = sum(tally.done.values())
    say(f"上报 reported {tally.reported} · 办理 done {done} · 重试 retried {tally.again}")


COMMANDS = (simulate,)
