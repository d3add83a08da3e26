"""What somebody brings to sign in with is told to nobody: not in logs, not in answers, not in traces."""

import logging
from itertools import chain

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from doors.gate import Guard, guarded
from doors.identity.senders import Sender, fresh
from messaging.tracing import RECORDING
from tests.doors.identity import bad
from tests.doors.identity.issuing import Issuer, bearer
from tests.doors.test_gate import an_app

ISSUER = Issuer()
KEY, DIGEST = fresh("hotline")
SENDERS = {
    "hotline": Sender(id="hotline", sha256=DIGEST, area="620522100", roles=("centre-staff",)),
}
EVERY = {"a good token": bearer(ISSUER.token()), "a good key": bearer(KEY)} | bad.every(ISSUER)
SHORTEST = 12
"""Letters of a part of a token that is looked for; less may stand anywhere."""


@pytest.fixture
def spans(monkeypatch):
    """Everything that is told of requests as traces."""
    told, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(told))
    monkeypatch.setattr(RECORDING, "tracer", provider.get_tracer("test"))
    monkeypatch.setattr(RECORDING, "share", 1.0)
    return told


def secrets(headers):
    """The parts of what was brought that nobody else could know."""
    for value in (value.decode("latin-1") for _, value in headers):
        yield from (part for part in value.replace(" ", ".").split(".")[1:] if len(part) >= SHORTEST)


def everything(record):
    return f"{record.getMessage()} {record.__dict__}"


async def test_no_part_of_a_token_is_in_a_log_an_answer_or_a_trace_whatever_becomes_of_the_request(
    caplog, spans
):
    app = an_app(ISSUER)
    guarded(app, Guard("routing", "town", ISSUER.sign_in(SENDERS)))
    caplog.set_level(logging.DEBUG)
    statuses, answers = set(), []
    transport = httpx.ASGITransport(app)
    for headers in EVERY.values():
        for method, path in (("GET", "/v1/incidents"), ("GET", "/v1/contacts"), ("POST", "/v1/nowhere")):
            request = httpx.Request(method, f"http://door{path}", headers=headers)
            answer = await transport.handle_async_request(request)
            body = (await answer.aread()).decode()
            statuses.add(answer.status_code)
            answers.append(f"{body} {answer.headers}")

    assert {200, 401, 404, 500} <= statuses
    told = [
        *answers, *map(everything, caplog.records),
        *(f"{one.name} {dict(one.attributes)} {one.events}" for one in spans.get_finished_spans()),
    ]  # fmt: skip
    assert len(spans.get_finished_spans()) == 3 * len(EVERY)
    whole = "\n".join(told)
    assert [one for one in chain.from_iterable(map(secrets, EVERY.values())) if one in whole] == []
