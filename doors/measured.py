"""How long each answer took to begin, by the template of its route: never by what was asked for."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from messaging.telemetry import exemplar, http_seconds

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""What no route of ours takes, and methods somebody made up: a label has few values whatever is sent."""


class Measured:
    """ASGI middleware. A stream counts until its first byte: how long somebody listens says nothing about us."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measures one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        answered = False

        async def noted(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                _note(scope, message["status"], perf_counter() - begun)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if not answered:
                _note(scope, 500, perf_counter() - begun)
            raise


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else OTHER
    route = getattr(scope.get("route"), "path", OTHER)
    http_seconds.labels(method, route, f"{status // 100}xx").observe(seconds, exemplar())
