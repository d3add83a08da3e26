"""What is refused before anybody understands it: bodies too large, too slow, too deep, or of another kind."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doors.methods import methods_of
from doors.problems import Problem, response
from doors.shape import unfit

MAX_BODY = 65_536
MOST_PARTS = 4096
"""Values that stand beside one another, at any depth."""
STALL_S = 30.0
"""A sender of whom nothing more comes for so long is given up."""
SLOWEST = 4096
"""Bytes a second, over the whole of a body and beyond the first `STALL_S`: who sends one a second never stalls."""
TOO_SLOW = Problem(
    408,
    "too-slow",
    f"Nothing more of the body came for {STALL_S:.0f} s, or all of it came too slowly.",
    zh=f"请求体已 {STALL_S:.0f} 秒没有后续内容，或整体传输过慢",
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The media types a path takes, how many bytes of them, and of how many parts where it is JSON."""

    kinds: tuple[str, ...] = ("application/json", "application/cloudevents+json")
    bytes: int = MAX_BODY
    parts: int = MOST_PARTS


class TooLarge(Exception):
    """The body went over the bound while it was being read."""


class Gone(Exception):
    """Who sent the body went away before its end."""


class Limits:
    """ASGI middleware: 413 above 64 KiB whatever the length header says, 415 unless the body is JSON of a sane shape.

    A path that takes files has an allowance of its own. What no route takes is the application's to answer, unread.
    """

    def __init__(self, app: ASGIApp, router: Router, files: Mapping[str, Allowance] | None = None) -> None:
        self._app = app
        self._router = router
        self._files = files or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it."""
        if not self._brings_a_body(scope):
            await self._app(scope, receive, send)
            return
        allowed = self._files.get(scope["path"], Allowance())
        headers = {name.lower(): value for name, value in scope["headers"]}
        kind = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")[0].strip()
        if kind not in allowed.kinds:
            await response(_other_kind(allowed))(scope, receive, send)
            return
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > allowed.bytes:
            await response(_too_large(allowed))(scope, receive, send)
            return
        try:
            body = await _read(receive, allowed.bytes)
        except TooLarge:
            await response(_too_large(allowed))(scope, receive, send)
            return
        except TimeoutError:
            await response(TOO_SLOW, {"connection": "close"})(scope, receive, send)
            return
        except Gone:
            return  # nobody is there to be answered, and half a file must not be taken for a whole one
        if kind.endswith("json") and (wrong := unfit(body, allowed.parts)) is not None:
            await response(wrong)(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)

    def _brings_a_body(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] not in {"POST", "PUT", "PATCH"}:
            return False
        return scope["method"] in methods_of(self._router.routes, scope)


def _other_kind(allowed: Allowance) -> Problem:
    kind = allowed.kinds[0]
    return Problem(415, "content-type", f"Send {kind}.", zh=f"请使用 {kind}")


def _too_large(allowed: Allowance) -> Problem:
    size = f"{allowed.bytes // 1024} KiB"
    return Problem(
        413, "too-large", f"The body is larger than {allowed.bytes} bytes.", zh=f"请求体超过 {size}"
    )


async def _read(receive: Receive, most: int) -> bytes:
    """The whole body. Raises `TooLarge`, `Gone`, and `TimeoutError` when no more of it comes, or too little."""
    body, clock = bytearray(), asyncio.get_running_loop()
    end = clock.time() + STALL_S + most / SLOWEST
    while True:
        async with asyncio.timeout_at(min(end, clock.time() + STALL_S)):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        if len(body) > most:
            raise TooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the application the body that was read, then whatever comes after."""
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
