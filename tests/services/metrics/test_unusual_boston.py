"""Real days: the daily reports of Boston's year have few unusual ones, and each is printed."""

import csv
import gzip
from collections import Counter
from datetime import date, datetime

import pytest

from policy.watching import Unusual
from services.metrics.unusual import Series, judge
from tests.services.metrics.years import days

FIRST = date(2015, 1, 1)
FEDERAL = {
    date(2015, *one) for one in ((5, 25), (7, 3), (9, 7), (10, 12), (11, 11), (11, 26), (11, 27), (12, 25))
}
"""Days off in Boston; the country's calendar that the product has is another's."""


def like(day):
    return 6 if day in FEDERAL else day.weekday()


@pytest.fixture(scope="module")
def series(shared):
    """All reports, and those of each department, by the day they were opened."""
    found = {}
    with gzip.open(shared / "boston-311-2015.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["OPEN_DT"][:10], "%m/%d/%Y").date()  # noqa: DTZ007 - a day
            for name in ("", row["Department"]):
                found.setdefault(name, Counter())[day] += 1
    return found


def marked(series, name, **rules):
    judged = (
        (day, judge(Series(series[name], FIRST), day, like, Unusual(**rules))) for day in days(FIRST, 365)
    )
    found = {day: mark for day, mark in judged if mark is not None}
    for day, one in found.items():
        print(
            f"{name or 'all'} {day:%a %Y-%m-%d} {one.kind} {one.seen} of {one.expected:.1f} ({one.score:.1f})"
        )
    return {day.isoformat(): (mark.kind, mark.seen) for day, mark in found.items()}


def test_the_one_day_the_file_has_nothing_of_is_the_one_unusual_day_of_the_city(series):
    assert marked(series, "") == {"2015-07-22": ("silence", 0)}


def test_departments_have_six_spikes_in_ten_months(series):
    """Of nine departments, from the first day that has eight weeks before it."""
    found = {name: marks for name in sorted(series) if name and (marks := marked(series, name))}

    assert found == {
        "DISB": {"2015-08-13": ("spike", 12)},
        "PARK": {"2015-04-02": ("spike", 19)},
        "PROP": {"2015-06-20": ("spike", 24)},
        "PWDx": {"2015-03-13": ("spike", 76), "2015-03-18": ("spike", 76), "2015-08-14": ("spike", 59)},
    }


def test_the_snow_of_february_is_not_judged_because_eight_weeks_before_it_are_not_known(series):
    every = {day for name in series for day in marked(series, name)}

    assert min(every) >= "2015-02-26"
