"""An ASGI server inside our own event loop, stopped by us and not by its own signal handlers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 65_536
"""Bytes of address and headers together, and of whatever else comes without being a body: the parser has no bound."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
GRACE_S = 5
"""How long open requests may take to end once we stop."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the process."""
        yield


class _Bounded(HttpToolsProtocol):
    """Cuts off who sends a head or trailers without end, all of which would be kept in memory."""

    _unread = 0
    """Bytes since the parser gave something away."""

    def data_received(self, data: bytes) -> None:
        """Reads on, unless nothing has come of what was sent so far."""
        if self._unread > MOST_HEAD:
            if getattr(self.cycle, "response_complete", True):  # there may have been no request yet
                self.transport.write(TOO_LARGE)
            self.transport.close()
            return
        self._unread += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """A head has come to its end."""
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body, whose size the doors look at."""
        self._unread = 0
        super().on_body(body)


@contextlib.asynccontextmanager
async def serve(app: Any, host: str, port: int) -> AsyncIterator[int]:  # noqa: ANN401 - any ASGI application
    """Serves an application while the block runs; yields the port. Raises `OSError` if the port is taken."""
    config = uvicorn.Config(
        app, host=host, port=port, http=_Bounded, ws="none", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=GRACE_S, lifespan="off", limit_concurrency=None, timeout_keep_alive=30,
    )  # fmt: skip
    server = _Server(config)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1024) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task
