"""A span for each request that is recorded: what it was asked by its template and how it was answered, never who."""

from opentelemetry.context import attach, detach
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from messaging.trace import carried
from messaging.tracing import RECORDING, read, under

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BROKEN = 500


class Traced:
    """ASGI middleware outside all others; while nothing is recorded it passes requests on and looks at nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Records a request if it is chosen here: a caller may say which trace it is, not that it be recorded."""
        if (tracer := RECORDING.tracer) is None or scope["type"] != "http" or not RECORDING.chosen():
            await self._app(scope, receive, send)
            return
        request = _Request(tracer, scope)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.answered(message)
            await send(message)

        token = attach(set_span_in_context(request.span))
        try:
            await self._app(scope, receive, noted)
        finally:
            detach(token)
            request.end()


class _Request:
    """A request under way."""

    def __init__(self, tracer: Tracer, scope: Scope) -> None:
        given = carried(dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1"))
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        self._scope = scope
        self._verb = "HTTP" if method == "_OTHER" else method
        self.span: Span = tracer.start_span(
            self._verb,
            context=under(read(given) if given else None),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.scheme": scope["scheme"]},
        )

    def answered(self, message: Message) -> None:
        """The answer begins. What goes on for hours, a stream of figures, is told of by its beginning."""
        status: int = message["status"]
        self.span.set_attribute("http.response.status_code", status)
        if status >= _BROKEN:
            self.span.set_attribute("error.type", str(status))
            self.span.set_status(Status(StatusCode.ERROR))
        if dict(message.get("headers", ())).get(b"content-type", b"").startswith(b"text/event-stream"):
            self.end()

    def end(self) -> None:
        """It is over; its address is in nothing, in which a caller may have written anything."""
        if not self.span.is_recording():
            return
        if (route := getattr(self._scope.get("route"), "path", None)) is not None:
            self.span.update_name(f"{self._verb} {route}")
            self.span.set_attribute("http.route", route)
        self.span.end()
