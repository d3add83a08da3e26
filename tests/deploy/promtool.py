"""Prometheus' own tool, where the machine has it: nothing else evaluates rules as Prometheus does."""

import shutil
import subprocess

import pytest

ABSENT = "promtool is absent; Debian's package prometheus has it"


def promtool(*arguments, folder):
    """Runs it in a folder; skips the test where there is none, which is counted and said at the end."""
    if (tool := shutil.which("promtool")) is None:
        pytest.skip(ABSENT)
    return subprocess.run(
        [tool, *arguments], cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
