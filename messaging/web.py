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
HEAD_S = 30.0
"""How long a head may take to come: who sends it a byte at a time holds a connection for ever otherwise."""
GRACE_S = 5
"""How long open requests may take to end once we stop."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the process."""
        yield


class _Bounded(HttpToolsProtocol):
    """Cuts off who sends a head or trailers without end, all of which would be kept in memory, or never ends a head."""

    _unread = 0
    """Bytes since the parser gave something away."""
    _late: asyncio.TimerHandle | None = None
    """When the head that is awaited is late; None while none is."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        """Somebody is there, and has so long to say what they want."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._in_time()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Reads on, unless nothing has come of what was sent so far."""
        if self._unread > MOST_HEAD:
            if self._answered:
                self.transport.write(TOO_LARGE)
            self.transport.close()
            return
        self._unread += len(data)
        if self._answered:
            self._await_head()
        super().data_received(data)

    @property
    def _answered(self) -> bool:
        """Whether no answer is under way, be it that nothing was asked yet."""
        return bool(getattr(self.cycle, "response_complete", True))

    def _await_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_S, self._give_up)

    def _give_up(self) -> None:
        self._late = None
        if self._answered:
            self.transport.close()
        else:  # who waits for an answer loses nothing by what comes behind
            self._await_head()

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def on_headers_complete(self) -> None:
        """A head has come to its end."""
        self._unread = 0
        self._in_time()
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
