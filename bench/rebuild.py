"""Counting again: events a second beside the floor of just reading and decoding the same topics; see README.md."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace

import asyncpg

from bench import lifecycle
from bench.figures import Figure, Report, say
from bench.house import house
from bench.options import Options
from deploy.local.plan import PROJECT
from deploy.local.stack import Stack

TIMES = 4
SHARE = 50.0
EVENTS = 200_000
WINDOW_S = 60.0
Measured = dict[str, float]


def section(report: Report, options: Options) -> None:
    """A history made by whole lifecycles through the services; then the floor and the rebuild in turn, alone."""
    with house(options, ("village",)) as stack:
        say(f"making a history of at least {EVENTS:,} events")
        report.details["rebuild: history"] = _history(stack, options)
        say(f"reading it {TIMES} times without and with counting, each in a process of its own")
        floors, ours = [], []
        for _ in range(TIMES):
            floors.append(_measured(stack, "floor"))
            ours.append(_measured(stack, "rebuild"))
        say("every cell is made wrong, and corrected")
        asyncio.run(_damage(stack))
        corrected = _measured(stack, "correct")
    report.details["rebuild"] = {"floor": floors, "ours": ours, "corrected": corrected}
    (floor, floor_cpu), (rate, cpu) = map(_fastest, (floors, ours))
    report.add(
        Figure("events in the history", ours[-1]["events"], "", at_least=EVENTS),
        Figure("events/s, the floor: read and decoded", floor, "/s"),
        Figure("events/s, rebuild: counted again and compared", rate, "/s"),
        Figure("the rebuild as a share of the floor", 100 * rate / floor, "%", at_least=SHARE),
        Figure("events for a CPU second of its process, the floor", floor_cpu, ""),
        Figure("events for a CPU second of its process, rebuild", cpu, ""),
        Figure("figures that differed", max(one["differing"] for one in ours), "", at_most=0),
        Figure("figures made wrong and corrected", corrected["differing"], ""),
        Figure("the transaction that corrects them", corrected["correcting"], "s"),
        Figure("memory of the rebuild, most", max(one["megabytes"] for one in ours), "MB"),
        Figure("memory of the floor, most", max(one["megabytes"] for one in floors), "MB"),
    )


def _history(stack: Stack, options: Options) -> dict[str, float]:
    """Lifecycles until there are enough."""
    events, rate = 0, 0.0
    while events < EVENTS:
        run = asyncio.run(lifecycle.measure(stack, replace(options, warm=5.0, seconds=WINDOW_S)))
        events = int(_measured(stack, "floor")["events"])
        rate = run.rate
        say(f"  {events:,} events")
    return {"events": events, "lifecycles/s": rate}


def _fastest(runs: list[Measured]) -> tuple[float, float]:
    """Events a second, and for a CPU second: of the fastest, since whoever else is on the machine only slows."""
    rate, of_cpu = (max(one["events"] / one[clock] for one in runs) for clock in ("seconds", "cpu"))
    return rate, of_cpu


async def _damage(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.postgres("metrics_village"))
    try:
        await connection.execute("""update cell set counts = '{"invented": 7}'""")
    finally:
        await connection.close()


def _measured(stack: Stack, what: str) -> Measured:
    order = {"kafka": stack.kafka, "dsn": stack.postgres("metrics_village"), "policy": str(stack.plan.policy)}
    command = [sys.executable, "-m", "bench.rebuild_process", what, json.dumps(order)]
    done = subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE)
    found: Measured = json.loads(done.stdout)
    return found
