"""A source's own number names one matter, at whichever door it is said."""

import pytest

from services.intake.report import incident_id_of
from tests.services.intake.house import REPORT

pytestmark = pytest.mark.system


async def test_a_number_reported_twice_over_http_is_told_and_makes_no_second_incident(house):
    first, second = await house.report(), await house.report()
    known = first.json()["incident_id"]

    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["type"].endswith("source-number-known")
    assert second.json()["errors"][0]["field"] == "source_number"
    assert known in second.json()["detail"]
    assert [key for key, _ in await house.said("incident.reported.v1")] == [known]


async def test_a_number_submitted_twice_is_told_as_an_event_and_makes_no_second_incident(house):
    await house.submit("r-1", REPORT)
    await house.submit("r-2", REPORT)

    [(known, reported)] = await house.said("incident.reported.v1")
    [(key, refused)] = await house.said("submission.refused.v1")
    assert known == key == incident_id_of("/court", "r-1")
    assert (refused["id"], refused["source"], refused["reason"]) == ("r-2", "/court", "source-number-known")
    assert (reported["referred_by"], reported["source_number"]) == ("referral-body/1:court", "2026-0522-1042")
    assert await house.letters() == []


async def test_both_doors_know_the_same_numbers(house):
    known = (await house.report()).json()["incident_id"]
    await house.submit("r-1", REPORT)

    assert [key for key, _ in await house.said("submission.refused.v1")] == [known]

    await house.submit("r-2", REPORT | {"source_number": "2"})
    assert (await house.report(source_number="2")).status_code == 409


async def test_another_source_may_have_the_same_number(house):
    assert (await house.report()).status_code == 201
    assert (await house.report(channel="police")).status_code == 201


async def test_reports_without_a_number_are_never_the_same(house):
    assert [(await house.report(source_number=None)).status_code for _ in range(2)] == [201, 201]


async def test_a_number_in_which_a_name_could_stand_is_refused_and_not_repeated(house):
    answer = await house.report(source_number="张三的案子")

    assert answer.status_code == 422
    assert "张三" not in answer.text
