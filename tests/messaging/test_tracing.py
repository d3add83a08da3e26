"""A process that is not asked for traces carries nothing of them; one that is ends within seconds, collector or not."""

import os
import subprocess
import sys
import time

import pytest

from tests.builders import ROOT

LOOK = """
import sys, threading
from messaging import logs, process, tracing
import services.routing.app
logs.configure("routing", "village")
tracing.configure("routing", "village")
names = ("opentelemetry.sdk", "opentelemetry.exporter", "google.protobuf", "requests")
heavy = [one for one in sys.modules if one.startswith(names)]
print(tracing.RECORDING.tracer, heavy, threading.active_count(), tracing.here())
"""
SPEAK = """
import sys, time
from messaging import logs, tracing
logs.configure("routing", "village")
tracing.configure("routing", "village")
begun = time.monotonic()
for _ in range(5000):
    tracing.RECORDING.tracer.start_span("x").end()
print(f"{time.monotonic() - begun:.3f}")
tracing.end()
print(tracing.RECORDING.tracer)
"""
NOBODY = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


def run(program, **environment):
    """A process of its own; what it printed and logged, and how long it took."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done, time.monotonic() - begun


@pytest.mark.wide
def test_off_is_nothing_at_all():
    done, _ = run(LOOK)

    assert done.stdout.strip() == "None [] 1 None", done.stderr


@pytest.mark.wide
def test_a_collector_that_is_away_holds_up_nobody_and_is_told_of_in_a_few_lines():
    done, took = run(SPEAK, **NOBODY)

    speaking, after = done.stdout.split()
    assert (after, done.returncode) == ("None", 0), done.stderr
    assert float(speaking) < 5
    assert took < 20
    assert len(done.stderr.splitlines()) <= 5, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.wide
def test_what_is_wrong_with_the_settings_keeps_the_service_from_starting_and_is_named():
    start = "from messaging.starting import main; main('routing', lambda: None)"
    done, _ = run(start, TIER="village", OTEL_TRACES_SAMPLER="x", **NOBODY)

    assert done.returncode == 78
    assert "OTEL_TRACES_SAMPLER: one of" in done.stderr
