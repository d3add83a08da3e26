"""SECURITY.md is found from the first page of both languages, and names nothing that is not there."""

import pytest

from tests.operate.checking import problems
from tests.system.operate.releases import HERE

SECURITY = HERE / "SECURITY.md"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_who_reads_the_first_page_finds_how_to_report_a_vulnerability(page):
    assert "](SECURITY.md)" in (HERE / page).read_text(encoding="utf-8")


def test_it_names_nothing_that_is_not_there():
    text = SECURITY.read_text(encoding="utf-8")

    assert list(problems(text, HERE)) == []
    assert list(problems(text.replace("make audit", "make nothing"), HERE)) == [
        "no target nothing in the Makefile"
    ]


@pytest.mark.parametrize(
    "said", ["make sbom", "make licences", "make audit", "know no sign-in", "Which versions"]
)
def test_it_says_what_holds_and_what_does_not(said):
    assert said in SECURITY.read_text(encoding="utf-8")
