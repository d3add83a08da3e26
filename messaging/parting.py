"""A door whose process is about to leave: each answer ends its connection, so that the next request goes elsewhere."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Message, Receive, Send], Awaitable[None]]
GOODBYE = (b"connection", b"close")


class Parting:
    """An ASGI application that passes everything on, and says goodbye with its answers once `leaving` says so.

    A proxy stops choosing a process that is not ready, but goes on using connections it has.
    """

    def __init__(self, door: Door, leaving: Callable[[], bool]) -> None:
        self._door = door
        self._leaving = leaving

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start" and self._leaving():
                message["headers"] = [*message.get("headers", ()), GOODBYE]
            await send(message)

        await self._door(scope, receive, last)
