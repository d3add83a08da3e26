"""Programs that are run to their end."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.plan import StackError

_LAST_LINES = 15


def call(
    command: Sequence[str],
    complaint: str,
    *,
    folder: Path | None = None,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Everything the program printed; ``StackError`` with the complaint and its last lines when it failed."""
    try:
        done = subprocess.run(  # noqa: S603 - commands come from this package, never from input
            command, capture_output=True, text=True, check=False, cwd=folder, user=user, env=environment
        )
    except OSError as error:
        raise StackError(f"{complaint}: {error}") from error
    said = done.stdout + done.stderr
    if done.returncode:
        raise StackError("\n".join([f"{complaint}:", *said.splitlines()[-_LAST_LINES:]]))
    return said
