"""Requests that come on a connection before those before them are answered: few wait, and each hears who has gone."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MOST_AHEAD = 16
"""Requests that may wait on a connection for the answers before theirs. Thousands fit into what is read at once, each
takes kilobytes when it has been read, and no proxy or browser sends a second one before it has its answer."""


class TooManyAhead(Exception):
    """Nothing more of the connection is read."""


class Ahead(HttpToolsProtocol):
    """Cuts off who asks on and on without waiting; whatever answers a reader is told that they have gone."""

    _under_way: RequestResponseCycle | None = None

    def on_headers_complete(self) -> None:
        """One more was asked. Raises `TooManyAhead`: what has come is read no further, and nothing more is sent."""
        super().on_headers_complete()
        if len(self.pipeline) > MOST_AHEAD:
            self.end()
            raise TooManyAhead

    def end(self) -> None:
        """Ends the connection, as soon as its reader has taken what is left of an answer."""
        self.transport.close()
        self.hasten()

    def on_response_complete(self) -> None:
        """All of an answer was said, and with it perhaps that it is the last."""
        super().on_response_complete()
        self.hasten()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP, and ends it."""
        super().send_400_response(msg)
        self.hasten()

    def hasten(self) -> None:
        """Sees to it that a connection that was ended does not stay."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 - any ASGI application
        self._under_way = cycle

        async def watched(*scope_receive_send: Any) -> None:  # noqa: ANN401
            try:
                await app(*scope_receive_send)
            finally:  # whoever leaves an answer without its end has the library end the connection right behind us
                self.loop.call_soon(self.hasten)

        super()._start_asgi_task(cycle, watched)

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone: the library says so to the request that came last, which may not be the one being answered."""
        if (cycle := self._under_way) is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)
