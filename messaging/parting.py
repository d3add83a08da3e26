"""A door whose process is about to leave: each answer ends its connection, so that the next request goes elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Message, Receive, Send], Awaitable[None]]
GOODBYE = (b"connection", b"close")
REST_S = 5.0
"""How long the rest of a request is taken for that was answered before it had come."""


class Parting:
    """An ASGI application that passes everything on, and says goodbye with its answers once `leaving` says so.

    A proxy stops choosing a process that is not ready, but goes on using connections it has.
    """

    def __init__(self, door: Door, leaving: Callable[[], bool]) -> None:
        self._door = door
        self._leaving = leaving

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        request = _Request(scope, receive)

        async def last(message: Message) -> None:
            if self._leaving():
                if message["type"] == "http.response.start":
                    message["headers"] = [*message.get("headers", ()), GOODBYE]
                elif not message.get("more_body", False):
                    await request.rest()
            await send(message)

        await self._door(scope, request.receive, last)


class _Request:
    """A request that is taken to its end before its connection ends.

    Who still sends would be cut off in the middle of it, and most clients then never read the answer.
    """

    def __init__(self, scope: Message, receive: Receive) -> None:
        self._receive = receive
        self._more = any(
            name in {b"content-length", b"transfer-encoding"} for name, _ in scope.get("headers", ())
        )

    async def receive(self) -> Message:
        """The next of it."""
        message = await self._receive()
        self._more = bool(message.get("more_body", False))
        return message

    async def rest(self) -> None:
        """Takes what nobody wanted."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_S):
                while self._more:
                    await self.receive()
