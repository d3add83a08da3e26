"""A thousand listeners on one metrics process, some of whom take nothing: who reads sees every change soon."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil

from bench import gauges
from bench.figures import Figure, Report, say
from bench.gauges import Reading
from bench.house import house
from bench.lifecycle import show_cpu, where
from bench.listeners import Order
from bench.options import Options
from deploy.local.plan import PROJECT
from deploy.local.stack import Stack

LISTENERS, STALLED = {"everything": 880, "today": 100}, 20
RATE = 200.0
"""Reports a second on the inbound topic; metrics counts two events for each: reported, opened."""
WARM_S = 15.0
SEEN_S = 2.0
NAME = "village-metrics"
MB = 2**20


@dataclass(slots=True)
class Memory:
    """Resident megabytes of the process that is listened to, looked at all the time."""

    pid: int
    before: float = 0.0
    connected: float = 0.0
    most: float = 0.0

    def now(self) -> float:
        """At this moment."""
        return float(psutil.Process(self.pid).memory_info().rss) / MB

    async def watch(self) -> None:
        """Notes the most there ever is."""
        while True:
            self.most = max(self.most, self.now())
            await asyncio.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Found:
    """What came out."""

    said: dict[str, Any]
    memory: Memory
    readings: dict[str, Reading] = field(default_factory=dict)


def section(report: Report, options: Options) -> None:
    """Adds its figures."""
    with house(options, ("village",)) as stack:
        readers = ", ".join(f"{number} of {name}" for name, number in LISTENERS.items())
        say(f"listeners: {readers}, {STALLED} who take nothing; {RATE:g} reports/s for {options.seconds:g} s")
        found = asyncio.run(_measure(stack, options))
    report.details["stream"] = {"said": found.said, "memory": asdict(found.memory)}
    show_cpu(found.readings["begin"], found.readings["end"])
    report.add(*_figures(found))


def _figures(found: Found) -> Iterator[Figure]:
    said, memory = found.said, found.memory
    begin, end = found.readings["begin"], found.readings["end"]
    spent = (end.cpu[NAME] - begin.cpu[NAME]) / (end.at - begin.at).total_seconds()
    for name, waited in said["waited"].items():
        yield from _waited(name, waited)
    yield Figure("listeners cut off although they read", said["lost"], "", at_most=0)
    yield Figure("frames a second", said["frames"], "/s")
    yield Figure("bytes a second", said["bytes"] / MB, "MB/s")
    yield Figure("until all are connected and have a snapshot", said["connected"], "s")
    yield Figure("cut off for taking nothing, and come again", said["cut_off"], "")
    yield Figure("CPU of the metrics process", 100 * spent, "% of a core")
    yield Figure("CPU of those who listen and report", 100 * said["cores"], "% of a core")
    yield Figure("resident before anybody listens", memory.before, "MB")
    yield Figure("resident when all are connected", memory.connected, "MB")
    yield Figure("resident at most, with all listening", memory.most, "MB", at_most=150)


def _waited(name: str, waited: dict[str, float]) -> Iterator[Figure]:
    """From handing over a report to a listener seeing it."""
    for share in ("p50", "p99"):
        yield Figure(f"handed over to seen, {name}, {share}", waited[share], "s")
    yield Figure(f"handed over to seen, {name}, slowest of all", waited["most"], "s", at_most=SEEN_S)


async def _measure(stack: Stack, options: Options) -> Found:
    programs = gauges.programs(stack)
    memory = Memory(programs[NAME])
    memory.before = memory.now()
    watching = asyncio.create_task(memory.watch())
    process = await _start(stack, options)
    try:
        return await _follow(stack, process, memory)
    finally:
        watching.cancel()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _start(stack: Stack, options: Options) -> Process:
    order = Order(
        stack.kafka, stack.port(NAME), str(stack.plan.areas), time.time_ns() % 2**32, LISTENERS, STALLED, RATE,
        WARM_S, options.seconds,
    )  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.listeners",
        json.dumps(asdict(order)),
        stdout=PIPE,
        cwd=PROJECT,
        env=os.environ,
    )


async def _follow(stack: Stack, process: Process, memory: Memory) -> Found:
    assert process.stdout is not None
    programs = gauges.programs(stack)
    said: dict[str, Any] = {}
    found = Found(said, memory)
    async for line in process.stdout:
        told = json.loads(line)
        match told.pop("mark"):
            case "connected":
                said["connected"], memory.connected = told["seconds"], memory.now()
            case "seen":
                said |= told
                return found
            case mark:
                found.readings[mark] = await gauges.read(where(stack), programs)
        say(f"  {line.decode().strip()}")
    raise RuntimeError(f"the listeners ended early, with {await process.wait()}")
