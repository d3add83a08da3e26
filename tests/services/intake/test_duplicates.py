"""Which earlier reports are proposed for a new one, by steps of likeness, and how well that does."""

from datetime import timedelta

import pytest

from policy.duplicates import DuplicateRules, Likeness
from services.intake.duplicates import Compared, candidates, takes_part
from services.intake.likeness import sketch
from tests.builders import REPORTED_AT, VILLAGE
from tests.services.intake.matters import MATTERS, UNKIND

KEY = b"k" * 32
GRID = VILLAGE + "003"
RULES = Likeness()
TOLD, RETOLD = MATTERS["land"][0]
ELSE = MATTERS["land"][3][0]


NEW, EARLIER = "0" * 36, "e" * 36
"""Ids, as far as a schema looks."""


def a_telling(name=NEW, text=TOLD, **changes):
    fields = {
        "area": VILLAGE, "category": "category/1:land", "channel": "channel/1:patrol", "reported_at": REPORTED_AT,
    }  # fmt: skip
    return Compared(name, **(fields | changes), sketch=None if text is None else sketch(text, KEY))


def an_earlier(text=RETOLD, **changes):
    fields = {"channel": "channel/1:hotline", "reported_at": REPORTED_AT - timedelta(hours=2)}
    return a_telling(EARLIER, text, **(fields | changes))


def score(new, earlier, rules=RULES):
    found = candidates(new, [earlier], rules, 3)
    return found[0].score if found else None


def grounds(new, earlier, rules=RULES):
    return [one.partition(":")[2] for one in candidates(new, [earlier], rules, 3)[0].grounds]


def measured(matters, **changes):
    """Precision and recall at the default threshold over every two tellings of one category."""
    right = wrong = missed = 0
    for told in matters.values():
        flat = [(number, text) for number, pair in enumerate(told) for text in pair]
        for at, (one, first) in enumerate(flat):
            for other, second in flat[at + 1 :]:
                said = score(a_telling(text=first), an_earlier(second, **changes)) is not None
                right += said and one == other
                wrong += said and one != other
                missed += not said and one == other
    return right / (right + wrong), right / (right + missed)


def test_from_two_doors_within_hours_the_invented_matters_are_told_apart():
    assert measured(MATTERS) == (1.0, pytest.approx(29 / 30))


def test_of_the_unkind_ones_the_same_phrases_and_the_same_lamps_are_mistaken():
    precision, recall = measured(UNKIND)

    assert (precision, recall) == (pytest.approx(12 / 14), 1.0)


def test_from_one_door_and_days_apart_it_takes_more_text():
    precision, recall = measured(
        MATTERS, channel="channel/1:patrol", reported_at=REPORTED_AT - timedelta(days=3)
    )

    assert precision == 1.0
    assert 0.5 <= recall < 0.9


def test_the_grounds_are_named_and_add_up():
    new, earlier = a_telling(area=GRID), an_earlier(area=GRID)

    assert grounds(new, earlier) == ["text", "place", "time", "channel"]
    assert score(new, earlier) == score(a_telling(), an_earlier()) + 1


@pytest.mark.parametrize(
    ("new", "earlier", "expected"),
    [
        (a_telling(text=None), an_earlier(None), None),
        (a_telling(text=None, area=GRID), an_earlier(None, area=GRID), 3),
        (a_telling(text=None, area=GRID), an_earlier(None, area=VILLAGE + "004"), None),
        (a_telling(text=None, area=GRID), an_earlier(None, area=GRID, channel="channel/1:patrol"), None),
        (a_telling(text=None, area=GRID), an_earlier(RETOLD, area=GRID), 3),
        (a_telling(area=GRID), an_earlier(ELSE, area=GRID), None),
        (a_telling(), an_earlier(reported_at=REPORTED_AT - timedelta(days=15)), None),
        (a_telling(), an_earlier(reported_at=REPORTED_AT + timedelta(hours=1)), 6),
        (a_telling(EARLIER), an_earlier(TOLD), None),
    ],
)
def test_a_table_of_scores(new, earlier, expected):
    assert score(new, earlier) == expected


def test_within_a_grid_only_the_same_grid_counts():
    rules = Likeness(radius="grid")

    assert score(a_telling(), an_earlier(), rules) is None
    assert score(a_telling(area=GRID), an_earlier(area=VILLAGE + "004"), rules) is None
    assert score(a_telling(area=GRID), an_earlier(area=GRID), rules) == 7


def test_the_likeliest_come_first_and_among_equals_the_earliest():
    hours = [1, 3, 2]
    earlier = [
        a_telling(str(at) * 36, RETOLD, reported_at=REPORTED_AT - timedelta(hours=at)) for at in hours
    ] + [a_telling("a" * 36, TOLD, channel="channel/1:hotline")]

    found = candidates(a_telling(), earlier, RULES, 3)

    assert [one.lead for one in found] == ["a" * 36, "3" * 36, "2" * 36]


@pytest.mark.parametrize(
    ("one", "rules", "expected"),
    [
        (a_telling(), RULES, True),
        (a_telling(text=None), RULES, False),
        (a_telling(text=None, area=GRID), RULES, True),
        (a_telling(text=None), Likeness(threshold=2), True),
        (a_telling(text=None, area=GRID), Likeness(threshold=4), False),
        (a_telling(), Likeness(radius="grid"), False),
        (a_telling(), Likeness(propose=False), False),
    ],
)
def test_what_can_never_reach_the_threshold_takes_no_part(one, rules, expected):
    assert takes_part(one, rules) is expected


def test_a_category_may_be_an_exception():
    rules = DuplicateRules.model_validate(
        {"threshold": 4, "categories": {"safety": {"threshold": 2, "window": "P1D"}, "family": {"propose": False}}}
    )  # fmt: skip

    assert (rules.rules("safety").threshold, rules.rules("safety").window) == (2, timedelta(days=1))
    assert (rules.rules("safety").radius, rules.rules("family").propose) == ("village", False)
    assert rules.rules("land").threshold == 4
    assert not rules.links


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 4, "link": 3},
        {"threshold": 4, "categories": {"safety": {"link": 3}}},
        {"link": 5, "categories": {"safety": {"threshold": 6}}},
        {"threshold": 0},
        {"radius": "town"},
        {"categories": {"safety": {"thresh": 3}}},
    ],
)
def test_rules_that_contradict_themselves_are_refused(wrong):
    with pytest.raises(ValueError, match=r"link|threshold|radius|thresh"):
        DuplicateRules.model_validate(wrong)
