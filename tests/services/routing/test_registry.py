"""A file adds to the registry: who follows ends the one before, history stays, and the same file changes nothing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.registry import Entry, merge
from tests.builders import VILLAGE

SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


def an_entry(reference="o-1", role="officer", valid_from=SPRING, **changes):
    fields = {"kind": "person", "area": VILLAGE, "role": f"contact-role/1:{role}"}
    return Entry(reference=reference, valid_from=valid_from, **(fields | changes))


def lines(*entries):
    """As a file has them, from its second line on."""
    return list(enumerate(entries, start=2))


def registry(*files):
    """What stands in the registry after some files."""
    stored = {}
    for file in files:
        merged = merge(stored.values(), lines(*file))
        assert not merged.wrong
        stored |= {one.identity: one for one in (*merged.added, *merged.changed)}
    return stored


def test_what_is_new_is_added_and_what_was_said_before_is_left_alone():
    before = registry([an_entry()])

    merged = merge(before.values(), lines(an_entry(), an_entry("m-1", "mediator")))

    assert (len(merged.added), merged.changed, merged.unchanged) == (1, (), 1)


def test_a_follower_ends_the_officer_s_time_the_day_before_and_the_officer_stays_on_record():
    before = registry([an_entry()])

    merged = merge(before.values(), lines(an_entry("o-2", valid_from=AUTUMN)))

    assert merged.added == (an_entry("o-2", valid_from=AUTUMN),)
    assert merged.changed == (an_entry(valid_until=date(2026, 8, 31)),)


def test_an_older_file_read_again_does_not_undo_the_follower():
    old, new = [an_entry()], [an_entry("o-2", valid_from=AUTUMN)]
    before = registry(old, new)

    merged = merge(before.values(), lines(*old))

    assert (merged.added, merged.changed, merged.unchanged) == ((), (), 1)


def test_there_may_be_many_mediators_but_each_has_one_time():
    both = [an_entry("m-1", "mediator"), an_entry("m-2", "mediator", capacity=3)]
    more = [replace(both[1], valid_from=AUTUMN, capacity=5)]

    found = registry(both, more)

    assert [one.valid_until for one in found.values()] == [None, date(2026, 8, 31), None]


def test_times_that_overlap_are_wrong_at_their_line_and_nothing_changes():
    fixed = an_entry(valid_until=AUTUMN)

    merged = merge([], lines(fixed, an_entry("o-2", valid_from=SUMMER)))
    against = merge([fixed], lines(an_entry("o-2", valid_from=SUMMER)))

    assert [(one.line, one.field) for one in merged.wrong] == [(3, "valid_from")]
    assert "line 2" in merged.wrong[0].problem
    assert "the registry" in against.wrong[0].problem
    assert (merged.added, merged.changed, against.added) == ((), (), ())


def test_two_officers_cannot_begin_on_the_same_day():
    merged = merge([], lines(an_entry(), an_entry("o-2")))

    assert "begin on the same day" in merged.wrong[0].problem


def test_the_same_line_twice_is_wrong_even_if_it_says_the_same():
    merged = merge([], lines(an_entry(), an_entry()))

    assert [(one.line, one.problem[:6]) for one in merged.wrong] == [(3, "line 2")]


def test_a_reference_is_a_person_or_a_body_everywhere():
    merged = merge([an_entry("x-1")], lines(an_entry("x-1", "court", kind="body", area=VILLAGE[:6])))

    assert [(one.line, one.field) for one in merged.wrong] == [(2, "kind")]


def test_all_errors_come_at_once_in_the_order_of_their_lines():
    merged = merge([], lines(an_entry(), an_entry(), an_entry("x", kind="body"), an_entry("x", "court")))

    assert [one.line for one in merged.wrong] == sorted(one.line for one in merged.wrong)
    assert {one.field for one in merged.wrong} == {"valid_from", "kind"}


ENTRIES = st.builds(
    an_entry,
    st.sampled_from(["o-1", "o-2", "o-3"]),
    st.sampled_from(["officer", "mediator"]),
    st.dates(SPRING, AUTUMN),
    capacity=st.sampled_from([None, 1]),
)


@pytest.mark.wide
@given(st.lists(st.lists(ENTRIES, max_size=5), max_size=4))
def test_whatever_is_read_the_same_again_changes_nothing_and_no_post_has_two_holders(files):
    stored = {}
    for file in files:
        merged = merge(stored.values(), lines(*file))
        stored |= {one.identity: one for one in (*merged.added, *merged.changed)}
        again = merge(stored.values(), lines(*file))

        assert again.wrong == merged.wrong
        assert (again.added, again.changed) == ((), ())

    for day in {one.valid_from for one in stored.values()}:
        posts = [one.post for one in stored.values() if valid(one, day)]
        assert len(posts) == len(set(posts))


def valid(entry, day):
    return entry.valid_from <= day and (entry.valid_until is None or entry.valid_until >= day)


def test_which_roles_one_holds_at_a_time_is_the_policy_s_to_say():
    two_officers = lines(an_entry(), an_entry("o-2"))
    two_herd_heads = lines(an_entry("h-1", "herd-head"), an_entry("h-2", "herd-head"))

    assert not merge([], two_officers, one_each=["herd-head"]).wrong
    assert [one.field for one in merge([], two_herd_heads, one_each=["herd-head"]).wrong] == ["valid_from"]
