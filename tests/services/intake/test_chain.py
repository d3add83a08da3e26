"""A chain shows the first place at which it is not what was written, whatever was done to it."""

import os
from dataclasses import replace
from itertools import pairwise

import pytest

from services.intake.chain import START, Broken, Head, after, broken, canonical, head, link

KEY = bytes(range(32))


def a_chain(length=5, word="read"):
    links, before = [], START
    for number in range(1, length + 1):
        links.append(link(before, number, canonical({"act": word, "about": f"i-{number}"})))
        before = links[-1].hash
    return links


def end_of(links, key=KEY):
    return head(key, links[-1]) if links else Head()


@pytest.mark.parametrize("length", [0, 1, 5])
def test_what_was_written_is_whole(length):
    links = a_chain(length)

    assert broken(links, end_of(links), KEY) is None
    assert all(broken(links, end_of(links), KEY, end_of(links[:at])) is None for at in range(1, length + 1))


@pytest.mark.parametrize("at", range(5))
def test_a_changed_entry_shows_where_it_is(at):
    links = a_chain()
    spoilt = [*links[:at], replace(links[at], entry=canonical({"act": "none"})), *links[at + 1 :]]

    assert broken(spoilt, end_of(links), KEY) == Broken(at + 1, "changed")


@pytest.mark.parametrize("at", range(4))
def test_a_removed_entry_shows_where_it_was(at):
    links = a_chain()

    assert broken([*links[:at], *links[at + 1 :]], end_of(links), KEY) == Broken(at + 1, "removed")


@pytest.mark.parametrize("at", range(5))
def test_an_inserted_entry_shows_where_it_stands(at):
    links = a_chain()
    extra = link(START, at + 1, canonical({"act": "forged"}))

    found = broken([*links[:at], extra, *links[at:]], end_of(links), KEY)

    assert found is not None
    assert found.number in {at + 1, at + 2}
    assert found.what in {"changed", "inserted"}


@pytest.mark.parametrize("at", range(4))
def test_two_entries_that_changed_places_show(at):
    links = a_chain()
    turned = [replace(links[at + 1], number=at + 1), replace(links[at], number=at + 2)]

    assert broken([*links[:at], *turned, *links[at + 2 :]], end_of(links), KEY) == Broken(at + 1, "changed")


@pytest.mark.parametrize("left", range(5))
def test_a_tail_that_was_cut_off_shows(left):
    links = a_chain()

    assert broken(links[:left], end_of(links), KEY) == Broken(left + 1, "truncated")


def test_who_lacks_the_key_cannot_cut_or_write_anew_and_sign():
    links, anew = a_chain(), a_chain(word="none")

    assert broken(links[:3], end_of(links[:3], os.urandom(32)), KEY) == Broken(3, "forged")
    assert broken(anew, end_of(anew, os.urandom(32)), KEY) == Broken(5, "forged")
    assert broken(anew, end_of(links), KEY) == Broken(5, "forged")


def test_an_old_end_that_was_kept_and_put_back_shows_to_who_noted_a_later_one():
    links = a_chain()
    cut = links[:3]

    assert broken(cut, end_of(cut), KEY) is None
    assert broken(cut, end_of(cut), KEY, end_of(links)) == Broken(4, "truncated")


def test_a_chain_that_was_written_anew_by_who_has_the_key_shows_to_who_noted_an_end_of_the_first():
    first, anew = a_chain(), a_chain(word="none")

    assert broken(anew, end_of(anew), KEY) is None
    assert broken(anew, end_of(anew), KEY, end_of(first[:2])) == Broken(2, "forged")


def test_going_on_signs_what_was_signed_and_nothing_that_was_not():
    links = a_chain()
    signed, cut = end_of(links[:3]), Head(3, links[2].hash, b"anything")

    assert broken(links, after(KEY, signed, links[4]), KEY) is None
    assert broken(links, after(KEY, Head(), links[4]), KEY) is None
    assert broken(links, after(KEY, cut, links[4]), KEY) == Broken(5, "forged")
    assert broken(links, after(KEY, after(KEY, cut, links[3]), links[4]), KEY) == Broken(5, "forged")


def test_equal_entries_have_different_hashes():
    before, links = START, []
    for number in (1, 2, 3):
        links.append(link(before, number, "{}"))
        before = links[-1].hash

    assert all(one.hash != other.hash for one, other in pairwise(links))


def test_an_entry_is_written_in_one_way_only():
    assert canonical({"b": 1, "a": "中"}) == canonical({"a": "中", "b": 1}) == '{"a":"中","b":1}'


@pytest.mark.parametrize("at", range(5))
def test_an_entry_that_was_changed_with_its_hash_shows_at_the_next_one(at):
    links = a_chain()
    before = links[at - 1].hash if at else START
    spoilt = [*links[:at], link(before, at + 1, canonical({"act": "none"})), *links[at + 1 :]]

    last = at + 1 == len(links)
    assert broken(spoilt, end_of(links), KEY) == (Broken(5, "forged") if last else Broken(at + 2, "changed"))
