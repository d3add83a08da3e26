"""What is in an image asks for nothing of ours that is not: found without building one."""

import ast
import functools
import subprocess

import pytest

from deploy.local.plan import PROJECT
from tests.images import context
from tests.images.test_dockerfile import IGNORE

PACKAGES = ("cli", "deploy", "doors", "messaging", "policy", "schemas", "services")


def absent(ignore):
    """Modules of ours that files in the image import, and that a build does not see."""
    rules = context.lines(ignore)
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    files = [name for name in listed.stdout.splitlines() if name.endswith(".py")]
    names = {_module(name): context.allowed(name, rules) for name in files}
    inside = [name for name in files if names[_module(name)]]
    asked = {(asking, module) for asking in inside for module in _imported(PROJECT / asking)}
    return sorted((asking, module) for asking, module in asked if names.get(module) is False)


def _module(name):
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@functools.cache
def _imported(path):
    return frozenset(_names(path))


def _names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def test_nothing_in_an_image_imports_what_a_build_does_not_see():
    assert absent(IGNORE) == []


@pytest.mark.parametrize("line", ["deploy/topics.py", "deploy/local", "messaging/tls.py"])
def test_what_is_left_out_though_it_is_needed_is_found(line):
    assert absent(f"{IGNORE}{line}\n") != []
