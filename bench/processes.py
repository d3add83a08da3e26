"""The services of a stack as processes of ours, so that they can be run in several ways beside the same data."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.figures import say
from deploy.local.plan import PROJECT, Program
from deploy.local.readiness import wait
from deploy.local.stack import Stack


@contextmanager
def running(
    stack: Stack,
    programs: Sequence[Program],
    environment: Mapping[str, str] | None = None,
    tree: Path = PROJECT,
) -> Iterator[dict[str, int]]:
    """Process ids by name, once all are ready; the processes are ended when the block ends."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    logs = {one.name: stack.log(f"{one.name}-measured") for one in programs}
    try:
        for one in programs:
            more = {**os.environ, **one.environment, **(environment or {})}
            with logs[one.name].open("a") as out:
                started[one.name] = subprocess.Popen(one.command, cwd=tree, env=more, stdout=out, stderr=out)
        probes = {one.name: stack.port(f"{one.name}-probe") for one in programs}
        wait(probes, lambda name: logs[name], 120, say)
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        for process in started.values():
            _reap(process)


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
