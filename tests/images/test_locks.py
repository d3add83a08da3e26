"""What an image installs is what was tested: those versions, by their hashes, all that is needed, nothing besides."""

import tomllib

import pytest

from deploy.local.plan import PROJECT
from tests.images.locks import needed, pins

ALL = pins((PROJECT / "requirements.lock").read_text(encoding="utf-8"))
RUN = pins((PROJECT / "requirements-run.lock").read_text(encoding="utf-8"))
BUILD = pins((PROJECT / "deploy" / "images" / "requirements-build.lock").read_text(encoding="utf-8"))
LOCKS = [*PROJECT.glob("*.lock"), *(PROJECT / "deploy" / "images").glob("*.lock")]
PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
STALE = "run `make lock`"
ELSEWHERE = {"async-timeout", "pywin32", "colorama", "tzdata", "importlib-metadata", "exceptiongroup"}
"""Needed by other versions of Python or on other systems than the one that runs this test."""


def test_an_image_runs_the_versions_that_were_tested_by_their_hashes():
    other = {name: pin for name, pin in {**RUN, **BUILD}.items() if ALL.get(name) != pin}

    assert other == {}, STALE
    assert all(hashes for _, hashes in RUN.values())


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: file.name)
def test_a_lock_file_names_packages_and_no_place_to_take_them_from(file):
    lines = [one.strip() for one in file.read_text(encoding="utf-8").splitlines()]

    assert [one for one in lines if "://" in one] == []
    assert [one for one in lines if one.startswith("-") and not one.startswith("--hash=")] == []


def test_an_image_has_everything_a_service_needs_and_nothing_besides():
    wanted = needed(PROJECT_FILE["project"]["dependencies"])

    assert wanted - set(RUN) == set(), STALE
    assert set(RUN) - wanted <= ELSEWHERE, STALE


def test_what_only_developers_and_a_stack_on_one_machine_need_is_not_in_it():
    extras = PROJECT_FILE["project"]["optional-dependencies"]
    wanted = needed(PROJECT_FILE["project"]["dependencies"])

    besides = {name for extra in extras.values() for name in needed(extra)} - wanted

    assert besides & set(RUN) == set()
    assert {"pytest", "mypy", "supervisor", "psutil", "setuptools"} <= besides


def test_a_dependency_that_nobody_locked_is_found():
    wanted = needed([*PROJECT_FILE["project"]["dependencies"], "pytest"])

    assert "pytest" in wanted - set(RUN)


def test_the_build_needs_what_the_project_says_it_is_built_with():
    assert set(BUILD) == needed(PROJECT_FILE["build-system"]["requires"])
