"""What each process of a stack costs and whether it is ready."""

import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from deploy.local.extra import Late
from deploy.local.supervision import ProgramState

if TYPE_CHECKING:
    import psutil
else:
    psutil = Late("psutil")

_SAMPLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One row of ``fengqiao status``; memory and CPU include the children of the process."""

    name: str
    state: str
    pid: int
    uptime_seconds: int
    restarts: int
    memory_mb: float
    cpu_percent: float
    ready: bool
    port: int | None


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a program is reached; a provider has no probe and is ready when it accepts connections."""

    port: int | None
    probe: int | None


def measure(states: list[ProgramState], doors: dict[str, Doors]) -> list[ProcessStatus]:
    """Memory now and CPU over half a second of every program."""
    trees = {state.name: _tree(state.pid) for state in states}
    for tree in trees.values():
        _cpu(tree)  # the first reading starts the interval
    time.sleep(_SAMPLE_SECONDS)
    return [_row(state, trees[state.name], doors.get(state.name, Doors(None, None))) for state in states]


def probe(port: int, path: str = "ready") -> bool:
    """Whether a service's probe answers 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=2) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _row(state: ProgramState, tree: "list[psutil.Process]", doors: Doors) -> ProcessStatus:
    running = state.pid != 0
    return ProcessStatus(
        name=state.name,
        state=state.state,
        pid=state.pid,
        uptime_seconds=int(time.time()) - state.started if running else 0,
        restarts=max(0, state.starts - 1),
        memory_mb=_memory(tree) / 2**20,
        cpu_percent=_cpu(tree),
        ready=running and _ready(doors),
        port=doors.port,
    )


def _ready(doors: Doors) -> bool:
    if doors.probe:
        return probe(doors.probe)
    return doors.port is None or _accepts(doors.port)


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _tree(pid: int) -> "list[psutil.Process]":
    try:
        process = psutil.Process(pid) if pid else None
        return [process, *process.children(recursive=True)] if process else []
    except psutil.Error:
        return []


def _cpu(tree: "list[psutil.Process]") -> float:
    total = 0.0
    for process in tree:
        try:
            total += process.cpu_percent(None)
        except psutil.Error:
            continue
    return total


def _memory(tree: "list[psutil.Process]") -> int:
    total = 0
    for process in tree:
        try:
            # Resident memory, but what PostgreSQL's backends share is counted once.
            total += process.memory_info().rss if len(tree) == 1 else process.memory_full_info().pss
        except (psutil.Error, AttributeError):
            continue
    return total
