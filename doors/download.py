"""A file that is sent while it is made: who goes away ends the making, who does not take it is given up."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

log = logging.getLogger(__name__)

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._@-]")
STALL_S = 30.0
"""A reader that takes nothing for so long is given up."""


def attachment(name: str) -> str:
    """How a file is called that a browser keeps and does not show; what could end the name or lead it is left out."""
    return f'attachment; filename="{_NOT_IN_NAMES.sub("", name).lstrip(".") or "file"}"'


class Download(Response):
    """Pieces as they come, under a file name.

    A file that could not be finished ends without its end, so that every client of HTTP sees it; one of which nothing
    could be made is answered as the problem it is.
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None], *, name: str, media_type: str) -> None:
        super().__init__(media_type=media_type)
        self._pieces = pieces
        del self.headers["content-length"]
        self.headers["content-disposition"] = attachment(name)
        self.headers["cache-control"] = "no-store"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as Starlette has it
        """Sends the file, until it is sent or its reader is gone."""
        gone, sending = asyncio.create_task(_gone(receive)), asyncio.create_task(self._send(send))
        try:
            await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (gone, sending):
                one.cancel()
            await asyncio.gather(gone, sending, return_exceptions=True)
        if not sending.cancelled():
            sending.result()

    async def _send(self, send: Send) -> None:
        begun = False
        try:
            async with aclosing(self._pieces) as pieces:
                async for piece in pieces:
                    if not begun:
                        await send(
                            {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                        )
                        begun = True
                    async with asyncio.timeout(STALL_S):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Exception as why:
            if not begun:
                raise
            # without the last message the server cuts the connection, which is how a reader sees it
            log.warning("a download broke off: %s", type(why).__name__)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
