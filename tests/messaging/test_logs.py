"""The log says of a bug what it was, where it arose and what it came after, and nothing that was sent."""

import json
import subprocess
import sys

import pytest

from messaging.logs import CHAIN, frames
from tests.builders import ROOT

SECRET = "王小明"  # what a person might write anywhere


def raised(error):
    """The error as somebody who handles it has it."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_a_bug_is_told_by_its_kind_its_place_and_what_it_came_after():
    first, then = KeyError(SECRET), ValueError(SECRET)
    then.__cause__ = raised(first)

    told = frames(raised(then))

    assert (told["error"], told["after"]) == ("ValueError", ["KeyError"])
    assert told["frames"][-1].endswith(" raised")
    assert SECRET not in json.dumps(told, ensure_ascii=False)


def test_errors_that_were_raised_from_each_other_are_told_to_an_end():
    first, then = KeyError("a"), ValueError("b")
    first.__cause__, then.__cause__ = then, first

    assert frames(then)["after"] == ["KeyError", "ValueError"] * (CHAIN // 2)


ENDS = f"""
import asyncio
from messaging import health, logs
from messaging.process import Process
from messaging.settings import ServiceSettings

async def part(stop):
    raise ValueError("{SECRET} cannot be used")

async def main():
    process = Process("routing", ServiceSettings(TIER="village", kafka="127.0.0.1:1", postgres="postgresql:///"))
    process._loops = [part]
    process.door = health.probes(process.health)
    await process._work()

logs.configure("routing", "village")
asyncio.run(main())
"""


def test_a_part_of_a_process_that_meets_a_bug_ends_it_and_is_logged_without_any_value():
    command = [sys.executable, "-c", ENDS]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    line = json.loads(ended.stderr.splitlines()[-1])
    assert ended.returncode == 1
    assert (line["message"], line["error"]) == ("part ended", "ValueError")
    assert SECRET not in json.dumps(line, ensure_ascii=False)
