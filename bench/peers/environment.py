"""The environments of the stream libraries: each has its own, made from its lock file at the first run."""

import subprocess
import venv
from pathlib import Path

from bench.figures import OUT, say
from deploy.local.plan import StackError

HERE = Path(__file__).parent


def installed(name: str) -> str:
    """A Python with the library, installed once. Raises `StackError` when it cannot be."""
    folder = OUT / f"with-{name}"
    lock = HERE / f"{name}.lock"
    python, stamp = folder / "bin/python", folder / "installed"
    if not (stamp.exists() and stamp.read_text() == lock.read_text()):
        say(f"installing {name} into {folder.name} (once)")
        venv.create(folder, with_pip=True, clear=True)
        install: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        if subprocess.run([*install, "-r", lock], check=False).returncode:
            raise StackError(f"{lock.name} could not be installed: this section needs a package index")
        stamp.write_text(lock.read_text())
    return str(python)
