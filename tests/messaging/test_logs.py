"""The log says of a bug what it was, where it arose and what it came after, and nothing that was sent."""

import json
import logging
import subprocess
import sys

import pytest

from messaging.logs import CHAIN, Silent, frames
from messaging.spans import applying, taken
from schemas.topics import TOPICS
from tests.builders import ROOT, a_message, reported
from tests.recorded import recorded

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
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


@pytest.mark.wide
def test_a_part_of_a_process_that_meets_a_bug_ends_it_and_is_logged_without_any_value():
    command = [sys.executable, "-c", ENDS]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    line = json.loads(ended.stderr.splitlines()[-1])
    assert ended.returncode == 1
    assert (line["message"], line["error"]) == ("part ended", "ValueError")
    assert SECRET not in json.dumps(line, ensure_ascii=False)


UNHANDLED = f"""
import asyncio
import gc
import logging
from messaging import logs
from messaging.process import Process
from messaging.settings import ServiceSettings

async def lost():
    raise ValueError("{SECRET}")

async def main():
    process = Process("routing", ServiceSettings(TIER="village", kafka="127.0.0.1:1", postgres="postgresql://h:1/"))
    running = asyncio.create_task(process.run())
    await asyncio.sleep(0.1)
    task = asyncio.create_task(lost())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    asyncio.get_running_loop().call_soon(lambda _: 1 / 0, "{SECRET}")
    await asyncio.sleep(0.1)
    try:
        await lost()
    except ValueError:
        logging.getLogger("somebody's").exception("a library met an error")
    process._stop.set()
    await running
    await lost()

logs.configure("routing", "village")
asyncio.run(main())
"""


@pytest.mark.wide
def test_what_libraries_and_the_event_loop_tell_of_an_error_quotes_nothing_either():
    command = [sys.executable, "-c", UNHANDLED]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    told = [json.loads(line) for line in ended.stderr.splitlines()]
    errors = [one["error"] for one in told if "error" in one]
    assert errors == ["ValueError", "ZeroDivisionError", "ValueError"]
    assert [one["exc_info"][:10] for one in told if "exc_info" in one] == ["ValueError"]
    assert told[-1]["message"] == "the process ended by an error"
    assert SECRET not in json.dumps(told, ensure_ascii=False)


CORE = """
import resource
from messaging.starting import main

def compose():
    print(resource.getrlimit(resource.RLIMIT_CORE)[0])
    raise ValueError("that is all")

_, most = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
main("routing", compose)
"""


@pytest.mark.wide
def test_a_crash_leaves_no_image_of_the_memory():
    command = [sys.executable, "-c", CORE]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout.strip()) in {(78, "0"), (78, "1")}


FILES = """
import resource
from messaging.starting import main

def compose():
    print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    raise ValueError("that is all")

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 2_000))
main("metrics", compose)
"""


@pytest.mark.wide
def test_a_process_takes_as_many_open_files_as_it_may():
    command = [sys.executable, "-c", FILES]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout.strip()) == (78, "2000")


def written(caplog_text="something"):
    """A line as it is written, parsed."""
    record = logging.LogRecord("messaging.inbox", logging.WARNING, "", 0, caplog_text, None, None)
    return json.loads(Silent("{message}", style="{").format(record))


def test_a_line_says_in_which_trace_it_was_written_where_that_is_recorded():
    with recorded(), applying("village-routing", 1):
        before = written()
        message = a_message(event=reported())
        message.traceparent = GIVEN
        taken(message, TOPICS["village.intake"])
        within = written()

    assert before == written() == {"message": "something"}
    assert within.keys() == {"message", "trace_id", "span_id"}
    assert within["trace_id"] != GIVEN.split("-")[1], "the batch has a trace of its own, with links"
