"""An HTTP door as those see it who keep connections: plain sockets, so that asking costs little beside answering."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

AGAIN_S, TRIES = 0.2, 100
LATER = frozenset({0, 429, 503})
"""Answers that say: the same once more, later; 0 is none at all."""
CREATED = 201
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Door:
    """So many connections to one port of this machine, opened when they are first needed and kept."""

    port: int
    size: int
    told: Counter[int] = field(default_factory=Counter)
    """How often each answer came that was none yet."""
    _free: asyncio.LifoQueue[Wire | None] = field(default_factory=asyncio.LifoQueue)

    def __post_init__(self) -> None:
        for _ in range(self.size):
            self._free.put_nowait(None)

    async def created(self, path: str, key: str, body: bytes, credential: str | None) -> bytes:
        """Asks until it is done, under the same key; the body of the answer. Raises `RuntimeError` for a refusal."""
        signed = "" if credential is None else f"Authorization: Bearer {credential}\r\n"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n"
            f"{signed}Content-Length: {len(body)}\r\n\r\n"
        )
        for _ in range(TRIES):
            try:
                status, answer = await self._asked(head.encode() + body)
            except (asyncio.IncompleteReadError, ConnectionError):
                status, answer = 0, b""  # a door ends connections on which nothing was asked for long
            if status == CREATED:
                return answer
            self.told[status] += 1
            if status not in LATER:
                raise RuntimeError(f"{path} was answered {status}: {answer[:300].decode(errors='replace')}")
            await asyncio.sleep(AGAIN_S)
        raise RuntimeError(f"{path} was answered {dict(self.told)}, and never done")

    async def close(self) -> None:
        """Closes what is open; nobody asks any more."""
        while not self._free.empty():
            if (wire := self._free.get_nowait()) is not None:
                wire[1].close()

    async def _asked(self, request: bytes) -> tuple[int, bytes]:
        wire = await self._free.get()
        kept: Wire | None = None
        try:
            reader, writer = wire or await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(request)
            status, length, stays = _head(await reader.readuntil(b"\r\n\r\n"))
            answer = await reader.readexactly(length)
            if stays:
                kept = reader, writer
            else:
                writer.close()
        finally:
            self._free.put_nowait(kept)
        return status, answer


def _head(raw: bytes) -> tuple[int, int, bool]:
    """Status, length of the body, and whether the connection stays."""
    first, *lines = raw.decode("latin-1").split("\r\n")
    named = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    return int(first.split(" ", 2)[1]), int(named["content-length"]), named.get("connection", "") != "close"
