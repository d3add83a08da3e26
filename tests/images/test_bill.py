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


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What the command of the Makefile writes, twice, into other folders."""
    return [_made(tmp_path_factory.mktemp("bill") / "bill.json") for _ in range(2)]


def _made(file):
    recipe = re.search(r"^\t@\$\(BIN\)/(cyclonedx-py .*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)[
        1
    ]
    program, *words = shlex.split(recipe)
    words[words.index("--output-file") + 1] = str(file)
    subprocess.run(
        [Path(sys.executable).with_name(program), *words], cwd=PROJECT, check=True, capture_output=True
    )
    return file.read_bytes()


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


def test_it_says_the_same_every_time_and_names_no_registry_but_the_public_one(written):
    assert written[0] == written[1]
    assert set(re.findall(r"https?://([^/\"]+)", written[0].decode())) <= {
        "pypi.org", "cyclonedx.org", "github.com", "cyclonedx-bom-tool.readthedocs.io",
        "cyclonedx-python-library.readthedocs.io",
    }  # fmt: skip
