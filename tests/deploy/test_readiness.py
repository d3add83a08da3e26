"""A stack is ready when all its services are at the same time, not one after the other."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.local import readiness
from deploy.local.plan import StackError


@contextmanager
def answering(*statuses):
    """A probe port that answers these one after the other, and the last one for ever."""
    left = list(statuses)

    class Probe(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Probe)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait(tmp_path, said, **ports):
    readiness.wait(ports, lambda name: tmp_path / name, 1.0, said.append)


def test_each_service_is_told_once_when_it_becomes_ready(tmp_path):
    said = []
    with answering(503, 200) as late, answering(200) as soon:
        wait(tmp_path, said, late=late, soon=soon)

    assert said == ["soon is ready (1/2)", "late is ready (2/2)"]


@pytest.mark.wide
def test_a_service_that_was_ready_and_is_so_no_longer_is_waited_for(tmp_path):
    (tmp_path / "fell").write_text("I fell")

    with (
        answering(200, 503) as fell,
        answering(503, 503, 200) as late,
        pytest.raises(StackError, match="I fell"),
    ):
        wait(tmp_path, [], fell=fell, late=late)
