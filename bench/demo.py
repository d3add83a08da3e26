"""From the start of `fengqiao demo` to the first figure on the board."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deploy.local.plan import PROJECT
from deploy.local.stack import Stack

FIRST = re.compile(r"first figure")
SECONDS = 10
"""How long the demonstration then goes on; it stops everything itself."""
PATIENCE_S = 300.0


def seconds_to_first_figure() -> float:
    """Starts the demonstration in a folder of its own, reads what it says, lets it end. Raises if it says nothing."""
    folder = Path(tempfile.mkdtemp(prefix="fengqiao-demo-"))
    command = [sys.executable, "-m", "cli", "demo", "--seconds", str(SECONDS), "--data", str(folder / "demo")]
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    first, lines = None, []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if first is None and FIRST.search(line):
                first = time.monotonic() - began
        process.wait(PATIENCE_S)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(120)
        Stack(folder / "demo").stop(wipe=True)
        shutil.rmtree(folder, ignore_errors=True)
    if first is None:
        raise RuntimeError("the demonstration showed no figure:\n" + "".join(lines[-20:]))
    return first
