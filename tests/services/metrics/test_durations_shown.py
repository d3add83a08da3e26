"""Durations are shown of the whole, and of each group that keeps them apart, where they are asked for by name."""

import pytest

from services.metrics import showing
from services.metrics.api_figures import Asked
from services.metrics.naming import Naming
from services.metrics.showing import Chosen
from services.metrics.sketches import bucket_of
from services.metrics.sums import Sums
from tests.cli.cases import LISTS, REGISTRY
from tests.services.metrics.shown import KNOWN, PRODUCTS

NAMING = Naming(REGISTRY, LISTS)
NAMED = ["time_to_resolve", "resolved"]


def counts(*durations):
    """Of a village; each is known to the second."""
    found = {"resolved": len(durations), "added:time_to_resolve": len(durations)}
    for seconds in durations:
        found |= {f"time_to_resolve:{bucket_of(seconds):04d}": 1, f"exact:time_to_resolve:{seconds}": 1}
    return {"village": found}


def groups(*, timed, **of):
    chosen = Chosen(PRODUCTS.named(NAMED), KNOWN, by_name=True, timed=timed)
    sums = {key: Sums(one, one) for key, one in of.items()}
    return {one.key: one for one in showing.groups_of(sums, chosen, {}, "child")}


def test_each_group_has_its_own_durations_and_says_how_exact_they_are():
    found = groups(timed=True, a=counts(60, 600), b=counts(3600))

    [first], [second] = found["a"].distributions, found["b"].distributions
    assert (first.id, first.count, first.relative_error, first.max_seconds) == (
        "time_to_resolve@1",
        2,
        0,
        600,
    )
    assert (second.count, second.exact, second.p50_seconds) == (1, 1, 3600)


def test_where_they_were_not_asked_for_groups_have_none():
    assert groups(timed=False, a=counts(60))["a"].distributions == ()


@pytest.mark.parametrize(
    ("asked", "timed"),
    [
        ({"metric": NAMED, "group_by": "child"}, True),
        ({"metric": NAMED, "group_by": "month"}, True),
        ({"group_by": "child"}, False),
        ({"metric": NAMED, "group_by": "category"}, False),
        ({"metric": NAMED, "group_by": "month", "category": "land"}, False),
        ({"metric": NAMED, "group_by": "month", "channel": "court"}, False),
    ],
)
def test_of_categories_and_channels_durations_are_not_called_none(asked, timed):
    assert Asked(**asked).timed == timed


@pytest.mark.parametrize(
    ("names", "read"),
    [
        ([], True),
        (["resolved"], False),
        (["resolved", "time_to_resolve"], True),
        (["time_to_resolve@1"], True),
        (["time_to_arrive.on-horse"], True),
        (["time_to_acknowledge.1-minute@1"], True),
    ],
)
def test_durations_are_read_only_when_a_figure_needs_them(names, read):
    assert Asked(metric=names).cells("620522", NAMING).durations == read
