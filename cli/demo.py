"""``fengqiao demo``: a county at work, from nothing to the board and back, and a look at what was lost."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Group
from rich.live import Live

from cli import show
from cli.acting import Play
from cli.aside import set_aside
from cli.county import County
from cli.exits import Exits
from cli.proof import Missing, missing
from cli.reporting import Reporting
from cli.simulate import at_work, playing, rate_option, seed_option, until_stopped
from cli.stack import console, say
from deploy.local.plan import PROJECT, Plan, StackError
from deploy.local.stack import Stack

SECONDS = 120.0
READY_S = 180.0
DRAIN_S = 20.0
"""How long matters may take to finish after the last report."""
FIGURES_S = 30.0
MARK = "demo"
"""A file that says a data folder is ours to wipe."""


@click.command()
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    envvar="DEMO_SECONDS",
    help=f"How long. [default: until Ctrl-C at a terminal, {SECONDS:.0f} without one]",
)
@rate_option
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".fengqiao/demo"),
    show_default=True,
    help="Folder of the demonstration, wiped at its start.",
)
@seed_option
def demo(seconds: float | None, rate: float, data: Path, seed: int) -> None:
    """Show a county at work, with the board in your browser.

    Brings everything up in a fresh folder, lets reports come in, and ends with a table of what happened;
    then stops everything. The exit code is not 0 when anything was lost.
    """
    began = time.monotonic()
    if seconds is None and not (sys.stdin.isatty() and console.is_terminal):
        seconds = SECONDS
    stack = Stack(data, Plan(policy=PROJECT / "policy" / "demo.yaml"), say)
    with Exits() as exits, _standing(stack, exits):
        board = f"{stack.url('county-metrics')}/"
        _until_served(board)
        console.print(show.address(board, time.monotonic() - began))
        stack.wait_ready(READY_S)
        lost = exits.run(_perform(stack, Pace(seconds, rate, seed, began), exits))
    raise SystemExit(1 if lost.total else 0)


@contextmanager
def _standing(stack: Stack, exits: Exits) -> Iterator[None]:
    """A fresh stack while the block runs; stopped whichever way it ends."""
    _wipe(stack)
    try:
        stack.data.mkdir(parents=True, exist_ok=True)
        (stack.data / MARK).touch()
        stack.start()
        yield
    finally:
        exits.deaf()
        with suppress(OSError):  # a terminal that has gone must not keep us from stopping
            say("正在停止，请稍候 stopping everything, please wait")
        stack.stop()
        with suppress(OSError):
            say(f"已全部停止 everything stopped; logs and data are in {stack.data}")


def _wipe(stack: Stack) -> None:
    """Removes what an earlier demonstration left, running or not, and nothing else."""
    if stack.data.is_dir() and any(stack.data.iterdir()) and not (stack.data / MARK).exists():
        raise StackError(
            f"{stack.data} holds something else than a demonstration; choose another with --data"
        )
    stack.stop(wipe=True)


def _until_served(url: str) -> None:
    """Returns once the board can be opened; the services have what they need, so it takes seconds."""
    until = time.monotonic() + READY_S
    with httpx.Client() as client:  # one: to make it takes longer than to ask
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                if client.get(url).is_success:
                    return
            time.sleep(0.1)
    raise StackError(f"the board does not answer at {url}; see county-metrics.log")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long, how much, and which chance."""

    seconds: float | None
    rate: float
    seed: int
    began: float

    @property
    def elapsed(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self.began


async def _perform(stack: Stack, pace: Pace, exits: Exits) -> Missing:
    """Everything between the board's address and the end of the table."""
    stop = exits.closing()
    async with playing(County.of(stack), pace.seed) as play:
        async with at_work(play):
            first = asyncio.create_task(_first_figure(play, pace))
            await _live(play, pace, stop)
            first.cancel()
            say("不再上报，等候办结 no more reports; matters under way may finish")
            await _drained(play)
        figures = await _settled(play)
        say("逐件核对 looking up everything that was answered “accepted”")
        lost = await missing(play)
        _ending(play, figures, lost)
        if left := (await set_aside(stack.data)).told():
            say(f"注意 {left}")
    return lost


async def _first_figure(play: Play, pace: Pace) -> None:
    """Says when the first report can be seen in the figures."""
    received = 0
    while not received:
        await asyncio.sleep(0.1)
        received = (await play.county.figures(play.knocker))["counts"]["received"]
    say(f"首个数据 first figure on the board after {pace.elapsed:.0f} s")


async def _live(play: Play, pace: Pace, stop: asyncio.Event) -> None:
    """Reports come in, and the state of things is shown: in place at a terminal, as lines without one."""
    reporting, tiers = Reporting(play).report(pace.rate, stop), show.all_tiers(play.county.tiers)
    hint = "Ctrl-C 结束 ends" if pace.seconds is None else f"{pace.seconds:.0f} s"
    say(f"开始上报 reports come in, {pace.rate:g} a second; {hint}")
    if not console.is_terminal:

        async def lines() -> None:
            say(show.line(await play.county.figures(play.knocker), play.tally, pace.elapsed))

        await until_stopped(reporting, stop, pace.seconds, lines)
        return
    with Live(console=console, transient=True, refresh_per_second=2) as live:

        async def table() -> None:
            figures = await play.county.figures(play.knocker)
            live.update(Group(show.happened(figures, tiers), f"  {pace.elapsed:.0f} s · {hint}"))

        await until_stopped(reporting, stop, pace.seconds, table)


async def _drained(play: Play) -> None:
    """Returns when nothing is open any more, or after a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            finished = False
            while not finished:
                await asyncio.sleep(1.0)
                counts = (await play.county.figures(play.knocker))["counts"]
                over = counts["closed"] + counts["returned_to_source"]
                finished = counts["open"] == 0 and over >= play.tally.reported


async def _settled(play: Play) -> dict[str, Any]:
    """The figures once they know of every report and stand still; the last ones when that takes too long."""
    figures: dict[str, Any] | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(FIGURES_S):
            still = False
            while not still:
                await asyncio.sleep(1.0 if figures else 0)
                before, figures = figures, await play.county.figures(play.knocker)
                counts = figures["counts"]
                known = counts["received"] >= play.tally.reported
                still = known and before is not None and before["counts"] == counts
    if figures is None:
        raise StackError("the figures do not answer; see county-metrics.log")
    return figures


def _ending(play: Play, figures: dict[str, Any], lost: Missing) -> None:
    say("")
    console.print(show.happened(figures, show.all_tiers(play.county.tiers), lost))
    say("")
    say(show.share(figures))
    say(show.beside(figures))
    for line in show.told(play.tally):
        say(line)
    for line in show.otherwise(figures, play.tally):
        say(line)
    for tier, ids in lost.reports.items():
        for name in sorted(ids)[:20]:
            say(f"丢失 lost: report {name} at {tier}")
    for tier, ids in lost.actions.items():
        for name in sorted(ids)[:20]:
            say(f"丢失 lost: action of {name} at {tier}")


COMMANDS = (demo,)
