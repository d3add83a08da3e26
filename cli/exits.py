"""How a running command may end: the first Ctrl-C closes it in order, anything harsher leaves at once, tidily."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Exits:
    """Turns signals into an orderly end while the block runs; leaving is `SystemExit` with 128 and the signal."""

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._deaf = False
        self._close: Callable[[], None] | None = None
        self._leave: Callable[[], None] | None = None
        self._code = 0

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._heard) for number in HEARD}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def deaf(self) -> None:
        """From now on no signal disturbs: what is being stopped must be stopped."""
        self._deaf = True

    def closing(self) -> asyncio.Event:
        """An event of the running loop that the first Ctrl-C sets; only a second one leaves."""
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        self._close = lambda: (loop.call_soon_threadsafe(stop.set), None)[1]
        return stop

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Like `asyncio.run`; leaving cancels `main`, so that it can let go of what it holds."""

        async def leavable() -> T:
            loop, task = asyncio.get_running_loop(), asyncio.current_task()
            assert task is not None
            self._leave = lambda: (loop.call_soon_threadsafe(task.cancel), None)[1]
            return await main

        try:
            return asyncio.run(leavable())
        except asyncio.CancelledError:
            raise SystemExit(self._code) from None
        finally:
            self._close = self._leave = None

    def _heard(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._deaf:
            return
        if number == signal.SIGINT and self._close is not None:
            close, self._close = self._close, None
            close()
            return
        self._code = 128 + number
        if self._leave is None:
            raise SystemExit(self._code)
        self._leave()
