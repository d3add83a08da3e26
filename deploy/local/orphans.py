"""Processes of a stack whose supervisor has died: found by the mark they carry, and stopped."""

from pathlib import Path

import psutil

from deploy.local.supervision import MARK


def stop(data: Path, clusters: tuple[Path, ...]) -> list[str]:
    """End every process that belongs to this data folder; answers what was found, for the log."""
    found = [process for process in psutil.process_iter(["name"]) if _belongs(process, data, clusters)]
    for process in found:
        _signal(process)
    _, stubborn = psutil.wait_procs(found, timeout=10)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=10)
    return [f"{process.info['name']} ({process.pid})" for process in found]


def _belongs(process: psutil.Process, data: Path, clusters: tuple[Path, ...]) -> bool:
    if process.pid == psutil.Process().pid:
        return False
    try:
        # PostgreSQL overwrites its environment with its title, but always works in its own folder.
        return process.environ().get(MARK) == str(data) or process.cwd() in map(str, clusters)
    except (psutil.Error, OSError):
        return False


def _signal(process: psutil.Process) -> None:
    try:
        process.terminate()
    except psutil.NoSuchProcess:
        return


def wait_gone(pid: int, timeout: float) -> None:
    """Return once the process has ended, or kill it when it takes longer."""
    try:
        process = psutil.Process(pid)
        psutil.wait_procs([process], timeout=timeout)
        if process.is_running():
            process.kill()
    except psutil.NoSuchProcess:
        return
