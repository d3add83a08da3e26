"""A mapping file is taken whole or refused with every error and its line."""

import re
from pathlib import Path

import pytest

from cli.importing.mapping import load
from policy.load import Area, Refused
from schemas import codes

LISTS = codes.load()
AREAS = {"620522": Area("620522", "county", "秦安县", None)}
GOOD = """\
source: /county/old-system
time_zone: Asia/Shanghai
time_formats: ["%Y-%m-%d %H:%M", iso]
columns: {id: number, opened: from, target: until, closed: to}
area:
  root: "620522"
  levels:
    - {column: town}
category: {column: kind, values: {田地: land}, default: other}
channel: {default: hotline}
closed: {method: mediation, outcome: success}
"""


def refusal(tmp_path: Path, text: str) -> str:
    file = tmp_path / "mapping.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load(file, LISTS, AREAS)
    return str(refused.value)


def test_a_good_mapping_is_read_with_its_defaults(tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(GOOD, encoding="utf-8")

    mapping = load(file, LISTS, AREAS)

    assert mapping.severity.default == "ordinary"
    assert mapping.parties == ("reporter",)
    assert set(mapping.named_columns()) == {"number", "from", "until", "to", "town", "kind"}


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("/county/old-system", "/fengqiao/village/intake", 1, "our own services"),
        ("Asia/Shanghai", "Asia/Atlantis", 2, "time zone"),
        ('"%Y-%m-%d %H:%M"', '"%Q"', 3, "strptime"),
        ("opened: from, ", "", 4, "columns.opened: Field required"),
        ("columns: {", "columns: {colour: c, ", 4, "columns.colour: Extra"),
        ('"620522"', '"999999"', 6, "registry"),
        ("{column: town}", "{column: town, replace: [{pattern: '(', by: x}]}", 8, "regular expression"),
        ("{column: town}", "{column: town, replace: [{pattern: 'a', by: '\\1'}]}", 8, "does not fit"),
        ("land}", "moon}", 9, "category.values.田地: not a category code"),
        ("{default: hotline}", "{}", 10, "name a column, or a default"),
        ("{default: hotline}", "{column: via}", 10, "a column needs values"),
        ("{default: hotline}", "{column: via, list: x/1}", 10, "no such code list"),
        ("outcome: success", "outcome: maybe", 11, "not a outcome code"),
        ("closed: {method: mediation, outcome: success}", "", 1, "say method and outcome"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, was: str, becomes: str, line: int, said: str
) -> None:
    assert was in GOOD

    message = refusal(tmp_path, GOOD.replace(was, becomes))

    assert re.search(rf"mapping\.yaml:{line}: .*{re.escape(said)}", message)


def test_all_errors_are_said_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD.replace("land}", "moon}").replace('"620522"', '"999999"'))

    assert len(message.splitlines()) == 2


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "source: 5\nsource: 6"])
def test_what_is_no_mapping_at_all_is_refused_with_a_line(tmp_path: Path, text: str) -> None:
    assert "mapping.yaml:" in refusal(tmp_path, text)


def test_a_mapping_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_bytes(b"\xff\xfe\xff")

    with pytest.raises(Refused, match="cannot be read"):
        load(tmp_path / "mapping.yaml", LISTS, AREAS)
