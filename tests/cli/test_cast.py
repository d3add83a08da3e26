"""The people who report: invented from a seed, everywhere, by every way."""

import json
import uuid
from collections import Counter

import pytest

from cli.cast import BODIES, WAYS, invent, name_of
from schemas.base import TIERS
from schemas.inbound import ReportSubmitted
from services.intake.api_reports import ReportRequest
from services.intake.report import Origin, reported
from tests.cli.cases import LISTS, NOW, PLACES, a_registry


@pytest.fixture(scope="module")
def many():
    return [invent(1, serial, PLACES, TIERS) for serial in range(4000)]


def test_the_same_seed_invents_the_same_reports(many):
    again = [invent(1, serial, PLACES, TIERS) for serial in range(50)]

    assert again == many[:50]
    assert again != [invent(2, serial, PLACES, TIERS) for serial in range(50)]


def test_every_town_and_nearly_every_village_has_something_to_report(many):
    assert len({one.area[:9] for one in many if len(one.area) > 6}) == 17
    assert len({one.area[:12] for one in many if len(one.area) >= 12}) > 400


def test_every_channel_category_severity_and_way_in_is_used(many):
    assert {one.channel for one in many} == set(LISTS["channel/1"].codes)
    assert {one.category for one in many} == set(LISTS["category/1"].codes)
    assert {one.severity for one in many} == {None, *LISTS["severity/1"].codes}
    assert {(one.tier, one.source is not None) for one in many} == set(WAYS)


def test_most_is_ordinary_and_reported_at_the_village(many):
    assert sum(one.concerned < 5 for one in many) / len(many) == pytest.approx(0.905, abs=0.02)
    assert Counter(one.tier for one in many)["village"] / len(many) == pytest.approx(0.955, abs=0.02)


def test_every_report_would_be_let_in_at_its_door(many):
    for one in many[:500]:
        if one.source is None:
            ReportRequest.model_validate_json(json.dumps(one.request(NOW)))
        event = ReportSubmitted.model_validate_json(json.dumps(one.event(NOW, "1-1")))
        reported(a_registry(one.tier), Origin(str(uuid.uuid4()), "/play"), event, NOW)


def test_what_travels_on_the_bus_names_nobody(many):
    for one in many:
        travels = json.dumps(one.event(NOW, "1-1"), ensure_ascii=False)

        for person in one.people:
            personal = [value for name, value in person.items() if name != "role"]
            assert not [value for value in personal if value in travels]


def test_a_report_is_named_anew_in_each_run():
    first, second = uuid.uuid4(), uuid.uuid4()

    assert name_of(first, 1) == name_of(first, 1)
    assert len({name_of(first, 1), name_of(first, 2), name_of(second, 1)}) == 3


def test_a_county_with_only_villages_gets_only_their_reports():
    assert {invent(1, serial, PLACES, ("village",)).tier for serial in range(500)} == {"village"}


def test_triage_finds_what_is_more_than_ordinary_in_how_many_are_concerned_and_is_overruled_sometimes(many):
    judged = Counter(one.severity for one in many)

    assert judged[None] / len(many) == pytest.approx(0.96, abs=0.015)
    assert sum(one.concerned >= 5 for one in many) / len(many) == pytest.approx(0.095, abs=0.02)


def test_what_another_body_sends_has_its_own_number_every_time_another(many):
    offered = [one.event(NOW, f"run-{n}") for n, one in enumerate(many) if one.channel in BODIES]

    numbers = [one["source_number"] for one in offered]
    assert len(set(numbers)) == len(numbers)
    assert all("source_number" not in one.event(NOW, "x") for one in many if one.channel == "patrol")


def test_some_matters_are_told_again_in_the_same_words_at_another_door_of_the_village():
    known, again = {}, []
    for serial in range(1, 4000):
        report = invent(1, serial, PLACES, TIERS)
        told = (report.area[:12], report.category, report.description)
        if (first := known.get(told)) is not None:
            again.append((first, report))
        known[told] = report

    assert len(again) / 4000 == pytest.approx(0.03, abs=0.015)
    assert all(first.channel != second.channel for first, second in again)


def test_a_few_reports_derive_from_earlier_matters_and_some_come_from_where_there_is_no_network(many):
    assert 0.005 < sum(one.derived for one in many) / len(many) < 0.03
    assert 0.02 < sum(one.offline for one in many) / len(many) < 0.08
