"""An ASGI server inside our own event loop, stopped by us and not by its own signal handlers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from messaging.allowed import CONNECTIONS
from messaging.bounded import Bounded
from messaging.closing import let_in
from messaging.connected import Connected
from messaging.database import COMMAND_TIMEOUT_S

UNSENT = 131_072
"""Bytes the system keeps for a reader beyond what is on its way; it would be megabytes for each who takes nothing.
It asks for more when half of it is gone, so that who takes less than 2 KB/s counts as taking nothing."""
TICK_S = 1.0
"""How often answers are given another date: it has seconds only."""
GRACE_S = int(COMMAND_TIMEOUT_S) + 5
"""How long open requests may take to end once we stop: longer than waiting for a database that does not answer."""
IDLE_S = 100
"""How long a connection is kept on which nothing is asked: longer than proxies keep theirs (60 s is usual, 90 known),
so that they end it and not we, perhaps while their next request is on its way."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, most: int) -> None:
        super().__init__(config)
        self._state = self.server_state = Connected(most)
        self._ending = asyncio.Event()

    async def main_loop(self) -> None:
        """Serves until `end`; the library looks ten times a second whether it is to end, which idle processes feel."""
        while not await self.on_tick(0):  # at each tick of that number it writes the date of the second anew
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), TICK_S)

    def end(self) -> None:
        """Ends it, at once."""
        self.should_exit = True
        self._ending.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets in who has come, and nobody else; answers them, and lets go of who asks for nothing."""
        for one in sockets or ():
            await let_in(one)
        self._state.closing = True
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the process."""
        yield


@contextlib.asynccontextmanager
async def serve(
    app: Any,  # noqa: ANN401 - any ASGI application
    host: str,
    port: int,
    most: int = CONNECTIONS,
) -> AsyncIterator[int]:
    """Serves an application while the block runs, at so many connections; yields the port. Raises `OSError`."""
    config = uvicorn.Config(
        app, host=host, port=port, http=Bounded, ws="none", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=GRACE_S, lifespan="off", limit_concurrency=None, timeout_keep_alive=IDLE_S,
    )  # fmt: skip
    server = _Server(config, most)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1024) as listener:
        # Heads and bodies are written apart; asyncio's own loop leaves them to wait 40 ms for each other here.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # not on every platform
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.end()
            await task
