"""Waiting for services to become ready, and saying what is wrong when they do not."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.plan import StackError
from deploy.local.status import probe

_PAUSE = 0.2
_LAST_LINES = 20


def wait(
    probes: Mapping[str, int], log: Callable[[str], Path], timeout: float, say: Callable[[str], None]
) -> None:
    """Return once all probe ports answer ready in one round; the error shows each late service's last words."""
    deadline = time.monotonic() + timeout
    told: set[str] = set()
    while True:
        ready = [name for name, port in probes.items() if probe(port)]
        for name in ready:
            if name not in told:
                told.add(name)
                say(f"{name} is ready ({len(told)}/{len(probes)})")
        if late := [name for name in probes if name not in ready]:
            if time.monotonic() > deadline:
                raise StackError("\n".join(_complaint(name, log(name), timeout) for name in late))
            time.sleep(_PAUSE)
        else:
            return


def _complaint(name: str, log: Path, timeout: float) -> str:
    return f"{name} is not ready after {timeout:.0f} s; the end of {log}:\n{last_lines(log)}"


def last_lines(log: Path) -> str:
    """The end of a log, indented; says so when there is none."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines[-_LAST_LINES:]) or "    (it has written nothing)"
