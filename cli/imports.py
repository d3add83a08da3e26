"""``fengqiao import``: past cases from a CSV file, through the same door as any other system's events."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cli import aside
from cli.broker import broker_options
from cli.files import FILE, areas_option, code_lists, codes_option
from cli.importing import applied, mapping, sending
from cli.importing.reading import Tally, cases
from cli.importing.refusals import Refusals
from cli.importing.rows import Reader
from cli.importing.source import Source
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from deploy.local.supervision import SERVICES
from messaging.broker import Broker
from policy import load

console = Console(highlight=False)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--mapping", "mapping_file", type=FILE, required=True, help="YAML: which column means what.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a running local stack (default: .fengqiao); waits until everything has taken effect.",
)
@broker_options("Bootstrap address of another broker; waits until it has acknowledged.")
@areas_option
@codes_option
@click.option(
    "--refused",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where refused rows go (default: FILE.refused.csv beside the input).",
)
def import_cases(
    file: Path,
    mapping_file: Path,
    data: Path | None,
    kafka: Broker | None,
    areas: Path,
    codes: Path | None,
    refused: Path | None,
) -> None:
    """Import past cases with their own times. Running it again, or killing it half-way, changes nothing."""
    if data and kafka:
        raise click.UsageError("give --data or --kafka, not both")
    told = refused or file.with_name(file.name + ".refused.csv")
    if told.exists() and any(told.samefile(one) for one in (file, mapping_file, areas)):
        raise click.UsageError(
            f"refused rows would take the place of {told}; name another file with --refused"
        )
    try:
        reader, source, source_name = _opened(file, mapping_file, areas, codes)
        stack = None if kafka else _running(data or Path(".fengqiao"))
        refusals = Refusals(told)
        asyncio.run(_import(_Work(source, source_name, reader, refusals), kafka, stack))
    except load.Refused as error:
        raise StackError(f"nothing can be imported like this:\n{error}") from error


def _running(data: Path) -> Stack:
    stack = Stack(data)
    if not stack.running():
        raise StackError(
            f"{data} has no running stack: start it (fengqiao up), or name a broker with --kafka"
        )
    return stack


def _opened(file: Path, mapping_file: Path, areas: Path, codes: Path | None) -> tuple[Reader, Source, str]:
    lists, registry = code_lists(codes), load.areas(areas)
    means = mapping.load(mapping_file, lists, registry)
    return Reader(means, lists, registry, datetime.now(UTC)), Source(file, means), means.source


class _Work:
    """One import under way."""

    def __init__(self, source: Source, name: str, reader: Reader, refusals: Refusals) -> None:
        self.source = source
        self.name = name
        self.reader = reader
        self.refusals = refusals
        self.tally = Tally()
        self.sent = 0


async def _import(work: _Work, kafka: Broker | None, stack: Stack | None) -> None:
    began = time.monotonic()
    before = await aside.set_aside(stack.data) if stack else aside.Aside(0, 0)
    broker = kafka or Broker(stack.kafka if stack else "")
    with _bars() as bars:
        try:
            await sending.check_topics(broker)
            await _send(work, broker, bars)
        except BaseException:
            work.refusals.abandon()
            raise
        finally:
            work.source.close()
        work.refusals.finish()
        _report(work, time.monotonic() - began)
        if stack:
            await _wait(stack, bars)
            took = f"{time.monotonic() - began:.0f} s after the start"
            if left := (await aside.set_aside(stack.data)).since(before).told():
                raise StackError(f"nothing waits any more, {took}, but {left}")
            _say(f"everything has taken effect, {took}")


async def _send(work: _Work, broker: Broker, bars: Progress) -> None:
    bar = bars.add_task("sent", total=work.source.size, said="")

    def note(count: int) -> None:
        work.sent += count
        bars.update(bar, completed=work.source.position, said=f"{work.sent:,} cases")

    read = cases(work.source, work.reader, work.refusals, work.tally)
    await sending.send(broker, work.name, read, note)
    bars.update(bar, completed=work.source.size)


async def _wait(stack: Stack, bars: Progress) -> None:
    names = [state.name for state in stack.programs().values() if state.group == SERVICES]
    bar = bars.add_task("taking effect", total=None, said="")
    most = 1

    def note(chain: applied.Chain) -> None:
        nonlocal most
        most = max(most, chain.waiting)
        waiting = f"{chain.waiting:,} records wait"
        trouble = f"; not ready: {', '.join(chain.troubled)}" if chain.troubled else ""
        bars.update(bar, total=most + 1, completed=most - chain.waiting, said=waiting + trouble)

    await applied.wait_applied({name: stack.port(f"{name}-probe") for name in names}, note)
    bars.update(bar, completed=most + 1)  # only now: a moment without waiting records is not yet the end


def _report(work: _Work, seconds: float) -> None:
    tally = work.tally
    _say(
        f"{tally.rows:,} rows: {tally.cases:,} cases sent and acknowledged, {tally.refused:,} rows refused,"
        f" {tally.repeated:,} repeated; {seconds:.1f} s, {tally.rows / max(seconds, 0.001):,.0f} rows/s"
    )
    for reason, count in sorted(work.refusals.reasons.items()):
        _say(f"  {count:,} × {reason}")
    _say(f"refused rows: {work.refusals.path}")


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return Progress(*columns, TextColumn("{task.fields[said]}"), TimeElapsedColumn(), console=console)


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)


COMMANDS = (import_cases,)
