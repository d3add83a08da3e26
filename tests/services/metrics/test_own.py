"""What a locality counts by names of its own has its rates and durations as the product's rings and roles have."""

from policy.model import Policy
from schemas.codes import load
from services.metrics.measures import COUNTS
from services.metrics.own import PRODUCT, own_of
from services.metrics.showing import counts_of
from tests.builders import a_policy
from tests.locality import lists
from tests.services.metrics.shown import FIGURES, PRODUCTS, distributions, rates

TWO = {
    "acknowledge": "PT1M",
    "arrive": "PT2M",
    "result": "PT1H",
    "grace": "PT1M",
    "zh": "两分钟圈",
    "en": "2-minute ring",
}
SLOWLY = {"acknowledge": "PT6H", "result": "P5D", "grace": "P1D"}


def a_district(folder) -> Policy:
    """Two rings of its own, one of them without a name, and answers of its own."""
    whistle = {"rings": {"2-minutes": TWO, "in-days": SLOWLY}, "usual": "in-days"}
    revisit = a_policy().model_dump()["revisit"] | {"results": {"fairly-satisfied": "satisfied"}}
    return a_policy(whistle=whistle, revisit=revisit)


def its_own(folder):
    return own_of(a_district(folder), load(lists(folder)))


def the(shown, name):
    return next(one for one in shown if one.id == name)


def test_the_product_s_policy_and_lists_give_the_product_s_figures():
    own = own_of(a_policy(), load())

    assert own == PRODUCT
    assert PRODUCTS.figures(own) == FIGURES


def test_a_ring_of_the_locality_has_its_rates_and_its_durations(tmp_path):
    own = its_own(tmp_path)
    counts = {
        "village": {
            "whistle.2-minutes.called": 4,
            "whistle.2-minutes.acknowledged_in_time": 3,
            "whistle.2-minutes.unresponsive": 1,
            "time_to_arrive.2-minutes:0000": 2,
        }
    }

    rate = the(rates(counts, own), "acknowledged_in_time.2-minutes@1")
    minutes = the(distributions(counts, own), "time_to_arrive.2-minutes@1")

    assert (rate.zh, rate.en) == ("两分钟圈按时响应率", "Acknowledged in time, 2-minute ring")
    assert (rate.value, rate.apart["unresponsive"]) == ("75.00", 1)
    assert minutes.count == 2


def test_a_ring_in_which_nobody_is_to_arrive_has_no_rate_of_arriving(tmp_path):
    known = {one.key for one in PRODUCTS.figures(its_own(tmp_path))}

    assert "acknowledged_in_time.in-days@1" in known
    assert "arrived_in_time.in-days@1" not in known
    assert "acknowledged_in_time.1-minute@1" not in known


def test_a_ring_that_is_in_force_no_more_keeps_its_rates_while_there_are_figures_of_it(tmp_path):
    counts = {
        "town": {"whistle.1-minute.called": 2, "whistle.1-minute.arrived": 1, "whistle.on-horse.called": 1}
    }

    known = {one.key: one.zh for one in PRODUCTS.figures(its_own(tmp_path).and_seen(counts))}

    assert known["arrived_in_time.1-minute@1"] == "一分钟圈按时到场率"
    assert known["acknowledged_in_time.on-horse@1"] == "on-horse按时响应率"


def test_a_role_of_the_locality_has_its_satisfaction_and_its_answers_count_as_the_policy_says(tmp_path):
    counts = {
        "village": {
            "answer.herder.fairly-satisfied": 3,
            "answer.herder.dissatisfied": 1,
            "answer.herder.shrugs": 2,
        }
    }

    rate = the(rates(counts, its_own(tmp_path)), "satisfaction.herder@1")

    assert (rate.zh, rate.numerator, rate.denominator) == ("牧户满意率", 3, 4)
    assert rate.apart["shrugs"] == 2


def test_whatever_is_counted_is_shown_by_its_name_though_no_list_of_ours_has_it():
    counts = {
        "village": {
            "referred.grass-station": 2,
            "time_to_accept:0001": 9,
            "activity.patrol": 5,
            "cohort.closed": 1,
        }
    }

    shown = counts_of(counts)

    assert shown["referred.grass-station"] == 2
    assert shown.keys() == {*COUNTS, "referred.grass-station"}
