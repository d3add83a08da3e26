"""What docs/operate names is there: commands, files, folders, headings; every procedure says if it is tested."""

import re

import pytest

from tests.operate.checking import FOLDER, problems

DOCUMENTS = {one.name: one.read_text(encoding="utf-8") for one in sorted(FOLDER.glob("*.md"))}
PROCEDURES = DOCUMENTS.keys() - {"README.md"}
TESTS = FOLDER.parents[1] / "tests"
MARK = re.compile(r"<!-- test: ([\w-]+) -->")
RUN = re.compile(r'lines\(\s*"([\w-]+\.md)", "([\w-]+)"\s*\)')
GOOD = """
See [upgrade](upgrade.md#roll-back) and `tests/operate/checking.py`.
```sh
fengqiao replay --service routing --tier village && kubectl apply -k deploy/k8s/overlays/dev
```
"""


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_what_a_document_names_is_there(name):
    assert list(problems(DOCUMENTS[name])) == []


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_a_document_says_in_its_first_lines_in_chinese_what_it_is_for_and_whether_it_is_tested(name):
    head = DOCUMENTS[name].splitlines()[:40]

    assert re.search("[一-鿿]{4}", "\n".join(head[:4]))
    assert any(re.search(r"\*\*(a )?[Tt]est(s|ed)?|\*\*Not tested\*\*", line) for line in head)


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_what_is_not_tested_says_why(name):
    for told in re.findall(r"\*\*Not tested\*\*:.*?(?:\n\n|\Z)", DOCUMENTS[name], re.DOTALL):
        assert "because" in told, told


def test_the_index_leads_to_every_document_once():
    led = re.findall(r"\]\(([\w-]+\.md)\)", DOCUMENTS["README.md"])

    assert sorted(led) == sorted(PROCEDURES)
    assert re.search("[一-鿿]", DOCUMENTS["README.md"].splitlines()[2])


def test_every_line_that_says_it_is_run_is_run_and_no_other():
    marked = {(name, one) for name, text in DOCUMENTS.items() for one in MARK.findall(text)}
    sources = [one.read_text(encoding="utf-8") for one in TESTS.rglob("*.py")]
    run = {found for text in sources for found in RUN.findall(text)}
    others = {
        (name, one)
        for text in sources
        for one in MARK.findall(text)
        for name in DOCUMENTS
        if f'"{name}"' in text
    }

    assert run <= marked
    assert marked <= run | others


@pytest.mark.parametrize(
    ("there", "gone"),
    [
        ("upgrade.md#roll-back", "upgrade.md#roll-forward"),
        ("upgrade.md#", "upgraded.md#"),
        ("checking.py", "checked.py"),
        ("--service", "--servant"),
        ("replay", "play"),
        ("overlays/dev", "overlays/gone"),
    ],
)
def test_what_is_not_there_is_found(there, gone):
    assert list(problems(GOOD)) == []
    assert len(list(problems(GOOD.replace(there, gone)))) == 1
