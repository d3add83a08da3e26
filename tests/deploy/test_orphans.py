"""A stack whose supervisor has died is not called stopped while its processes run on."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from cli.stack import status
from deploy.local.stack import Stack
from deploy.local.supervision import MARK

WAITING = [sys.executable, "-c", "import sys; print('here', flush=True); sys.stdin.read()"]


@pytest.mark.wide
def test_what_runs_on_is_told_until_it_has_gone(tmp_path):
    marked = os.environ | {MARK: str(tmp_path)}
    with subprocess.Popen(WAITING, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=marked) as process:
        process.stdout.readline()
        said = CliRunner().invoke(status, ["--data", str(tmp_path)])
        process.stdin.close()
    after = CliRunner().invoke(status, ["--data", str(tmp_path)])

    assert f"({process.pid})" in said.output
    assert (said.exit_code, after.exit_code) == (3, 3)
    assert "not running" in after.output
    assert Stack(tmp_path).orphans() == []
