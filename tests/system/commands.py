"""Commands of an operator, run as a process beside a stack."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from deploy.local.plan import PROJECT


async def commanded(data, *words):
    """`fengqiao WORDS` of the stack in a folder: exit code, what it printed, what it complained of."""
    command = [sys.executable, "-m", "cli", *words, "--data", str(data)]
    process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, stdout=PIPE, stderr=PIPE)
    said, errors = await process.communicate()
    return process.returncode, said.decode(), errors.decode()
