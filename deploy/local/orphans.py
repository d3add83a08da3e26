"""Processes of a stack whose supervisor has died: found by the mark they carry, and stopped."""

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.extra import Late
from deploy.local.supervision import MARK

if TYPE_CHECKING:
    import psutil
else:
    psutil = Late("psutil")


def stop(data: Path, clusters: tuple[Path, ...], *, at_once: bool = False) -> list[str]:
    """End every process that belongs to this data folder, if need be without its last work; answers what was found.

    PostgreSQL is never killed outright: it would leave its shared memory behind.
    """
    found = _of(data, clusters)
    for process in found:
        _signal(process, _cutting(process, clusters) if at_once else signal.SIGTERM)
    stubborn = _alive_after(10, found)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    _alive_after(10, stubborn)
    return [_named(process) for process in found]


def running(data: Path, clusters: tuple[Path, ...]) -> list[str]:
    """Every process that belongs to this data folder, by name and number."""
    return [_named(process) for process in _of(data, clusters)]


def _of(data: Path, clusters: tuple[Path, ...]) -> "list[psutil.Process]":
    return [process for process in psutil.process_iter(["name"]) if _belongs(process, data, clusters)]


def _named(process: "psutil.Process") -> str:
    return f"{process.info['name']} ({process.pid})"


def _belongs(process: "psutil.Process", data: Path, clusters: tuple[Path, ...]) -> bool:
    if process.pid == psutil.Process().pid:
        return False
    try:
        # PostgreSQL overwrites its environment with its title, but always works in its own folder.
        return process.environ().get(MARK) == str(data) or process.cwd() in map(str, clusters)
    except (psutil.Error, OSError):
        return False


def _cutting(process: "psutil.Process", clusters: tuple[Path, ...]) -> signal.Signals:
    """The fastest orderly end: PostgreSQL's immediate shutdown, which neither waits nor check-points; else none."""
    try:
        return signal.SIGQUIT if process.cwd() in map(str, clusters) else signal.SIGKILL
    except (psutil.Error, OSError):
        return signal.SIGTERM


def _signal(process: "psutil.Process", number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def cut_off(pid: int) -> None:
    """Kill a supervisor, so that it restarts nothing any more."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    _signal(process, signal.SIGKILL)
    _alive_after(10, [process])


def wait_gone(pid: int, timeout: float) -> None:
    """Return once the process has ended, or kill it when it takes longer."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    for stubborn in _alive_after(timeout, [process]):
        _signal(stubborn, signal.SIGKILL)


def _alive_after(seconds: float, processes: "list[psutil.Process]") -> "list[psutil.Process]":
    """Those that have not ended by then. One that is dead and only waits to be collected by its parent has ended."""
    deadline, alive = time.monotonic() + seconds, list(processes)
    while (alive := [one for one in alive if _lives(one)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def _lives(process: "psutil.Process") -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
