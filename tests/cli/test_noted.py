"""The end of an audit that was seen is known again on the same machine, for the same audit only."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cli.noted import Notes, read, written
from services.intake.chain import START, Head, Walk, canonical, head, link

KEY, OTHER = bytes(32), bytes(range(32))


def a_chain(length):
    links, before = [], START
    for number in range(1, length + 1):
        links.append(link(before, number, canonical({"about": number})))
        before = links[-1].hash
    return links


def verdict(links, known):
    """What a walk through a chain says that is signed where it ends."""
    walk = Walk([] if known is None else [known])
    broken = [one for one in map(walk.step, links) if one is not None]
    return broken[0] if broken else walk.ended(head(KEY, links[-1]), KEY)


def test_an_older_end_that_is_put_back_with_its_signature_is_told_by_what_was_noted(tmp_path):
    chain, notes = a_chain(4), Notes(tmp_path / "a" / "b", "village-intake", KEY)
    before = notes.seen()
    notes.note(head(KEY, chain[-1]))

    put_back = verdict(chain[:2], notes.seen())

    assert before is None
    assert verdict(chain[:2], None) is None, "its signature is good, so nothing but a note shows it"
    assert (put_back.number, put_back.what) == (3, "truncated")
    assert verdict(a_chain(6), notes.seen()) is None


def test_an_end_seen_before_a_later_one_was_noted_does_not_put_the_note_back(tmp_path):
    """Two walks at once: the longer ends last, with what it saw at its beginning."""
    earlier, later = (head(KEY, one) for one in a_chain(2))
    notes = Notes(tmp_path, "village-intake", KEY)
    notes.note(later)

    notes.note(earlier)

    assert notes.seen() == read(written(later))


def test_of_ends_that_are_noted_at_once_the_latest_stays(tmp_path):
    ends = [head(KEY, one) for one in a_chain(40)]
    notes = Notes(tmp_path, "village-intake", KEY)

    for _ in range(10):
        with ThreadPoolExecutor(8) as walks:
            list(walks.map(notes.note, reversed(ends)))

    assert notes.seen() == read(written(ends[-1]))


def test_of_another_audit_or_one_that_had_not_begun_nothing_is_expected(tmp_path):
    notes = Notes(tmp_path, "village-intake", KEY)
    notes.note(Head())

    assert notes.seen() is None
    notes.note(head(KEY, a_chain(1)[0]))
    assert notes.seen() is not None
    assert Notes(tmp_path, "village-intake", OTHER).seen() is None
    assert Notes(tmp_path, "town-intake", KEY).seen() is None
    assert [one.stat().st_mode & 0o077 for one in tmp_path.iterdir()] == [0]


@pytest.mark.parametrize("text", ["", "12", "12:xyz", "-1:" + "0" * 64, "1:" + "0" * 63])
def test_what_is_no_end_is_not_taken_for_one(text):
    assert read(text) is None


def test_an_end_is_read_as_it_is_written():
    end = head(KEY, a_chain(3)[-1])

    assert read(written(end)) == Head(end.number, end.hash)
