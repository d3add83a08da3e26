"""The processes of one workload: how many run, and how an orchestrator replaces them while work goes on."""

import os
import signal

from deploy.local import readiness
from deploy.local.plan import StackError
from deploy.local.stack import Stack

PATIENCE_S = 60.0


class Slots:
    """The places a plan has for a workload such as `village-routing`; some of them are taken."""

    def __init__(self, stack: Stack, workload: str) -> None:
        self._stack = stack
        self.names = stack.plan.names(workload)

    def taken(self) -> list[str]:
        """The places where a process runs."""
        return [name for name in self.names if self._stack.pid(name)]

    def scale(self, count: int) -> None:
        """Brings as many processes as asked for to run; returns when those that are new are ready."""
        taken = self.taken()
        free = [name for name in self.names if name not in taken]
        if len(taken) + len(free) < count:
            raise StackError(f"{self.names[0]} has {len(self.names)} places in this plan, not {count}")
        self._start(free[: max(0, count - len(taken))])
        for name in taken[count:]:
            self._stack.stop_program(name)

    def roll(self) -> None:
        """Replaces each process: its successor is ready before it is told to stop, and it is gone before the next.

        What a Deployment does with a surge of one and nothing unavailable. Needs one free place.
        """
        for old in self.taken():
            free = next((name for name in self.names if not self._stack.pid(name)), None)
            if free is None:
                raise StackError(f"{self.names[0]} needs a free place to be rolled")
            self._start([free])
            self._stack.stop_program(old)

    def freeze(self, name: str) -> int:
        """Stops a process in the middle of whatever it does; its process id, for `thaw`."""
        pid = self._stack.pid(name)
        os.kill(pid, signal.SIGSTOP)
        return pid

    def thaw(self, pid: int) -> None:
        """Lets it go on, as if nothing had been."""
        os.kill(pid, signal.SIGCONT)

    def _start(self, names: list[str]) -> None:
        for name in names:
            self._stack.start_program(name)
        self.ready(names)

    def ready(self, names: list[str]) -> None:
        """Returns once these are ready."""
        probes = {name: self._stack.port(f"{name}-probe") for name in names}
        readiness.wait(probes, self._stack.log, PATIENCE_S, lambda _line: None)
