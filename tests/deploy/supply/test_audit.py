"""The audit says what is known, and never that nothing is when nobody could be asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.supply.audit import CLEAN, KNOWN, UNKNOWN, main
from deploy.supply.pins import LOCKS, pins

PINS = pins(*LOCKS)


@pytest.fixture
def source():
    """A source that answers with what is put into `answers`, given what it was asked; its address with both."""
    answers, asked = [], []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            status, body = answers.pop(0)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_):
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", answers, asked
        finally:
            server.shutdown()
            thread.join()


def results(**vulnerable):
    return {
        "results": [{"vulns": [{"id": vulnerable[name]}]} if name in vulnerable else {} for name, _ in PINS]
    }


def test_every_pin_of_every_lock_is_asked_for_once(source):
    address, answers, asked = source
    answers.append((200, results()))

    assert main(address) == CLEAN

    [(path, body)] = asked
    assert path == "/v1/querybatch"
    said = [(one["package"]["name"], one["version"]) for one in body["queries"]]
    assert said == PINS
    assert len(said) == len(set(said)) > 100
    assert {"aiokafka", "pytest", "setuptools"} <= {name for name, _ in said}


def test_what_is_known_is_named_and_fails(source, capsys):
    address, answers, _ = source
    answers.append((200, results(certifi="PYSEC-2030-1")))

    assert main(address) == KNOWN

    assert f"certifi {dict(PINS)['certifi']}: PYSEC-2030-1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (404, b"no"), (200, b"<html>"), (200, {"results": []}), (200, {"results": [{}]}), (200, {})],
    ids=str,
)
def test_an_answer_that_is_none_is_no_clean_bill(source, answer, capsys):
    address, answers, _ = source
    answers.append(answer)

    assert main(address) == UNKNOWN

    said = capsys.readouterr()
    assert said.err.startswith("NOT AUDITED: ")
    assert said.out == ""


def test_without_a_network_it_says_that_nobody_could_be_asked(capsys):
    assert main("http://127.0.0.1:9") == UNKNOWN

    assert "127.0.0.1:9 cannot be asked" in capsys.readouterr().err
