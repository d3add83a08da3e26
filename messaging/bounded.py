"""A connection that is bounded in what it keeps and how long it waits, whoever is at its other end."""

import asyncio
import logging
import socket
import struct

from messaging.ahead import Ahead
from messaging.closing import waiting
from messaging.connected import Connected

log = logging.getLogger(__name__)

MOST_HEAD = 65_536
"""Bytes of address and headers together, and of whatever else comes without being a body: the parser has no bound."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
HEAD_S = 30.0
"""How long a head may take to come: who sends it a byte at a time holds a connection for ever otherwise."""
STALL_S = 30.0
"""A reader who takes nothing of what waits for them for so long is cut off: closing would wait for them to take it."""
WAITING = 32_768
"""Bytes of an answer that wait in the process for a reader before whatever makes it waits as well."""
FULL = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
SAY_S = 5.0
"""How long the head of a request may take to come once we stop."""
_AT_ONCE = struct.pack("ii", 1, 0)
"""The system keeps nothing for them either, and they are told by a reset."""


class Bounded(Ahead):
    """Cuts off who sends a head or trailers without end, all of which would be kept in memory, or never ends a head.

    And who takes nothing of an answer: whatever makes it waits meanwhile, and a piece of it stands in memory.
    """

    _unread = 0
    """Bytes since the parser gave something away."""
    _late: asyncio.TimerHandle | None = None
    """When the head that is awaited is late; None while none is."""
    _stalled: asyncio.TimerHandle | None = None
    """When what waits for the reader is looked at again; None while they keep up."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        """Somebody is there, and has so long to say what they want."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=WAITING)
        if self._shared is not None and not self._shared.has_room():
            transport.write(FULL)
            transport.close()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._in_time()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """More waits for the reader than we care to keep."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """They took it."""
        self._taken()
        super().resume_writing()
        self.hasten()

    def hasten(self) -> None:
        """Cuts off who takes nothing of what is left, if it has ended and is still there."""
        left = self.transport.get_write_buffer_size() if self.transport.is_closing() else 0
        if left and self._stalled is None and self in self.connections:
            self._watch(left)

    def _watch(self, waiting: int) -> None:
        self._stalled = self.loop.call_later(STALL_S, self._look_again, waiting)

    def _look_again(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting < before:
            self._watch(waiting)
            return
        log.info("a reader took nothing for %.0f s and was cut off", STALL_S)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    def _taken(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Reads on, unless nothing has come of what was sent so far."""
        if self._unread > MOST_HEAD:
            if self.answered:
                self.transport.write(TOO_LARGE)
            self.end()
            return
        self._unread += len(data)
        if self.answered:
            self._await_head()
        super().data_received(data)

    @property
    def answered(self) -> bool:
        """Whether no answer is under way, be it that nothing was asked yet."""
        return bool(getattr(self.cycle, "response_complete", True))

    def _await_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(SAY_S if self._closing else HEAD_S, self._give_up)
            if self._shared is not None:
                self._shared.awaits(self)

    def _give_up(self) -> None:
        self._in_time()
        if self.answered:
            self.end()
        else:  # who waits for an answer loses nothing by what comes behind
            self._await_head()

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
        if self._shared is not None:
            self._shared.awaits_no_more(self)

    def on_headers_complete(self) -> None:
        """A head has come to its end."""
        self._unread = 0
        self._in_time()
        super().on_headers_complete()
        if self._closing and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """A piece of a body, whose size the doors look at."""
        self._unread = 0
        super().on_body(body)

    def give_way(self) -> None:
        """Ends a connection on which nothing whole was asked, in favour of somebody else."""
        self._in_time()
        self.end()

    @property
    def _shared(self) -> Connected | None:
        return self.server_state if isinstance(self.server_state, Connected) else None

    @property
    def _closing(self) -> bool:
        return self._shared is not None and self._shared.closing

    def shutdown(self) -> None:
        """We stop: who has asked is answered, who is about to ask may do so, anybody else is let go."""
        if not self.answered:
            self.cycle.keep_alive = False
        elif self._late is None:
            self._let_go()
        else:
            self._in_time()
            self._await_head()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing has been asked for long."""
        self._let_go()

    def _let_go(self) -> None:
        """Ends a connection on which nothing is asked, unless a request has come that we have not read yet."""
        if not self.transport.is_closing() and not waiting(self.transport.get_extra_info("socket").fileno()):
            self.end()
