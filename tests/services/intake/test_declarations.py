"""A source declares what was eligible, corrects it by a later version, and never has a matter counted twice."""

from dataclasses import replace

import pytest

from schemas.codes import load
from schemas.declarations import EligibleDeclared
from services.intake.declarations import NotRecorded, Standing, checked, declaration_id_of, record
from services.intake.docket import Docket
from services.intake.report import NotAccepted
from tests.builders import VILLAGE, a_registry, later
from tests.locality import lists

COUNTY, TOWN = "620522", "620522101"


def declared(**changes):
    fields = {"source": "court", "area": COUNTY, "month": "2026-08", "count": 266, "occurred_at": later()}
    return EligibleDeclared(**(fields | changes))


def judged(standing, **changes):
    return record(standing, checked(a_registry(), declared(**changes), later()), "/court")


def refused(standing, **changes):
    with pytest.raises(NotRecorded) as caught:
        judged(standing, **changes)
    return caught.value.reason


def test_the_first_declaration_counts():
    event = judged({})

    assert (event.body, event.count, event.replaces) == ("referral-body/1:court", 266, None)
    assert event.declaration_id == declaration_id_of(declared())


def test_a_later_version_replaces_what_counted():
    event = judged({COUNTY: Standing(1, 260)}, version=2)

    assert (event.count, event.version, event.replaces) == (266, 2, 260)


def test_the_same_declaration_again_changes_nothing():
    assert judged({COUNTY: Standing(1, 266)}) is None


@pytest.mark.parametrize(("version", "count"), [(2, 270), (1, 266), (1, 270)])
def test_what_is_older_or_contradicts_the_same_version_is_refused(version, count):
    assert refused({COUNTY: Standing(2, 266)}, version=version, count=count) == "version-known"


@pytest.mark.parametrize(("standing", "area"), [(TOWN, COUNTY), (COUNTY, TOWN), (TOWN, VILLAGE)])
def test_areas_that_contain_each_other_are_not_both_counted(standing, area):
    assert refused({standing: Standing(1, 9)}, area=area) == "area-overlaps"


def test_once_withdrawn_the_towns_may_be_declared_apart():
    withdrawn = judged({COUNTY: Standing(1, 266)}, version=2, count=None)

    assert (withdrawn.count, withdrawn.replaces) == (None, 266)
    assert judged({COUNTY: Standing(2, None)}, area=TOWN).count == 266


def test_one_area_is_no_other_that_begins_with_other_digits():
    assert judged({"620522102": Standing(1, 9)}, area=TOWN).count == 266


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ({"source": "barber"}, "unknown-code", "source"),
        ({"area": "110101"}, "unknown-area", "area"),
        ({"month": "2026-10"}, "future", "month"),
        ({"occurred_at": later(hours=1)}, "future", "occurred_at"),
    ],
)
def test_what_cannot_be_is_named(changes, kind, field):
    with pytest.raises(NotAccepted) as caught:
        judged({}, **changes)

    assert (caught.value.kind, caught.value.fields[0][0]) == (kind, field)


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("court", "channel/1:court"),
        ("grass-station", "gannan.channel/1:grass-station"),
        ("notary", None),
    ],
)
def test_what_counts_says_through_which_channel_the_matters_of_its_source_come(tmp_path, source, channel):
    registry = replace(a_registry(), codes=load(lists(tmp_path)))

    recorded = Docket(registry).declare(checked(registry, declared(source=source), later()), "/source")

    assert recorded.channel == channel
