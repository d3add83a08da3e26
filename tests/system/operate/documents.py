"""The lines of docs/operate that a test runs, as they stand there."""

import os
import re
import subprocess
import sys

from tests.system.books import SERVICES
from tests.system.operate.releases import HERE


def lines(file, name):
    """The one shell block of a document that is marked `<!-- test: NAME -->`."""
    text = (HERE / "docs" / "operate" / file).read_text(encoding="utf-8")
    [block] = re.findall(rf"<!-- test: {name} -->\n```sh\n(.*?)```", text, flags=re.DOTALL)
    return block


def commands(folder, text, **environment):
    """Runs lines in which `fengqiao` is the command line of this tree; what they printed."""
    ours = folder / "bin" / "fengqiao"
    if not ours.exists():
        ours.parent.mkdir()
        ours.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cli "$@"\n')
        ours.chmod(0o755)
    path = f"{ours.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-eu", "-c", text],
        cwd=HERE, env=os.environ | {"PATH": path} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told_of(stack, tier="village"):
    """What an operator's shell knows of a house of one tier: its broker, its databases, its policy."""
    databases = {f"FENGQIAO_DSN_{tier}_{one}".upper(): stack.postgres(f"{one}_{tier}") for one in SERVICES}
    house = {"FENGQIAO_KAFKA": stack.kafka, "POLICY": str(stack.policy), "TIERS": tier, "BROKERS": "1"}
    return databases | house


def agree(stack, folder):
    """What reconcile prints of the village: nothing, when all is well."""
    return commands(folder, lines("README.md", "reconcile"), **told_of(stack))
