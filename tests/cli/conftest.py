"""A door on this machine that commands can be pointed at, and a stack that they can work on."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from json import dumps

import pytest

from deploy.local.plan import PROJECT, TIERS, Plan
from deploy.local.stack import Stack


@pytest.fixture(scope="module")
def stack(request, tmp_path_factory):
    """A stack with the times of the demonstration; a module that says no `TIERS` gets all."""
    tiers = getattr(request.module, "TIERS", TIERS)
    stack = Stack(
        tmp_path_factory.mktemp("stack"), Plan(tiers=tiers, policy=PROJECT / "policy" / "demo.yaml")
    )
    stack.start()
    try:
        stack.wait_ready()
        yield stack
    finally:
        stack.stop(wipe=True)


@pytest.fixture
def door():
    """A door that keeps what it was sent and answers what it is told to; without a status it hangs up instead."""
    seen, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            kind, key = self.headers["Content-Type"], self.headers["Idempotency-Key"]
            seen.append((f"{self.command} {self.path}", kind, key, body))
            status, answer = answers.pop(0)
            if status is None:
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode() if isinstance(answer, str) else dumps(answer).encode())

        def do_POST(self):
            self.do_PUT()

        def do_GET(self):
            self.do_PUT()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen, answers
    server.shutdown()
    server.server_close()
