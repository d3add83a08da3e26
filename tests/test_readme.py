"""The README keeps its word: what it tells a partner to type is run as it stands there."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import takewhile
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from deploy.local.plan import Plan
from deploy.local.stack import Stack

ROOT = Path(__file__).parents[1]


def blocks(file, kind):
    text = (ROOT / file).read_text(encoding="utf-8")
    return re.findall(rf"<!-- test: {kind} -->\n```{kind}\n(.*?)```", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    stack = Stack(tmp_path_factory.mktemp("readme"), Plan(tiers=("village",)))
    stack.start()
    try:
        stack.wait_ready(120)
        yield stack
    finally:
        stack.stop(wipe=True)


@pytest.mark.system
def test_a_partners_first_events_become_incidents(village):
    environment = os.environ | addresses(village)
    (shell,) = blocks("README.md", "sh")
    (python,) = blocks("README.md", "python")

    by_curl = subprocess.run(["sh", "-c", shell], env=environment, capture_output=True, text=True, check=True)
    subprocess.run([sys.executable, "-c", python], env=environment, check=True)

    assert '"incident_id"' in by_curl.stdout
    incidents = eventually(lambda: listed(village), lambda found: len(found) == 2)
    assert {one["category"] for one in incidents} == {"category/1:land", "category/1:labour"}


@pytest.mark.system
def test_a_dashboard_subscribes_to_figures_as_the_readme_of_metrics_says(village):
    (shell,) = blocks("services/metrics/README.md", "sh")

    with subprocess.Popen(
        ["sh", "-c", shell],
        env=os.environ | addresses(village),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as listening:
        lines = list(takewhile(lambda line: line != "\n", listening.stdout))
        os.killpg(listening.pid, signal.SIGTERM)

    event = dict(line.rstrip("\n").split(": ", 1) for line in lines)
    data = json.loads(event["data"])
    assert event["event"] == "snapshot"
    assert [one["id"] for one in data["figures"]] == ["closure_rate@1", "open@1"]
    assert data["period"]["kind"] == "month"


def test_both_languages_show_the_same_lines():
    for kind in ("sh", "python"):
        assert blocks("README.md", kind) == blocks("README.zh-CN.md", kind) != []


def addresses(village):
    """What the command of the README puts into a shell."""
    printed = (
        CliRunner().invoke(fengqiao, ["env", "--data", str(village.data)], catch_exceptions=False).output
    )
    return dict(line.removeprefix("export ").split("=", 1) for line in printed.splitlines())


def listed(village):
    return httpx.get(village.url("village-routing") + "/v1/incidents").json()["incidents"]


def eventually(look, enough, seconds=30):
    end = time.monotonic() + seconds
    while not enough(found := look()) and time.monotonic() < end:
        time.sleep(0.2)
    return found
