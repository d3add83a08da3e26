"""A row becomes the events it stands for, or is refused with a reason that repeats nothing of it."""

import json
from datetime import UTC, datetime

import pytest

from cli.importing.mapping import CaseMapping
from cli.importing.places import UnknownPlace
from cli.importing.rows import Reader, RowRefused
from cli.importing.sending import outgoing
from policy.load import Area
from schemas import codes
from schemas.inbound import ActionSubmitted, ReportSubmitted

LISTS = codes.load()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AREAS = {
    code: Area(code, tier, name, parent)
    for code, tier, name, parent in (
        ("250025", "county", "Boston", None),
        ("250025001", "town", "South End", "250025"),
        ("250025001005", "village", "Ward 5", "250025001"),
        ("250025002", "town", "Twin", "250025"),
        ("250025003", "town", "Twin", "250025"),
    )
}
MAPPING = {
    "source": "/us-boston/311",
    "time_zone": "America/New_York",
    "time_formats": ["%m/%d/%Y %I:%M:%S %p", "iso"],
    "columns": {
        "id": "id",
        "opened": "opened",
        "accepted": "accepted",
        "target": "target",
        "closed": "closed",
    },
    "area": {
        "root": "250025",
        "levels": [
            {"column": "town"},
            {"column": "ward", "replace": [{"pattern": r"(?:Ward )?0*(\d+)", "by": r"Ward \1"}]},
        ],
    },
    "category": {"column": "kind", "list": "category/1", "values": {"Pothole": "safety"}},
    "channel": {"column": "via", "values": {"Call": "hotline"}, "default": "online"},
    "closed": {"method": "service", "outcome": "success"},
}
ROW = {
    "id": "c1", "opened": "01/01/2015 04:12:40 AM", "accepted": "", "target": "", "closed": "",
    "town": "South End", "ward": "Ward 5", "kind": "land", "via": "Call",
}  # fmt: skip


def a_case(**cells):
    reader = Reader(CaseMapping.model_validate(MAPPING), LISTS, AREAS, NOW)
    return reader.case(ROW | cells)


def a_numbered_case(number):
    columns = MAPPING["columns"] | {"source_number": "court"}
    reader = Reader(CaseMapping.model_validate(MAPPING | {"columns": columns}), LISTS, AREAS, NOW)
    return reader.case(ROW | {"court": number})


def said(case):
    return [json.loads(one.body) for one in case.submissions]


def test_an_open_case_is_one_report_with_its_own_time() -> None:
    case = a_case(target="02/01/2015 08:30:00 AM")

    (report,) = case.submissions
    event = ReportSubmitted.model_validate_json(report.body)
    assert (report.id, report.type, case.tier) == ("c1", "report.submitted.v1", "village")
    assert event.occurred_at == datetime(2015, 1, 1, 9, 12, 40, tzinfo=UTC)
    assert event.target_at == datetime(2015, 2, 1, 13, 30, tzinfo=UTC)
    assert event.backfill
    assert (event.area, event.category, event.channel) == (
        "250025001005",
        "category/1:land",
        "channel/1:hotline",
    )


def test_a_closed_case_is_reported_accepted_and_resolved_in_this_order() -> None:
    case = a_case(accepted="2015-01-02T00:00:00+00:00", closed="2015-01-03T00:00:00+00:00")

    assert [one.id for one in case.submissions] == ["c1", "c1/accept", "c1/resolve"]
    accept, resolve = (ActionSubmitted.model_validate_json(one.body) for one in case.submissions[1:])
    assert accept.report_id == resolve.report_id == "c1"
    assert (accept.occurred_at.day, resolve.occurred_at.day) == (2, 3)
    assert resolve.action.model_dump() == {
        "action": "resolve", "method": "service", "outcome": "success", "agreement": False,
    }  # fmt: skip


def test_a_closed_case_without_a_time_of_acceptance_was_accepted_when_it_was_opened() -> None:
    report, accept, _ = said(a_case(closed="01/01/2015 04:12:40 AM"))

    assert accept["occurred_at"] == report["occurred_at"]


def test_a_case_that_was_only_accepted_is_not_resolved() -> None:
    assert len(a_case(accepted="01/01/2015 05:00:00 AM").submissions) == 2


@pytest.mark.parametrize("ward", ["Ward 5", "05", "5", " 5 ", "Ward  5"])
def test_a_ward_is_the_same_however_it_is_written(ward: str) -> None:
    assert said(a_case(ward=ward))[0]["area"] == "250025001005"


@pytest.mark.parametrize(
    ("town", "ward", "area", "tier"),
    [
        ("South End", "", "250025001", "town"),
        ("", "", "250025", "county"),
        ("", "Ward 5", "250025", "county"),
    ],
)
def test_a_case_stays_where_the_names_end(town: str, ward: str, area: str, tier: str) -> None:
    case = a_case(town=town, ward=ward)

    assert (said(case)[0]["area"], case.tier) == (area, tier)


def test_a_cell_with_a_value_of_the_mapping_gets_that_code_and_an_unknown_one_the_default() -> None:
    (report,) = said(a_case(kind="Pothole", via="Pigeon"))

    assert (report["category"], report["channel"]) == ("category/1:safety", "channel/1:online")


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("11/01/2015 01:30:00 AM", "05:30:00"),  # comes twice: the first
        ("03/08/2015 02:30:00 AM", "07:30:00"),  # never comes: as if the clock had not changed yet
    ],
)
def test_a_time_that_the_clock_change_makes_ambiguous_is_the_earlier_one(local: str, utc: str) -> None:
    assert utc in said(a_case(opened=local))[0]["occurred_at"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"id": " "}, "missing-id (id)"),
        ({"id": "a\u0000b"}, "unusable-id (id)"),
        ({"id": "a\N{REPLACEMENT CHARACTER}"}, "unusable-id (id)"),
        ({"id": "x" * 181}, "unusable-id (id)"),
        ({"id": "c2/resolve"}, "unusable-id (id)"),
        ({"opened": ""}, "missing-time (opened)"),
        ({"opened": "yesterday"}, "unreadable-time (opened)"),
        ({"target": "31/31/2015"}, "unreadable-time (target)"),
        ({"closed": "0001-01-01T00:00:00+23:59"}, "unreadable-time (closed)"),
        ({"closed": "01/01/2015 04:12:39 AM"}, "closed-before-opened"),
        ({"accepted": "01/01/2014 04:12:39 AM"}, "accepted-before-opened"),
        ({"accepted": "2015-03-01T00:00Z", "closed": "2015-02-01T00:00Z"}, "closed-before-accepted"),
        ({"opened": "2026-01-01T00:00:01+00:00"}, "future-time (opened)"),
        ({"closed": "2026-01-01T00:00:01+00:00"}, "future-time (closed)"),
        ({"town": "Nowhere"}, "unknown-area (town)"),
        ({"ward": "Ward 6"}, "unknown-area (ward)"),
        ({"town": "Twin"}, "ambiguous-area (town)"),
        ({"kind": "Moon"}, "unknown-category (kind)"),
        ({"kind": ""}, "missing-category (kind)"),
    ],
)
def test_what_cannot_be_true_or_is_not_known_is_refused(cells: dict[str, str], reason: str) -> None:
    with pytest.raises(RowRefused) as refused:
        a_case(**cells)

    assert str(refused.value) == reason


def test_an_unknown_place_is_refused_again_when_it_comes_again() -> None:
    reader = Reader(CaseMapping.model_validate(MAPPING), LISTS, AREAS, NOW)

    for _ in range(2):
        with pytest.raises(UnknownPlace):
            reader._places.find(ROW | {"town": "Nowhere"})


def test_a_target_may_lie_in_the_future() -> None:
    assert said(a_case(target="2099-01-01T00:00:00+00:00"))[0]["target_at"].startswith("2099")


def test_the_same_row_is_the_same_bytes_and_all_its_records_have_one_key() -> None:
    cells = {"closed": "01/02/2015 04:12:40 AM"}

    first, second = (outgoing("/us-boston/311", a_case(**cells)) for _ in range(2))

    assert first == second
    assert {(one.topic, one.key) for one in first} == {("village.inbound", b"c1")}
    assert dict(first[1].headers) == {
        "ce_specversion": b"1.0", "ce_id": b"c1/accept", "ce_source": b"/us-boston/311",
        "ce_type": b"action.submitted.v1", "content-type": b"application/json",
    }  # fmt: skip


@pytest.mark.parametrize(("cell", "number"), [(" 2014-0522-7 ", "2014-0522-7"), ("", None)])
def test_a_source_s_own_number_comes_along_where_there_is_one(cell, number) -> None:
    [report] = said(a_numbered_case(cell))

    assert report.get("source_number") == number


@pytest.mark.parametrize("cell", ["张三的案子", "13800138000", "62052219700101123X"])
def test_a_number_in_which_a_name_could_stand_or_that_is_a_person_s_refuses_its_row(cell) -> None:
    with pytest.raises(RowRefused) as refused:
        a_numbered_case(cell)

    assert str(refused.value) == "unusable-source-number (court)"
