"""What is done in the areas, and what devices bring back: every door takes it, and as much is adopted as published."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest

from cli import fieldwork
from cli.cast import invent
from schemas.base import TIERS
from services.intake import activity
from services.intake.api_activities import ActivityRequest, submitted_of
from services.intake.batch import BatchRequest, items_of
from services.intake.items import Sorter, sort_out
from services.intake.vault import Vault
from tests.cli.cases import LISTS, NOW, PLACES, a_registry


@pytest.fixture(scope="module")
def done():
    found = (fieldwork.activity(1, serial, PLACES, TIERS) for serial in range(30_000))
    return [one for one in found if one is not None]


@pytest.fixture(scope="module")
def offline():
    return [one for n in range(4000) if (one := invent(1, n, PLACES, TIERS)).offline]


def test_there_is_an_activity_for_about_every_eighth_report(done):
    assert len(done) / 30_000 == pytest.approx(fieldwork.ACTIVE, abs=0.01)


def test_every_activity_of_the_list_is_done_and_most_are_patrols(done):
    counted = Counter(one.body["activity"] for one in done)

    assert set(counted) == set(LISTS["activity/1"].codes)
    assert counted["patrol"] / len(done) > 0.6


def test_as_much_is_adopted_as_published(done):
    raised, adopted = (sum(one.body[name] for one in done) for name in ("raised", "adopted"))

    assert adopted / raised == pytest.approx(425 / 526, abs=0.03)


def test_every_activity_would_be_let_in_at_its_door(done):
    for one in done[:1000]:
        given = submitted_of(ActivityRequest.model_validate(one.body), NOW)

        activity.recorded(a_registry(one.tier), str(uuid.UUID(int=1)), "http", given, NOW)


def test_a_device_brings_a_patrol_a_report_and_its_acknowledgement_and_its_door_takes_them_all(offline):
    assert len(offline) > 100
    for at, report in enumerate(offline):
        known = {}
        trips = fieldwork.trips(1, report, f"run-{at}", NOW)

        for trip in trips:
            body = BatchRequest.model_validate({"device": fieldwork.device(report), "items": trip.items})
            items = items_of(body, Vault(bytes(32)))
            sorter = Sorter(NOW + timedelta(seconds=9), lambda why: {"why": str(why)}, lambda _: None)
            taken = sort_out(a_registry("village"), "device", items, known, sorter)
            known |= {one.id: one for one in taken.fresh}

            assert [one.problem for one in taken.lines] == [None] * len(trip.items)
        assert [one.kind for one in known.values()] == ["activity", "report", "action"]


def test_some_devices_bring_the_acknowledgement_later_so_that_somebody_may_have_been_first(offline):
    late = [len(fieldwork.trips(1, one, f"run-{at}", NOW)) == 2 for at, one in enumerate(offline)]

    assert sum(late) / len(late) == pytest.approx(fieldwork.LATE, abs=0.12)
