"""What answers when nothing else could: a bug is logged without any value, and answered without its inside."""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doors.problems import Problem, response, unavailable
from messaging.logs import frames
from messaging.trace import carried

log = logging.getLogger(__name__)

MET_A_BUG = Problem(
    500,
    "internal",
    "The service met an error of its own, which is in its log. Nothing is wrong with the request.",
    zh="系统内部错误，已记入日志，请求本身无误",
)


class LastResort:
    """ASGI middleware outside everything that decides: whoever asks gets an answer, whatever happened.

    The server would log an exception with its text, which may quote what was sent; so none goes on to it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; answers 500 for a bug, and 503 for a request that is given up because we stop."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except asyncio.CancelledError:
            if not begun:
                await unavailable()(scope, receive, send)
            raise
        except Exception as bug:  # noqa: BLE001 - whatever it is, it is logged here or nowhere
            log.error("a request met a bug", extra=frames(bug) | _about(scope))  # noqa: TRY400 - no values
            if not begun:  # else the server cuts the connection, as the answer has no end
                await response(MET_A_BUG)(scope, receive, send)


def _about(scope: Scope) -> dict[str, object]:
    """Which request it was: never its address, in which a caller may have written anything."""
    given = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
    trace = carried(given)
    about = {"method": scope["method"], "route": getattr(scope.get("route"), "path", None)}
    return about | ({"trace_id": trace.split("-")[1]} if trace else {})
