"""A wire to PostgreSQL that breaks where a test says: at the n-th thing said over it, in a way wires break."""

import asyncio
import socket
import struct
from enum import Enum, auto
from urllib.parse import urlsplit, urlunsplit


class Way(Enum):
    """How a connection ends, as somebody at this end of it sees it."""

    TORN = auto()
    """Reset before the n-th thing is heard."""
    DISMISSED = auto()
    """The server says goodbye before it hears the n-th thing, closes, and lets nobody in: it is shutting down."""
    DYING = auto()
    """The server answers the n-th thing, says goodbye, and closes a moment later."""
    UNANSWERED = auto()
    """The n-th thing is heard and done, and its answer is lost."""
    FROZEN = auto()
    """From the n-th thing on nothing comes through, on no connection."""


GONE = ("57P01", "terminating connection due to administrator command")
SHUTTING_DOWN = ("57P03", "the database system is shutting down")
STARTING_UP = ("57P03", "the database system is starting up")
FULL = ("53300", "sorry, too many clients already")
MOMENT_S = 0.01
"""Between a server's goodbye and the end of its process."""


def fatal(code, text):
    """What a server says before it goes."""
    fields = {"S": "FATAL", "V": "FATAL", "C": code, "M": text}
    body = b"".join(f"{name}{value}\0".encode() for name, value in fields.items()) + b"\0"
    return b"E" + struct.pack("!i", len(body) + 4) + body


class Wire:
    """Passes everything between clients and a server until it is told to break: `async with Wire(dsn) as wire`."""

    def __init__(self, dsn):
        self._server_dsn = dsn
        self._lines = set()
        self.refusing = None
        """What whoever wants in is told: a code and a text; None lets them in."""
        self._said = 0
        self._at = self._way = None
        self.broken = False

    async def __aenter__(self):
        self._listener = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._listener.close()
        for line in list(self._lines):
            line.end()
        await asyncio.sleep(0)

    @property
    def dsn(self):
        """The database, through this wire."""
        parts = urlsplit(self._server_dsn)
        account = parts.netloc.rpartition("@")[0]
        port = self._listener.sockets[0].getsockname()[1]
        return urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{port}"))

    def breaks(self, at, way):
        """From now on: break at the `at`-th thing that is said."""
        self._said, self._at, self._way, self.broken = 0, at, way, False

    def mended(self):
        """Whoever comes from now on is served."""
        self._at = self.refusing = None
        for line in list(self._lines):
            if line.broken:
                line.end()

    def cut(self):
        """Ends all connections."""
        for line in list(self._lines):
            line.end()

    def _due(self):
        self._said += 1
        if self._at is None or self._said < self._at or (self.broken and self._way is not Way.FROZEN):
            return None
        self.broken = True
        return self._way

    async def _joined(self, reader, writer):
        if self.refusing:
            await reader.read(1024)  # may be the wish for encryption, which is answered first
            writer.write(b"N")
            await reader.read(1024)
            writer.write(fatal(*self.refusing))
            writer.close()
            return
        parts = urlsplit(self._server_dsn)
        line = _Line(self, (reader, writer), await asyncio.open_connection(parts.hostname, parts.port))
        self._lines.add(line)
        try:
            await asyncio.gather(line.speak(self._due), line.answer(), return_exceptions=True)
        finally:
            self._lines.discard(line)
            line.end()


class _Line:
    """One connection over the wire."""

    def __init__(self, wire, client, server):
        self._wire = wire
        self._from_client, self._to_client = client
        self._from_server, self._to_server = server
        self._after = None
        self.broken = False

    async def speak(self, due):
        """What the client says, to the server."""
        try:
            while data := await self._from_client.read(65_536):
                if (way := due()) is not None:
                    self.broken = True
                    self._before(way)
                if self.broken and self._after is None:
                    continue
                self._to_server.write(data)
        finally:
            self._to_server.close()

    async def answer(self):
        """What the server says, to the client."""
        try:
            while data := await self._from_server.read(65_536):
                if not self.broken:
                    self._to_client.write(data)
                elif self._after is Way.DYING:
                    self._after = None
                    self._to_client.write(data + fatal(*GONE))
                    asyncio.get_running_loop().call_later(MOMENT_S, self._to_client.close)
                elif self._after is Way.UNANSWERED:
                    self._reset()
        finally:
            if not self.broken:
                self._to_client.close()

    def _before(self, way):
        match way:
            case Way.TORN:
                self._reset()
            case Way.DISMISSED:
                self._wire.refusing = SHUTTING_DOWN
                self._to_client.write(fatal(*GONE))
                self._to_client.close()
            case Way.FROZEN:
                pass
            case Way.DYING | Way.UNANSWERED:
                self._after = way

    def _reset(self):
        self._after = None
        given = self._to_client.get_extra_info("socket")
        given.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.end()

    def end(self):
        """Ends it on both sides."""
        self._to_client.transport.abort()
        self._to_server.close()
