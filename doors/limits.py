"""What is refused before anything is read: bodies that are too large or of another kind."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doors.problems import Problem, response

MAX_BODY = 65_536


class TooLarge(Exception):
    """The body went over the bound while it was being read."""


class Limits:
    """ASGI middleware: 413 above 64 KiB whatever the length header says, 415 unless the body is JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it."""
        if scope["type"] != "http" or scope["method"] not in {"POST", "PUT", "PATCH"}:
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        if (
            not headers.get(b"content-type", b"")
            .lower()
            .startswith((b"application/json", b"application/cloudevents+json"))
        ):
            problem = Problem(415, "content-type", "Send application/json.", zh="请使用 application/json")
            await response(problem)(scope, receive, send)
            return
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MAX_BODY:
            await response(_too_large())(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await response(_too_large())(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


def _too_large() -> Problem:
    return Problem(413, "too-large", f"The body is larger than {MAX_BODY} bytes.", zh="请求体超过 64 KiB")


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body


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
