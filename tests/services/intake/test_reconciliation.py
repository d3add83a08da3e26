"""What a source and we count differently is listed number by number; a list that is wrong is refused with its lines."""

import pytest

from services.intake.reconciliation import STATES, Asked, Kept, Listed, reconcile, state_of
from services.intake.source_list import MOST, Unreadable, read_csv, read_json
from tests.builders import NOW

MONTH = "2026-09"
ASKED = Asked("court", MONTH, NOW)


def theirs(*rows):
    """(number, state) or (number, state, month), line by line after a heading."""
    return [
        Listed(at, number, state, more[0] if more else MONTH)
        for at, (number, state, *more) in enumerate(rows, start=2)
    ]


def ours(*rows):
    return [
        Kept(f"i-{at}", number, state, more[0] if more else MONTH)
        for at, (number, state, *more) in enumerate(rows, start=1)
    ]


def test_two_sides_that_count_alike_agree():
    report = reconcile(
        ASKED, theirs(("1", "accepted"), ("2", "failed")), ours(("2", "failed"), ("1", "accepted"))
    )

    assert report.agree
    assert report.totals.theirs_before == report.totals.ours_before == report.totals.both_after
    assert report.totals.both_after["all"] == 2


def test_every_kind_of_difference_is_listed():
    report = reconcile(
        ASKED,
        theirs(
            ("only-theirs", "offered"), ("state", "succeeded"), ("month", "accepted"),
            ("twice", "failed"), ("twice", "returned"), ("alike", "succeeded"),
        ),
        ours(
            ("only-ours", "offered"), ("state", "accepted"), ("month", "accepted", "2026-08"),
            ("twice", "failed"), ("alike", "succeeded"), (None, "accepted"),
        ),
    )  # fmt: skip

    assert not report.agree
    assert [(one.number, one.line) for one in report.theirs_not_ours] == [("only-theirs", 2)]
    assert [one.number for one in report.ours_not_theirs] == ["only-ours", None]
    assert [(one.number, one.theirs, one.ours) for one in report.state_differs] == [
        ("state", "succeeded", "accepted")
    ]
    assert [(one.number, one.theirs, one.ours) for one in report.month_differs] == [
        ("month", MONTH, "2026-08")
    ]
    assert [(one.number, one.lines) for one in report.duplicates] == [("twice", (5, 6))]


def test_totals_are_told_as_each_side_counts_and_as_both_do():
    report = reconcile(
        ASKED,
        theirs(("1", "failed"), ("1", "failed"), ("2", "accepted"), ("3", "accepted")),
        ours(("1", "failed"), ("2", "succeeded"), ("3", "accepted", "2026-08")),
    )

    assert (report.totals.theirs_before["all"], report.totals.ours_before["all"]) == (4, 2)
    assert report.totals.both_after == dict.fromkeys(STATES, 0) | {"failed": 1, "all": 1}


def test_a_matter_of_another_month_that_the_list_does_not_name_is_no_difference():
    report = reconcile(ASKED, theirs(("1", "failed")), ours(("1", "failed"), ("9", "failed", "2026-08")))

    assert report.agree
    assert report.totals.ours_before["all"] == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [(None, "offered"), ("accepted", "accepted"), ("reopened", "accepted"), ("returned", "returned"),
     ("succeeded", "succeeded"), ("failed", "failed")],
)  # fmt: skip
def test_where_a_matter_stands_follows_from_its_last_answer(answer, state):
    assert state_of(answer) == state


# The list


def test_a_list_may_be_written_in_chinese_or_english():
    english = read_csv("number,state,month\r\nc-1,accepted,2026-09\r\nc-2,failed,\r\n", MONTH)
    chinese = read_csv("案号,状态,月份\nc-1,已受理,2026-09\nc-2,调解不成,\n", MONTH)

    assert english == chinese == [Listed(2, "c-1", "accepted", MONTH), Listed(3, "c-2", "failed", MONTH)]


def test_columns_in_any_order_and_others_beside_them_are_read_and_empty_lines_passed_over():
    assert read_csv("备注,state,number\nx,offered,1\n,,\n\ny,returned,2\n", MONTH) == [
        Listed(2, "1", "offered", MONTH),
        Listed(5, "2", "returned", MONTH),
    ]


def test_a_list_as_json_is_the_same():
    assert read_json([{"number": "1", "state": "已受理"}], MONTH) == [Listed(1, "1", "accepted", MONTH)]


def wrong(text):
    with pytest.raises(Unreadable) as caught:
        read_csv(text, MONTH)
    return caught.value.places


def test_all_errors_come_at_once_with_line_and_field_and_without_the_cells():
    places = wrong(
        "number,state,month\n张三,accepted,2026-09\n2,won,2026-9\n,offered,2026-13\n4,failed,2026-09,more\n"
    )

    assert [(line, field) for line, field, _ in places] == [
        (2, "number"), (3, "state"), (3, "month"), (4, "number"), (4, "month"), (5, ""),
    ]  # fmt: skip
    assert not any("张三" in what or "won" in what for *_, what in places)


@pytest.mark.parametrize(
    ("text", "place"),
    [("", (1, "number")), ("number\n1\n", (1, "state")), ('number,state\n"1,failed\n', (2, ""))],
)
def test_what_is_no_such_list_is_refused(text, place):
    assert wrong(text)[0][:2] == place


def test_a_list_is_bounded():
    text = "number,state\n" + "".join(f"{at},failed\n" for at in range(MOST + 1))

    assert wrong(text)[0][0] == MOST + 2


@pytest.mark.parametrize(
    "entry", [None, 7, [], {"number": 1, "state": "failed"}, {"number": "1", "state": ["failed"]}]
)
def test_an_entry_of_another_shape_is_named(entry):
    with pytest.raises(Unreadable) as caught:
        read_json([entry], MONTH)

    assert caught.value.places[0][0] == 1
