"""Walking back from the current counts by undoing newer changes gives what they were before and after each."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.undoing import Between, Change, steps

DAYS, TIERS, MEASURES = ("2026-09-14", "2026-09-15"), ("village", "county"), ("closed", "received")
BY = st.integers(-3, 5)
CHANGES = st.builds(
    Change,
    st.sampled_from(DAYS),
    st.sampled_from(TIERS),
    st.dictionaries(st.sampled_from(MEASURES), BY, min_size=1),
)
STARTS = st.dictionaries(
    st.sampled_from(DAYS),
    st.dictionaries(st.sampled_from(TIERS), st.dictionaries(st.sampled_from(MEASURES), st.integers(0, 99))),
)


def flat(counts):
    """(tier, measure) → value; what is not there is zero."""
    return Counter(
        {
            (tier, measure): value
            for tier, values in counts.items()
            for measure, value in values.items()
            if value
        }
    )


def applied(counts, changes, about):
    """Counts after some changes of theirs."""
    found = flat(counts)
    for one in changes:
        if one.about == about:
            for measure, by in one.changes.items():
                found[one.tier, measure] += by
    return Counter({key: value for key, value in found.items() if value})


def unflat(counts):
    found = {}
    for (tier, measure), value in counts.items():
        found.setdefault(tier, {})[measure] = value
    return found


def summed(history):
    """What the database says of a history, newest first, of which some is shown."""
    place, sums = 0, Counter()
    for change, is_shown in history:
        for measure, by in change.changes.items():
            sums[place, change.about, change.tier, measure] += by
        place += is_shown
    return [Between(*key, by) for key, by in sums.items()]


@given(STARTS, st.lists(st.tuples(CHANGES, st.booleans())))
def test_every_step_is_what_the_changes_up_to_it_make_of_the_beginning(starts, oldest_first):
    history = [one for one, _ in oldest_first]
    current = {day: unflat(applied(starts.get(day, {}), history, day)) for day in DAYS}
    shown = [(at, one) for at, (one, is_shown) in enumerate(oldest_first) if is_shown]

    found = list(steps(current, summed(oldest_first[::-1]), [one for _, one in reversed(shown)]))

    for step, (at, one) in zip(found, reversed(shown), strict=True):
        start = starts.get(one.about, {})
        assert flat(step.before) == applied(start, history[:at], one.about)
        assert flat(step.after) == applied(start, history[: at + 1], one.about)


@given(STARTS, st.lists(CHANGES, min_size=1))
def test_all_changes_applied_to_the_first_from_give_the_current_value(starts, history):
    one_day = [change._replace(about=DAYS[0]) for change in history]
    current = applied(starts.get(DAYS[0], {}), one_day, DAYS[0])

    found = list(
        steps({DAYS[0]: unflat(current)}, summed([(one, True) for one in one_day[::-1]]), one_day[::-1])
    )

    assert applied(found[-1].before, one_day, DAYS[0]) == current
    assert flat(found[0].after) == current
    for newer, older in pairwise(found):
        assert flat(newer.before) == flat(older.after)
