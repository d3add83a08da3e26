"""A collector of traces, as small as one can be: it takes OTLP over HTTP, keeps every byte, and answers questions."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PROTOBUF = "application/x-protobuf"


class Collector:
    """Listens on a port of its own, the same again after `stop` and `start`."""

    def __init__(self, port=0):
        self.bodies = []
        """As they came."""
        self.connections = 0
        self._port = port
        self.start()

    def start(self):
        """Listens."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self):
        """Is gone: whoever calls is refused."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self):
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def _handler(self):
        collector = self

        class Handler(BaseHTTPRequestHandler):
            """Takes what is posted to where traces are."""

            def setup(self):
                collector.connections += 1
                super().setup()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                fits = self.path == "/v1/traces" and self.headers["content-type"] == PROTOBUF
                if fits:
                    collector.bodies.append(body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200 if fits else 415)
                self.send_header("content-type", PROTOBUF)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                return

        return Handler

    def spans(self):
        """Every span that came."""
        return [
            Span(resource, span)
            for body in list(self.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class Span:
    """A span with its service; ids are hexadecimal, as in a `traceparent`."""

    def __init__(self, resource, span):
        attributes = {one.key: one.value.string_value for one in resource.resource.attributes}
        self.service = attributes["service.name"]
        self.resource = attributes
        self.name = span.name
        self.trace, self.id, self.parent = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
        self.links = {(one.trace_id.hex(), one.span_id.hex()) for one in span.links}
        self.attributes = {one.key for one in span.attributes}

    @property
    def step(self):
        """Where it was, and what."""
        return self.service, self.name


class Trace:
    """The spans of one trace, as far as they have come."""

    def __init__(self, spans, number):
        self.spans = {one.id: one for one in spans if one.trace == number}

    def way(self, span):
        """The steps from where the trace began to a span, by parents alone."""
        steps = [span.step]
        while (before := self.spans.get(span.parent)) is not None:
            span = before
            steps.append(span.step)
        return tuple(reversed(steps))

    def ways(self):
        """The way to each of its spans."""
        return {self.way(one) for one in self.spans.values()}

    def orphans(self, *known):
        """Spans whose parent nobody told of, but for those under a `known` one."""
        return [one.step for one in self.spans.values() if one.parent not in {*self.spans, *known, ""}]
