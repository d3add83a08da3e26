"""What a service loads as it starts stays for ever: nobody looks through it for what may go."""

import ast
import subprocess
import sys

import pytest

from messaging.granting import BIND
from schemas.base import SERVICES
from tests.builders import ROOT

LOOKED = """
import gc, runpy
looks = []
gc.callbacks.append(lambda phase, _: looks.append(phase))
try:
    runpy.run_module("services.routing", run_name="__main__")
except SystemExit:
    print(looks.count("start"))
"""
FEW = 100
"""Before it is said there are two dozen, mostly of asyncio; when it is not said in time there are three hundred."""


@pytest.mark.wide
def test_what_is_loaded_is_not_looked_through_while_it_is_loaded():
    said = subprocess.run(
        [sys.executable, "-c", LOOKED], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert int(said.stdout) < FEW


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_says_so_before_it_loads_anything(service):
    program = ast.parse((ROOT / "services" / service / "__main__.py").read_text("utf-8"))

    first = next(one for one in program.body if isinstance(one, ast.Import | ast.ImportFrom))

    assert ast.unparse(first) == "import messaging.loading"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_tells_what_it_may_be_asked(service):
    program = ast.parse((ROOT / "services" / service / "__main__.py").read_text("utf-8"))

    assert ast.get_docstring(program) == f"`python -m services.{service} [migrate [{BIND}]]`."
