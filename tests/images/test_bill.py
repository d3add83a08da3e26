"""`make sbom`: every package of an image with its version and its hashes, and the same bytes every time."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.plan import PROJECT
from tests.images.test_locks import RUN

pytestmark = pytest.mark.wide

UNJUDGED = "--no-validate"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What the command of the Makefile writes, twice, into other folders.

    The second time it does not compare the bill with the format's schema, which takes ten times as long as the rest.
    """
    return [_made(tmp_path_factory.mktemp("bill") / "bill.json", *more) for more in ((), (UNJUDGED,))]


def _made(file, *more):
    recipe = re.search(r"^\t@\$\(BIN\)/(cyclonedx-py .*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)[
        1
    ]
    words = shlex.split(recipe)
    words[words.index("--output-file") + 1] = str(file)
    return _ran([*words, *more], file)


def _ran(words, file):
    program = Path(sys.executable).with_name(words[0])
    subprocess.run([program, *words[1:]], cwd=PROJECT, check=True, capture_output=True)
    return file.read_bytes()


@pytest.fixture(scope="module")
def of_nobody(tmp_path_factory):
    """The bill of a package that is nowhere: every address in it is one that the tool says by itself."""
    folder = tmp_path_factory.mktemp("nobody")
    packages, file = folder / "nobody.txt", folder / "bill.json"
    packages.write_text("nobody==1 --hash=sha256:" + 64 * "0" + "\n")
    return _ran(["cyclonedx-py", "requirements", str(packages), UNJUDGED, "--output-file", str(file)], file)


def test_it_names_every_package_with_its_version_and_hashes(written):
    bill = json.loads(written[0])

    listed = {
        one["name"]: (one["version"], {known["content"] for known in _hashes(one)})
        for one in bill["components"]
    }
    pinned = {
        name: (version, {one.removeprefix("sha256:") for one in hashes})
        for name, (version, hashes) in RUN.items()
    }
    assert bill["bomFormat"] == "CycloneDX"
    assert listed == pinned


def _hashes(component):
    return [known for place in component["externalReferences"] for known in place.get("hashes", ())]


def test_it_is_of_this_version_of_the_product(written):
    told = json.loads(written[0])["metadata"]["component"]

    assert f'version = "{told["version"]}"' in (PROJECT / "pyproject.toml").read_text()
    assert told["name"] == "fengqiao"
    assert told["licenses"][0]["license"]["id"] == "Apache-2.0"


def test_it_says_the_same_every_time(written):
    assert written[0] == written[1]


def test_a_package_is_where_the_tool_looks_by_itself_so_no_registry_of_ours_is_named(written, of_nobody):
    (by_default,) = _places(of_nobody)

    assert {one.replace(f"/{name}/", "/nobody/") for name in RUN for one in _places(written[0], name)} == {
        by_default
    }
    assert _hosts(written[0]) == _hosts(of_nobody)


def _places(bill, name="nobody"):
    """Every address at which a package is said to be."""
    return [
        place["url"]
        for one in json.loads(bill)["components"]
        if one["name"] == name
        for place in one["externalReferences"]
    ]


def _hosts(bill):
    return set(re.findall(r"https?://([^/\"]+)", bill.decode()))
