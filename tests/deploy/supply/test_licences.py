"""Everything an image runs is under a licence that somebody has read and allowed."""

import pytest

from deploy.supply import licences
from deploy.supply.licences import allows, licence, terms
from deploy.supply.pins import RUN, pins

AGREED = terms()
ABSENT = {"async-timeout", "colorama", "tzdata"}
"""Needed by other versions of Python or on other systems only."""


def test_every_licence_of_what_an_image_runs_is_allowed():
    found = {name: licence(name, AGREED.words) for name, _ in pins(RUN)}

    assert {name for name, one in found.items() if one is None} <= ABSENT
    assert {name: one for name, one in found.items() if one and not allows(one, AGREED.allowed)} == {}
    assert len(found) > 40
    assert found["certifi"] == "MPL-2.0"


def test_nothing_is_allowed_that_nobody_uses():
    said = " ".join(licence(name, AGREED.words) or "" for name, _ in pins(RUN)).replace("(", "").split()

    assert {one for one in AGREED.allowed if one not in said} == set()


@pytest.mark.parametrize(
    ("expression", "well"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("Apache-2.0 AND MIT OR GPL-3.0-only", True),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("(MIT)", False),
        ("", False),
        ("MIT\n\nPermission is hereby granted", False),
    ],
)
def test_one_way_through_an_expression_has_to_be_allowed_whole(expression, well):
    assert allows(expression, {"MIT", "Apache-2.0"}) is well


def test_a_licence_that_is_not_allowed_is_named_and_fails(monkeypatch, tmp_path, capsys):
    text = licences.FILE.read_text("utf-8").replace("  MPL-2.0:", "  MPL-1.1:")
    (tmp_path / "licences.yaml").write_text(text, "utf-8")
    agreed = terms(tmp_path / "licences.yaml")
    monkeypatch.setattr(licences, "terms", lambda: agreed)

    assert licences.main() == 1

    [line] = [one for one in capsys.readouterr().out.splitlines() if "NOT ALLOWED" in one]
    assert line.startswith("certifi ")


def test_what_is_allowed_passes(capsys):
    assert licences.main() == 0

    assert len(capsys.readouterr().out.splitlines()) == len(pins(RUN))
