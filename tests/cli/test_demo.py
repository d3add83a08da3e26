"""The demonstration, on a real stack: a service is killed in the middle, nothing is lost, nothing is left running."""

import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from deploy.local.plan import PROJECT
from deploy.local.stack import Stack
from deploy.local.supervision import MARK

pytestmark = [pytest.mark.system, pytest.mark.timeout(420)]
MEASURES = (
    "reported",
    "settled",
    "climbed",
    "came back",
    "revisited",
    "reopened",
    "closed",
    "still open",
    "lost",
)


@pytest.fixture
def folder(tmp_path):
    """Where a demonstration keeps what it leaves, of which nothing stays after the test."""
    yield tmp_path / "demo"
    Stack(tmp_path / "demo").stop(wipe=True)


def begin(folder, *arguments):
    """The command as a user starts it without a terminal; what it prints goes to a file, as it comes."""
    command = [sys.executable, "-m", "cli", "demo", "--data", str(folder), *arguments]
    with (folder.parent / "printed").open("w") as file:
        return subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(PROJECT)}, start_new_session=True,
        )  # fmt: skip


def printed(folder):
    return (folder.parent / "printed").read_text()


def wait_for(words, folder, process, seconds=240):
    until = time.monotonic() + seconds
    while words not in printed(folder):
        assert process.poll() is None, printed(folder)
        assert time.monotonic() < until, printed(folder)
        time.sleep(0.1)


def left_running(folder):
    """Processes of this stack, wherever they went."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def row(text, measure):
    """The numbers of one line of the table: village, town, county, total."""
    line = next(line for line in text.splitlines() if re.search(rf"\S+ {measure}  ", line))
    return [int(word) for word in line.split(measure)[1].split()]


def test_a_county_at_work_loses_nothing_when_routing_is_killed_in_the_middle(folder):
    process = begin(folder, "--seconds", "25", "--rate", "6")
    wait_for("first figure", folder, process)
    time.sleep(10)

    assert Stack(folder).kill("village-routing")

    assert process.wait(240) == 0, printed(folder)
    text = printed(folder)
    figures = {measure: row(text, measure) for measure in MEASURES}
    assert figures["lost"] == [0, 0, 0, 0]
    assert figures["reported"][3] == int(re.search(r"“accepted”: (\d+) reports", text)[1]) > 80
    assert figures["settled"][3] > 0
    assert figures["revisited"][3] > 0
    assert "asked again" in text
    assert text.index("The board") < text.index("first figure") < text.index("settled in the village")
    assert "everything stopped" in text
    assert left_running(folder) == []


def test_a_demonstration_that_is_ended_while_it_starts_lets_everything_stop_and_leaves_nothing_running(
    folder,
):
    process = begin(folder)
    wait_for("starting the services", folder, process)

    process.send_signal(signal.SIGTERM)

    assert process.wait(120) == 143
    assert "everything stopped" in printed(folder)
    assert "SIGKILL" not in (folder / "logs" / "supervisord.log").read_text()
    assert left_running(folder) == []
