"""Complete lifecycles a second: report, accept, resolve, revisit of both parties, close; durable at every step."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from bench import gauges
from bench.driver import Order
from bench.figures import Figure, Report, say, table
from bench.gauges import Reading, Where
from bench.options import Options
from deploy.local.plan import PROJECT
from deploy.local.stack import Stack
from schemas.base import SERVICES, TIERS
from schemas.topics import topics_read_by

SETTLE_S = 3.0
"""Backends report their row counts about a second after they fall idle."""
Rows = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run."""

    begin: Reading
    end: Reading
    start: Reading
    """Before the first event of the run."""
    drained: Reading
    """After its last effect."""
    incidents: int
    """Reported over the whole run."""
    closed: int
    """Closed over the whole run: equal, or something was lost."""
    closed_in_window: int
    rows: Rows
    """Rows written over the whole run, by database and table."""
    events: dict[str, tuple[int, int]]
    """Events published in the window, and in how many transactions, by database."""

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return (self.end.at - self.begin.at).total_seconds()

    def share_consumed(self, group: str) -> float:
        """What a group consumed in the window, counted in lifecycles."""
        whole = self.drained.consumed[group] - self.start.consumed[group]
        part = self.end.consumed[group] - self.begin.consumed[group]
        return self.incidents * part / whole if whole else float("inf")

    @property
    def rate(self) -> float:
        """Lifecycles a second: those closed, or what the slowest service kept up with, whichever is less."""
        slowest = min(map(self.share_consumed, self.end.consumed))
        return min(self.closed_in_window, slowest) / self.seconds

    @property
    def cores(self) -> float:
        """Cores busy with it in the window."""
        return gauges.cores(self.begin, self.end)

    @property
    def lost(self) -> int:
        """Incidents that were reported and not closed."""
        return self.incidents - self.closed


def where(stack: Stack) -> Where:
    """The consumer groups of a stack, and what each reads."""
    groups = {
        f"{tier}-{service}": tuple(
            topic.name for topic in topics_read_by(service, tier) if topic.flow.kind != "metrics"
        )
        for tier in TIERS
        for service in SERVICES
        if tier in stack.plan.tiers
    }
    return Where(stack.kafka, stack.postgres(), groups)


async def measure(
    stack: Stack,
    options: Options,
    also: Mapping[str, int] | None = None,
    drive: Callable[[], Awaitable[Process]] | None = None,
) -> Run:
    """Drives a stack through a run; `also` are processes by name that work for it and are not its own.

    `drive` starts another driver than the one on the inbound topics, which says the same things.
    """
    at = where(stack)
    databases = [f"{service}_{tier}" for tier in stack.plan.tiers for service in SERVICES]
    start, before = await gauges.read(at, {}), await _rows(at, databases)
    process = await (_driver(stack, options) if drive is None else drive())
    try:
        begin, end, drained, incidents = await _follow(at, process, gauges.programs(stack) | dict(also or {}))
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    after = await _rows(at, databases)
    closing = [one for one in databases if one.startswith("routing")]
    window, whole = (begin.at, end.at), (start.at, drained.at)
    return Run(
        begin,
        end,
        start,
        drained,
        incidents,
        sum([await gauges.closed(at.postgres, one, *whole) for one in closing]),
        sum([await gauges.closed(at.postgres, one, *window) for one in closing]),
        {key: count - before.get(key, 0) for key, count in after.items()},
        {one: await gauges.batches(at.postgres, one, *window) for one in databases},
    )


async def _driver(stack: Stack, options: Options) -> Process:
    share = options.share if "town" in stack.plan.tiers else 0.0
    order = Order(
        postgres=stack.postgres(),
        registry=str(stack.plan.areas),
        seed=time.time_ns() % 2**32,
        seconds=options.seconds,
        warm=options.warm,
        wave=options.wave,
        in_flight=options.in_flight,
        kafka=stack.kafka,
        share=share,
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.driver", json.dumps(asdict(order)), stdout=PIPE, cwd=PROJECT
    )


async def _follow(
    at: Where, process: Process, programs: dict[str, int]
) -> tuple[Reading, Reading, Reading, int]:
    assert process.stdout is not None
    programs = programs | {"driver": process.pid}
    found: dict[str, Reading] = {}
    async for line in process.stdout:
        told = json.loads(line)
        if told["mark"] == "drained":
            await _until_consumed(at)
            return found["begin"], found["end"], await gauges.read(at, programs), int(told["incidents"])
        found[told["mark"]] = await gauges.read(at, programs)
        say(f"  {told['mark']} of the window")
    raise RuntimeError(f"the driver ended early, with {await process.wait()}")


async def _until_consumed(at: Where, patience: float = 120.0) -> None:
    """Waits until every group has consumed everything; the timeline and the figures may be a little behind."""
    async with asyncio.timeout(patience):
        while await _behind(at):  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.5)
    await asyncio.sleep(SETTLE_S)


async def _behind(at: Where) -> int:
    now = await gauges.read(at, {})
    return sum(now.lag(group, topics) for group, topics in at.groups.items())


async def _rows(at: Where, databases: list[str]) -> Rows:
    return {
        (one, name): count
        for one in databases
        for name, count in (await gauges.rows_written(at.postgres, one)).items()
    }


def show(title: str, run: Run, groups: Mapping[str, tuple[str, ...]]) -> None:
    """Who did how much, in what portions, and who spent the processor."""
    rows = []
    for group, topics in groups.items():
        service, database = group, "_".join(reversed(group.split("-")))
        consumed = run.end.consumed[group] - run.begin.consumed[group]
        published, transactions = run.events[database]
        commits = run.end.commits[database] - run.begin.commits[database]
        rows.append(
            (
                service,
                f"{consumed / run.seconds:,.0f}",
                f"{published / run.seconds:,.0f}",
                f"{published / transactions:.0f}" if transactions else "-",
                f"{commits / run.seconds:.0f}",
                f"{run.begin.lag(group, topics):,}",
                f"{run.end.lag(group, topics):,}",
            )
        )
    headings = ("service", "events in/s", "out/s", "out per batch", "commits/s", "lag at begin", "at end")
    table(title, headings, rows)
    show_cpu(run.begin, run.end)


def show_cpu(begin: Reading, end: Reading) -> None:
    """CPU by process between two readings, the largest first."""
    spent = {name: seconds - begin.cpu.get(name, 0.0) for name, seconds in end.cpu.items()}
    length = (end.at - begin.at).total_seconds()
    rows = [
        (name, f"{seconds:.1f}", f"{100 * seconds / length:.0f} %")
        for name, seconds in sorted(spent.items(), key=lambda one: -one[1])
        if seconds >= 0.05
    ]
    table(f"CPU: {gauges.cores(begin, end):.2f} cores busy", ("process", "seconds", "of a core"), rows)


Each = Mapping[str, Sequence[float]]
"""By the name of a way to run the services: a number of each run."""


def there_and_back(report: Report, title: str, found: Mapping[str, Sequence[Run]]) -> tuple[Each, Each]:
    """Several ways side by side, none of which may lose anything: lifecycles a second, and for a CPU second."""
    rates = {name: [one.rate for one in runs] for name, runs in found.items()}
    yields = {name: [one.rate / one.cores for one in runs] for name, runs in found.items()}
    report.details[title] = {"lifecycles/s": rates, "lifecycles for a CPU second": yields}
    rows = [(name, *(f"{one:.1f}" for one in (*rates[name], *yields[name]))) for name in found]
    headings = ("", "/s", "/s", "/CPU s", "/CPU s")
    table(f"{title}: lifecycles a second, and for a CPU second, there and back", headings, rows)
    lost = sum(one.lost for runs in found.values() for one in runs)
    report.add(Figure("lost, in every run", lost, "incidents", at_most=0))
    return rates, yields
