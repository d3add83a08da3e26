"""The live stream over HTTP: who is let in, and how frames go out without one reader holding up another."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import FastAPI, Header
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from doors.areas import unknown_area
from doors.problems import Problem
from schemas.base import AreaCode
from services.metrics.feeds import Asked
from services.metrics.naming import Naming
from services.metrics.stream import Hub

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
PIECE = 32_768
"""Bytes of a frame given to the connection at a time: it holds no more of it for a reader who takes nothing."""


class Events(Response):
    """Frames, sent as fast as this one reader takes them; ends when either side goes."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        self._frames = frames
        self.status_code = 200
        self.background = None
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends; a frame waits here until the connection has room for it, and its listener falls behind meanwhile."""
        del scope
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        gone = asyncio.create_task(_gone(receive))
        try:
            async with aclosing(self._frames) as frames:  # type: ignore[type-var] # it is a generator
                async for frame in frames:
                    for piece in _pieces(frame):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                    if gone.done():
                        return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()


async def _gone(receive: Receive) -> None:
    """Returns when the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _pieces(frame: bytes) -> Iterator[bytes | memoryview]:
    """A frame as it is when it is small, else views of it: nothing is copied for one reader."""
    if len(frame) <= PIECE:
        yield frame
        return
    whole = memoryview(frame)
    for at in range(0, len(frame), PIECE):
        yield whole[at : at + PIECE]


def routes(app: FastAPI, hub: Hub, naming: Naming) -> None:
    """Adds the stream to the door."""

    @app.get("/v1/metrics/stream", response_class=Response, responses=EVENTS)
    async def stream(
        area: AreaCode | None = None, last_event_id: Annotated[str | None, Header()] = None
    ) -> Events:
        """Server-sent events: a snapshot, then changes; comes back where it was with Last-Event-ID."""
        if area is not None and area not in naming.areas:
            raise unknown_area()
        if hub.full:
            raise _full()
        await hub.fresh()  # while there is nothing to be read from, this is answered and not begun
        return Events(hub.listen(last_event_id, Asked(area or "")))


def _full() -> Problem:
    return Problem(
        503,
        "listeners",
        "There are as many listeners as this process may have; come again, or ask another replica.",
        zh="实时数据的连接数已达上限，请稍后重试，或连接其他副本",
    )
