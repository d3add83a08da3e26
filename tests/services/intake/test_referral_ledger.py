"""The ledger divides by what was declared and by nothing else, and says how it rounds; Qin'an's figures come out."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.referrals import ReferralAnswered
from services.intake.declarations import Standing
from services.intake.docket import Docket
from services.intake.offers import Told, month_of, offered
from services.intake.referral_ledger import (
    Counts,
    Eligible,
    Rounding,
    children_of,
    eligible,
    line,
    months,
    total,
)
from tests.builders import INCIDENT, MATTER, OFFICER, a_registry, later, reported

ZONE = a_registry().policy.zone
QINAN = Counts(offered=105, accepted=105, diverted=105, succeeded=91, failed=14)
ONE_PLACE = Rounding(places=1)
CHILDREN = {None: ["620522"], "620522": ["620522101", "620522102"], "620522101": ["620522101203"]}


# Qin'an court docking: 105 mediated before trial, 91 succeeded, 39.5 % diverted, 86.6 % success


def test_qinan_s_diversion_rate_needs_the_266_that_were_never_printed():
    rate = line("2022-09", QINAN, Eligible(266), ONE_PLACE).diversion

    assert (rate.numerator, rate.denominator, rate.value) == (105, 266, "39.5")


def test_without_the_266_there_is_no_diversion_rate_and_the_reason_is_said():
    rate = line("2022-09", QINAN, Eligible(None, "not-declared"), ONE_PLACE).diversion

    assert (rate.numerator, rate.denominator, rate.value) == (105, None, None)
    assert (rate.why_not.reason, bool(rate.why_not.zh), bool(rate.why_not.en)) == ("not-declared", True, True)


@pytest.mark.parametrize(
    ("rule", "places", "value"),
    [("truncate", 1, "86.6"), ("half-up", 1, "86.7"), ("half-up", 2, "86.67"), ("truncate", 0, "86")],
)
def test_qinan_s_success_rate_is_86_6_only_where_it_is_truncated(rule, places, value):
    rate = line("2022-09", QINAN, Eligible(266), Rounding(rule=rule, places=places)).success

    assert (rate.numerator, rate.denominator, rate.value) == (91, 105, value)
    assert rate.rounding == Rounding(rule=rule, places=places)


def test_no_other_whole_number_of_eligible_cases_gives_39_5():
    found = [n for n in range(200, 400) if Rounding(places=1).percent(105, n) == "39.5"]

    assert found == [266]


# Denominators


@pytest.mark.parametrize(
    ("found", "counts", "why"),
    [
        (Eligible(0), Counts(), "nothing-eligible"),
        (Eligible(3), Counts(diverted=4), "more-than-eligible"),
        (Eligible(None, "declared-in-part"), Counts(diverted=4), "declared-in-part"),
    ],
)
def test_a_rate_that_cannot_be_is_null_with_its_reason(found, counts, why):
    rate = line("2026-09", counts, found, Rounding()).diversion

    assert (rate.value, rate.why_not.reason) == (None, why)


def test_nothing_diverted_has_no_success_rate():
    assert (
        line("2026-09", Counts(offered=2), Eligible(9), Rounding()).success.why_not.reason
        == "nothing-diverted"
    )


@pytest.mark.parametrize(
    ("declared", "area", "count", "why"),
    [
        ({}, None, None, "not-declared"),
        ({"620522": 266}, None, 266, None),
        ({"620522": 266}, "620522", 266, None),
        ({"620522": 266}, "620522101", None, "not-declared"),
        ({"620522101": 100, "620522102": 166}, "620522", 266, None),
        ({"620522101": 100, "620522102": 166}, None, 266, None),
        ({"620522101": 100}, "620522", None, "declared-in-part"),
        ({"620522101203": 7, "620522102": 166}, "620522", 173, None),
        ({"620522101203": 7}, "620522101", 7, None),
    ],
)
def test_an_area_has_what_was_declared_for_it_or_for_all_of_its_parts(declared, area, count, why):
    standing = {one: Standing(1, number) for one, number in declared.items()}

    assert eligible(standing, area, CHILDREN) == Eligible(count, why)


def test_what_was_withdrawn_is_not_declared():
    assert eligible({"620522": Standing(2, None)}, "620522", CHILDREN) == Eligible(None, "not-declared")


def test_the_areas_below_each_come_from_the_registry():
    found = children_of(a_registry().areas.values())

    assert found == {None: ["620522"], "620522": ["620522101"], "620522101": ["620522101203"]}


def test_months_together_have_a_rate_only_if_each_was_declared():
    one, other = (Counts(diverted=3), Eligible(10)), (Counts(diverted=2), Eligible(10))
    undeclared = (Counts(diverted=2), Eligible(None, "not-declared"))

    assert total([one, other], Rounding()).diversion.value == "25.00"
    assert total([one, undeclared], Rounding()).diversion.why_not.reason == "declared-in-part"
    assert total([undeclared], Rounding()).diversion.why_not.reason == "not-declared"
    assert total([one, undeclared], Rounding()).diverted == 5


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 4))
def test_truncating_never_gives_more_than_rounding(numerator, denominator, places):
    truncated = Rounding(rule="truncate", places=places).percent(numerator, denominator)
    rounded = Rounding(places=places).percent(numerator, denominator)

    assert float(truncated) <= float(rounded)


# Offers and answers


def test_an_offer_belongs_to_the_month_in_which_it_was_made_there():
    assert month_of(later(days=16, hours=14, minutes=34), ZONE) == "2026-09"
    assert month_of(later(days=16, hours=14, minutes=35), ZONE) == "2026-10"


def test_a_report_of_no_body_and_without_a_number_is_no_offer():
    assert offered(reported(), ZONE) is None


@pytest.mark.parametrize(
    ("changes", "source", "number"),
    [
        ({"referred_by": "referral-body/1:court"}, "court", None),
        ({"referred_by": "referral-body/1:court", "source_number": "7"}, "court", "7"),
        ({"channel": "channel/1:hotline", "source_number": "7"}, "hotline", "7"),
    ],
)
def test_an_offer_has_its_source_and_its_number(changes, source, number):
    offer = offered(reported(**changes), ZONE)

    assert (offer.source, offer.number, offer.month) == (source, number, "2026-09")


def answered(order, answer):
    return ReferralAnswered(
        **MATTER,
        occurred_at=later(hours=order),
        actor=OFFICER,
        body="referral-body/1:court",
        order=order,
        answer=answer,
    )


def test_answers_of_several_tiers_come_to_the_same_in_every_order():
    said = [answered(1, "accepted"), answered(2, "succeeded"), answered(3, "reopened"), answered(4, "failed")]

    ends = set()
    for order in itertools.permutations(said):
        docket = Docket(a_registry())
        for event in order:
            docket.answer(event)
        ends.add(docket.told[INCIDENT])

    assert ends == {Told(INCIDENT, 4, "failed", later(hours=4), accepted=True)}


def test_an_answer_that_comes_twice_in_a_batch_counts_once():
    docket = Docket(a_registry())
    for _ in range(2):
        docket.answer(answered(1, "accepted"))

    assert docket.told == {INCIDENT: Told(INCIDENT, 1, "accepted", later(hours=1), accepted=True)}


def test_the_second_report_with_a_number_in_a_batch_is_told_of_the_first():
    docket = Docket(a_registry())
    first = reported(referred_by="referral-body/1:court", source_number="7")

    assert docket.offer(first) is None
    assert docket.offer(first.model_copy(update={"incident_id": INCIDENT[::-1]})) == INCIDENT
    assert len(docket.offers) == 1


def test_months_are_counted_through_the_turn_of_the_year():
    assert months("2026-11", "2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert months("2026-11", "2026-10") == []
