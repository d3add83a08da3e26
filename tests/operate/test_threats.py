"""docs/threat-model.md: every line names a test, and every test it names is there and is run."""

import ast
import re
from functools import cache

import pytest

from tests.operate.checking import problems
from tests.system.operate.releases import HERE

PAGE = HERE / "docs" / "threat-model.md"
TEXT = PAGE.read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w./]+\.py)(?:::(\w+))?`")
AWAY = {"skip", "skipif", "xfail", "long"}
"""Marks by which a test is not run, or not by `make test`."""
WHO = (
    "colleague", "partner", "steals a backup", "steals a token", "in the network", "kubectl", "administrator",
    "holds the keys", "bad faith", "built of", "operator",
)  # fmt: skip


def lines(text):
    """The lines of its tables, without headings."""
    found = [one for one in text.splitlines() if one.startswith("|")]
    return [one for one in found if not one.startswith(("| Wants", "|---"))]


@cache
def tree(file):
    return ast.parse((HERE / file).read_text(encoding="utf-8"))


def marks(nodes):
    """The names of marks: of what is a mark itself, not of one that a single case among others has."""
    bare = [one.func if isinstance(one, ast.Call) else one for one in nodes]
    return {one.attr for one in bare if isinstance(one, ast.Attribute)} & AWAY


def of_the_file(body):
    """What `pytestmark` is, one by one."""
    for one in body:
        if isinstance(one, ast.Assign) and "pytestmark" in ast.unparse(one.targets[0]):
            yield from one.value.elts if isinstance(one.value, ast.List | ast.Tuple) else [one.value]


def missing(file, name):
    """What is wrong with a test that is named; None where it is there and is run."""
    if not (HERE / file).is_file():
        return f"no file {file}"
    body = tree(file).body
    tests = [one for one in body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    tests = [one for one in tests if one.name.startswith("test_") and name in {"", one.name}]
    if not tests:
        return f"no test {name or 'at all'} in {file}"
    whole = list(of_the_file(body))
    if all(marks([*whole, *one.decorator_list]) for one in tests):
        return f"{name or file} is not run"
    return None


@pytest.mark.parametrize("line", lines(TEXT))
def test_every_line_names_a_test_that_is_there_and_is_run(line):
    named = NAMED.findall(line)

    assert named
    assert [why for one in named if (why := missing(*one))] == []
    assert line.count("|") == 5


def test_it_speaks_of_everybody_it_should():
    headings = " ".join(re.findall(r"^## (.*)$", TEXT, re.MULTILINE))

    assert [one for one in WHO if one not in headings] == []


def test_it_names_nothing_that_is_not_there():
    assert list(problems(TEXT, PAGE.parent)) == []


@pytest.mark.parametrize("page", ["SECURITY.md", "README.md", "README.zh-CN.md"])
def test_it_is_found(page):
    assert "](docs/threat-model.md)" in (HERE / page).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("tests/operate/nowhere.py", ""),
        ("tests/operate/test_threats.py", "test_that_is_not_there"),
        ("tests/operate/test_threats.py", "missing"),
        ("tests/operate/checking.py", ""),
    ],
)
def test_a_test_that_is_not_there_is_noticed(file, name):
    assert missing(file, name)


@pytest.mark.parametrize(
    "mark", ["@pytest.mark.skip\n", "@pytest.mark.xfail(reason='x')\n", "@pytest.mark.long\n", ""]
)
def test_a_test_that_is_marked_away_is_noticed(mark, monkeypatch):
    source = (
        f"{mark}def test_x(): ..." if mark else "pytestmark = [pytest.mark.skipif(True)]\ndef test_x(): ..."
    )
    monkeypatch.setattr("tests.operate.test_threats.tree", lambda _: ast.parse(source))

    assert missing("tests/operate/test_threats.py", "test_x") == "test_x is not run"
