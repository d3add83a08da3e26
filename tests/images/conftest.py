"""The tree of the image, made once for all who look at it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from deploy.local.plan import PROJECT
from tests.images import dockerfile, rules, tree

TEXT = (PROJECT / "deploy" / "images" / "Dockerfile").read_text(encoding="utf-8")
IGNORE = (PROJECT / ".dockerignore").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Makes the folder `/opt/fengqiao` of the image, each time in the same place, and answers where."""
    root = tmp_path_factory.mktemp("build") / "root"
    stage = dockerfile.stages(TEXT)[0]
    assert rules.only_in_its_folders([stage]) == []

    def make():
        shutil.rmtree(root, ignore_errors=True)
        environment = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1800000000", **_package_settings()}
        return tree.build(root, stage, python(), environment, IGNORE)

    return make


@pytest.fixture(scope="session")
def image(made):
    """That folder, moved away from where it was built, with nothing left there."""
    with tempfile.TemporaryDirectory(prefix="fengqiao-image-") as folder:
        Path(folder).chmod(0o755)  # the user of the image is not the one of this test
        image = Path(folder) / "fengqiao"
        built = made()
        shutil.move(built, image)
        shutil.rmtree(built.parents[1])
        yield image


def python():
    """The interpreter of the image's version where this machine has one, else the one of these tests."""
    found = shutil.which(f"python{tree.IMAGE_PYTHON}")
    asked = found and subprocess.run([found, "-c", "import venv"], capture_output=True, check=False)
    return found if asked and asked.returncode == 0 else sys._base_executable


def _package_settings():
    """How packages are reached from here: a mirror, a cache, a certificate."""
    wanted = ("PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "HTTP", "http", "HOME")
    return {key: value for key, value in os.environ.items() if key.startswith(wanted)}


@pytest.fixture(scope="session")
def program(image):
    """The interpreter of the image."""
    return Path(image, "bin", "python")
