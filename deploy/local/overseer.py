"""What supervisord lacks, by its own extension point: bounded back-off, restart counts, adopted orphans."""

import ctypes
import sys
import time
from collections import Counter

from supervisor import events

_LONGEST_PAUSE = 10
_PR_SET_CHILD_SUBREAPER = 36


class Overseer:
    """The XML-RPC namespace ``fengqiao``; its public methods are callable over the socket."""

    def __init__(self) -> None:
        self._starts: Counter[str] = Counter()
        events.subscribe(events.ProcessStateStartingEvent, self._count)
        events.subscribe(events.ProcessStateBackoffEvent, self._bound)
        events.subscribe(events.SupervisorRunningEvent, _adopt_orphans)

    def starts(self) -> dict[str, int]:
        """How often each program was started since the supervisor came up."""
        return dict(self._starts)

    def _count(self, event: events.ProcessStateStartingEvent) -> None:
        self._starts[event.process.config.name] += 1

    def _bound(self, event: events.ProcessStateBackoffEvent) -> None:
        # supervisord waits one second longer after every early exit, without end and then gives up.
        # A program that came back late must not find its supervisor minutes away.
        process = event.process
        process.backoff = min(process.backoff, _LONGEST_PAUSE)
        process.delay = min(process.delay, time.time() + _LONGEST_PAUSE)


def _adopt_orphans(_event: events.SupervisorRunningEvent) -> None:
    # The backends of a killed postmaster come to us to be reaped, also where process 1 does not do it.
    # In this event, because it is the first after supervisord's last fork.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def make_overseer(_supervisord: object) -> Overseer:
    """The factory named in the configuration file."""
    return Overseer()
