"""What traces cost: the same house without them, with them off, with one in a hundred and with all, in turn."""

import asyncio
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench import lifecycle
from bench.figures import Figure, Report, say
from bench.house import house
from bench.lifecycle import Run
from bench.options import Options
from bench.processes import running
from deploy.local import service_programs
from deploy.local.plan import PROJECT
from deploy.local.ports import Ports, Record
from deploy.local.service_programs import Addresses
from deploy.local.stack import Stack

BEFORE = "f36a0dc725e7"
"""The last commit without spans, which off is compared with. What else has changed since then counts as well."""
OFF_SHARE, ONE_SHARE = 97.0, 90.0
"""Percent of the lifecycles there were before that must be left."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to run the services: from which tree, told what."""

    name: str
    tree: Path
    environment: Mapping[str, str]


def section(report: Report, options: Options) -> None:
    """Each way twice, there and back, so that a machine that gets slower or faster meanwhile does so for all."""
    with tempfile.TemporaryDirectory(prefix="fengqiao-before-") as folder, ExitStack() as more:
        before = Path(folder) / "tree"
        more.enter_context(_tree(before))
        stack = more.enter_context(house(options, ("village",)))
        ways = _ways(before, more.enter_context(_sink(report)))
        found: dict[str, list[Run]] = {one.name: [] for one in ways}
        for one in stack.plan.instances():
            stack.stop_program(one.name)
        for way in (*ways, *reversed(ways)):
            found[way.name].append(_run(stack, way, options))
    _tell(report, found)


def _ways(before: Path, collector: str) -> Sequence[Way]:
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}
    return (
        Way("before", before, {}),
        Way("off", PROJECT, {}),
        Way("1 %", PROJECT, told | {"OTEL_TRACES_SAMPLER_ARG": "0.01"}),
        Way("all", PROJECT, told | {"OTEL_TRACES_SAMPLER_ARG": "1"}),
    )


@contextmanager
def _tree(folder: Path) -> Iterator[None]:
    """The sources as they were at `BEFORE`."""
    git = ("git", "-C", str(PROJECT), "worktree")
    subprocess.run((*git, "add", "--quiet", "--detach", str(folder), BEFORE), check=True)
    try:
        yield
    finally:
        subprocess.run((*git, "remove", "--force", str(folder)), check=True)


@contextmanager
def _sink(report: Report) -> Iterator[str]:
    """Where spans go; what came is among the details."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.sink", str(port)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        requests, size = map(int, process.communicate(timeout=10)[0].split())
        report.details["taken by the collector"] = {"requests": requests, "bytes": size}


def _run(stack: Stack, way: Way, options: Options) -> Run:
    say(f"traces: {way.name}")
    ports, addresses = Ports(stack.data, Record(stack.data)), Addresses(stack.kafka, stack.postgres())
    programs = service_programs.build(stack.plan, ports, addresses, stack.vault_key_file)
    with running(stack, programs, way.environment, way.tree) as services:
        run = asyncio.run(lifecycle.measure(stack, replace(options, warm=min(options.warm, 20.0)), services))
    say(f"  {run.rate:.0f} lifecycles/s, {run.rate / run.cores:.0f} for a CPU second")
    return run


def _tell(report: Report, found: Mapping[str, Sequence[Run]]) -> None:
    rates, yields = lifecycle.there_and_back(report, "traces", found)
    first = "before"
    for name, bar in (("off", OFF_SHARE), ("1 %", ONE_SHARE), ("all", None)):
        share = 100 * sum(rates[name]) / sum(rates[first])
        spent = 100 * sum(yields[name]) / sum(yields[first])
        report.add(
            Figure(f"lifecycles/s, traces {name}, of those before", share, "%", at_least=bar),
            Figure(f"the same for a CPU second, traces {name}", spent, "%", at_least=bar),
        )
