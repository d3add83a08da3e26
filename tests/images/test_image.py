"""The image's files, made without Docker: a service is migrated, started and ready from them alone."""

import contextlib
import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from deploy.local.plan import PROJECT
from tests.images import context, dockerfile, tree
from tests.images.conftest import IGNORE, TEXT
from tests.images.test_locks import RUN
from tests.ports import free_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]
NOBODY = 10001
FLAGS = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1", "LANG": "C.UTF-8"}
PACKAGES = ("cli", "deploy", "doors", "messaging", "policy", "schemas", "services")


@pytest.fixture
def nowhere(tmp_path):
    """A working directory that nobody may write to."""
    tmp_path.chmod(0o555)
    yield tmp_path
    tmp_path.chmod(0o755)


def site(image):
    (found,) = image.glob("lib/python3*/site-packages")
    return found


def ran(program, *words, at, **environment):
    """A command of the image, with no environment but its own and this."""
    done = subprocess.run(
        [program, *words], cwd=at, env={**FLAGS, **environment}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_tests_know_the_python_of_the_image():
    base = dockerfile.stages(TEXT)[0].base

    assert re.search(r"python:(\d+\.\d+)\.", base)[1] == tree.IMAGE_PYTHON


def test_it_has_what_is_locked_and_us_and_no_installer(image):
    there = {one.name.rpartition("-")[0].replace("_", "-").lower() for one in _installed(image)}

    assert there - {"fengqiao"} <= set(RUN)
    assert {"fengqiao", "aiokafka", "asyncpg"} <= there
    assert not list(image.rglob("pip")) + list(image.rglob("setuptools")) + list(image.rglob("pytest"))


def _installed(image):
    return [one.with_suffix("") for one in site(image).glob("*.dist-info")]


def test_every_file_of_ours_that_a_build_sees_is_installed_and_none_else(image):
    seen = context.lines(IGNORE)
    known = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    wanted = {
        name
        for name in known.stdout.splitlines()
        if context.allowed(name, seen) and not name.endswith((".md", ".lock"))
    }

    there = {
        path.relative_to(site(image)).as_posix()
        for name in PACKAGES
        for path in (site(image) / name).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    assert there == wanted


def test_everything_is_compiled_and_never_asks_after_its_source(image):
    sources = [path for path in image.rglob("*.py") if "site-packages" in path.parts]

    compiled = [next(path.parent.glob(f"__pycache__/{path.stem}.cpython-*.pyc"), None) for path in sources]

    assert None not in compiled
    assert {path.read_bytes()[4] for path in compiled} == {1}  # by hash, and unchecked


@pytest.mark.parametrize(
    "words", [("--help",), ("topics", "--help"), ("dead-letters", "--help"), ("policy", "--help")]
)
def test_the_command_works_from_it(program, nowhere, words):
    code, said = ran(program, "-m", "cli", *words, at=nowhere)

    assert code == 0, said
    assert "Usage: " in said


def test_a_stack_on_one_machine_is_what_it_cannot_do_and_says_so(program, nowhere):
    code, said = ran(program, "-m", "cli", "status", "--data", "/tmp/no-such-stack", at=nowhere)

    assert code == 1
    assert "pip install 'fengqiao[local]'" in said
    assert "Traceback" not in said


def test_it_runs_our_code_and_not_the_repository(program, image, nowhere):
    code, said = ran(program, "-c", "import services.routing.app as one; print(one.__file__)", at=nowhere)

    assert code == 0, said
    assert Path(said.strip()).is_relative_to(site(image).resolve())


async def test_a_service_is_migrated_and_ready_from_it_and_writes_nothing(
    image, program, nowhere, silent, new_dsn
):
    environment = {"TIER": "village", "ROUTING_POSTGRES": await new_dsn("routing", empty=True)}
    before = _files(image)

    refused, told = ran(program, "-m", "services.routing", at=nowhere, **environment)
    code, said = ran(program, "-m", "services.routing", "migrate", at=nowhere, **environment)
    with _running(program, nowhere, {**environment, "ROUTING_KAFKA": silent}) as (service, port):
        ready = _eventually_ready(service, port)

    assert (refused, "the database lacks" in told) == (78, True), told
    assert code == 0, said
    assert ready == 200
    assert service.returncode == 0
    assert _files(image) == before
    assert list(nowhere.iterdir()) == []


def test_a_second_build_is_the_same_byte_for_byte(image, made):
    first, second = _bytes(image), _bytes(made())

    assert sorted(name for name in {*first, *second} if first.get(name) != second.get(name)) == []


def _bytes(folder):
    return {
        path.relative_to(folder): path.readlink() if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@contextlib.contextmanager
def _running(program, at, environment):
    port = free_port()
    everything = {**FLAGS, **environment, "ROUTING_PROBE_PORT": str(port)}
    service = subprocess.Popen(
        [program, "-m", "services.routing"], cwd=at, env=everything, **_rights(program)
    )
    try:
        yield service, port
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(60)


def _rights(program):
    """The user of the image, where this process may become another and that one may reach the interpreter."""
    if os.geteuid() != 0:
        return {}
    real = Path(os.path.realpath(program))
    reached = all(folder.stat().st_mode & 0o001 for folder in (*real.parents, *Path(program).parents))
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if reached else {}


def _files(folder):
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def _eventually_ready(service, port):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert service.poll() is None
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=3) as answer,
        ):
            return answer.status
        time.sleep(0.2)
    raise AssertionError("not ready in 90 s")
