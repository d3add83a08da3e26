"""`python -m bench [SECTION]`: our figures, bars kept or missed."""

import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from bench import (
    beside,
    cost,
    deadlines,
    demo,
    floor,
    gauges,
    latency,
    lifecycle,
    memory,
    rebuild,
    rolling,
    seed,
    size,
    stream,
    traces,
)
from bench.figures import Figure, Report, percentile, say, table
from bench.house import house
from bench.lifecycle import Run
from bench.options import Options
from deploy.local.plan import SERVICES, TIERS, StackError
from deploy.local.stack import Stack

DEFAULTS = Options()
LIFECYCLES, FLOOR_SHARE, FLAT_SHARE = 300.0, 35.0, 80.0
LATENCY_S, MEMORY_MB = 1.0, 150.0
Section = Callable[[Report, Options], None]


def one_tier(report: Report, options: Options, *, flat: bool, beside_floor: bool = True) -> None:
    """Lifecycles through one tier, the floor beside them; then, if `flat`, with a million incidents there."""
    with house(options, ("village",)) as stack:
        run = _run(report, "one tier, empty database", stack, options)
        report.add(Figure("lifecycles/s, one tier", run.rate, "/s", at_least=LIFECYCLES))
        if beside_floor and not options.profile:
            _floor(report, stack, options, run)
        if flat:
            _flat(report, stack, options, run)
        _memory(report, stack, options)
        _statements(stack, options)


def _floor(report: Report, stack: Stack, options: Options, run: Run) -> None:
    say("the floor: the same bytes, hops and commits, no logic")
    with floor.beside(stack):
        found = asyncio.run(floor.measure(stack, run, options))
    report.add(
        Figure("lifecycles/s, the floor", found.rate, "/s"),
        Figure("ours as a share of the floor", 100 * run.rate / found.rate, "%", at_least=FLOOR_SHARE),
        Figure("lifecycles for a CPU second, the floor", found.rate / found.cores, ""),
        Figure("lifecycles for a CPU second, ours", run.rate / run.cores, ""),
    )


def _flat(report: Report, stack: Stack, options: Options, empty: Run) -> None:
    say(f"seeding {options.incidents:,} incidents")
    took = asyncio.run(seed.fill(stack.postgres(), "village", options.incidents))
    say(f"  seeded, vacuumed and analysed in {took:.0f} s")
    run = _run(report, f"one tier, {options.incidents:,} incidents in the database", stack, options)
    report.add(
        Figure(f"lifecycles/s with {options.incidents:,} incidents", run.rate, "/s"),
        Figure("that as a share of the empty database's", 100 * run.rate / empty.rate, "%", at_least=FLAT_SHARE),
        Figure("lifecycles for a CPU second, empty", empty.rate / empty.cores, ""),
        Figure("lifecycles for a CPU second, full", run.rate / run.cores, ""),
    )  # fmt: skip


def escalated(report: Report, options: Options) -> None:
    """Lifecycles with a share that climbs to the town, which runs as well."""
    with house(options, ("village", "town")) as stack:
        run = _run(report, f"two tiers, {options.share:.0%} escalated", stack, options)
        report.add(Figure(f"lifecycles/s, two tiers, {options.share:.0%} escalated", run.rate, "/s"))
        _memory(report, stack, options)


def seen_live(report: Report, options: Options) -> None:
    """From an accepted report to its figure on the live streams, all three tiers up."""
    with house(options, TIERS) as stack:
        say(f"{options.rate:g} reports/s over HTTP for {latency.SECONDS:g} s")
        found = asyncio.run(latency.measure(stack, options.rate))
        for tier, delays in found.visible.items():
            report.add(
                Figure(f"accepted to visible at the {tier}, p50", percentile(delays, 0.5), "s"),
                Figure(f"accepted to visible at the {tier}, p99", percentile(delays, 0.99), "s", at_most=LATENCY_S),
            )  # fmt: skip
        for share in (0.5, 0.99):
            value = 1000 * percentile(found.posts, share)
            report.add(Figure(f"POST of a report, p{100 * share:.0f}", value, "ms"))
        report.add(Figure("reports answered 503 first", found.retried, ""))
        _memory(report, stack, options)


def first_figure(report: Report, _options: Options) -> None:
    """How long the demonstration needs to its first figure."""
    say("fengqiao demo")
    report.add(Figure("demo to first figure", demo.seconds_to_first_figure(), "s"))


def _run(report: Report, title: str, stack: Stack, options: Options) -> Run:
    say(title)
    run = asyncio.run(lifecycle.measure(stack, options))
    lifecycle.show(title, run, lifecycle.where(stack).groups)
    report.details[title] = asdict(run) | {"rows": {".".join(key): n for key, n in run.rows.items()}}
    report.add(Figure(f"lost ({title})", run.lost, "incidents", at_most=0))
    return run


def _memory(report: Report, stack: Stack, options: Options) -> None:
    """The largest process after each load; all of them in the details."""
    if options.profile:
        return  # a profiler's memory is nobody's
    found = memory.resident_mb(stack)
    names = ", ".join(stack.plan.tiers)
    report.details[f"resident MB after the load ({names})"] = found
    table("Resident memory", ("process", "MB"), [(name, f"{mb:.0f}") for name, mb in sorted(found.items())])
    largest = max(found, key=lambda name: found[name])
    report.add(Figure(f"largest process after the load: {largest}", found[largest], "MB", at_most=MEMORY_MB))


def _statements(stack: Stack, options: Options) -> None:
    if options.sql:
        for row in asyncio.run(gauges.statements(stack.postgres())):
            say(
                f"{row['total_exec_time'] / 1000:7.2f} s {row['calls']:7d} calls {row['mean_exec_time']:7.2f} ms "
                f"{row['rows']:9d} rows {row['wal_bytes'] / 2**20:6.0f} MB wal  {row['datname']}: {row['query']}"
            )


def _lifecycle(report: Report, options: Options) -> None:
    one_tier(report, options, flat=False)
    if not options.profile:
        escalated(report, options)


def _all(report: Report, options: Options) -> None:
    one_tier(report, options, flat=True)
    escalated(report, options)
    seen_live(report, options)
    deadlines.section(report, options)
    rolling.section(report, options)
    rebuild.section(report, options)
    beside.section(report, options)
    stream.section(report, options)
    first_figure(report, options)


SECTIONS: dict[str, Section] = {
    "lifecycle": _lifecycle,
    "flat": lambda report, options: one_tier(report, options, flat=True, beside_floor=False),
    "latency": seen_live,
    "deadlines": deadlines.section,
    "stream": stream.section,
    "memory": escalated,
    "rolling": rolling.section,
    "rebuild": rebuild.section,
    "size": size.section,
    "traces": traces.section,
    "cost": cost.section,
    "peers": beside.section,
    "demo": first_figure,
    "all": _all,
}


_ENDS = (signal.SIGTERM, signal.SIGHUP)


def _end(number: int, _frame: object) -> None:
    """Leaves by way of every `finally`, so that nothing is left running; a second signal must not cut that short."""
    for one in _ENDS:
        signal.signal(one, signal.SIG_IGN)
    sys.exit(128 + number)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("section", type=click.Choice(list(SECTIONS)), default="all")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the stack; REMOVED afterwards.")
@click.option("--seconds", default=DEFAULTS.seconds, help="Length of the measured window.")
@click.option("--warm", default=DEFAULTS.warm, help="Seconds before it, in which the pipe fills.")
@click.option("--wave", default=DEFAULTS.wave, help="Incidents that go through their life together.")
@click.option("--in-flight", default=DEFAULTS.in_flight, help="Waves under way at any moment.")
@click.option("--share", default=DEFAULTS.share, help="Share escalated where two tiers run.")
@click.option("--rate", default=DEFAULTS.rate, help="Reports a second for `latency`.")
@click.option("--incidents", default=DEFAULTS.incidents, help="Incidents to seed for `flat`.")
@click.option(
    "--profile", type=click.Choice(SERVICES), multiple=True, help="Run it under cProfile, no floor."
)
@click.option("--sql", is_flag=True, help="Ask PostgreSQL which statements took its time.")
def main(section: str, **chosen: object) -> None:
    """Measure the house; exit 1 when a bar is missed, saying which."""
    for one in _ENDS:
        signal.signal(one, _end)
    report = Report()
    try:
        SECTIONS[section](report, Options(**chosen))  # type: ignore[arg-type] # click has checked the types
    except StackError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(report.finish())


if __name__ == "__main__":
    main(prog_name="python -m bench")
