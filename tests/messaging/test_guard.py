"""The sequence guard says of a batch what takes effect, what came twice, what came too early."""

import pytest

from messaging.envelope import Faults, Guarded, Letter, Record, Stream
from messaging.errors import Rejected
from messaging.guard import judge, plan, runs, text_of
from tests.builders import INCIDENT, NOW, a_message

STREAM = Stream("village.intake", INCIDENT)
OTHER = Stream("village.intake", "other")


def guarded(last=None, *, waiting=()):
    return Guarded(NOW, last or {}, frozenset(waiting))


def seqs(messages):
    return [one.seq for one in messages]


def a_letter(seq, stream=STREAM):
    record = Record(stream.topic, 0, 0, stream.key.encode(), (), b"bad")
    return Letter(record, stream, seq, "rejected", "not-json", "")


def test_a_batch_without_holes_tells_from_where_to_where_each_stream_goes():
    batch = [a_message(4), a_message(1, key="other"), a_message(5), a_message(6)]

    assert runs(batch) == {STREAM: (4, 6), OTHER: (1, 1)}


@pytest.mark.parametrize("seqs", [(4, 6), (4, 4), (5, 4)])
def test_a_batch_with_a_hole_a_repetition_or_a_wrong_order_has_to_be_judged(seqs):
    assert runs([a_message(1, key="other"), *map(a_message, seqs)]) is None


@pytest.mark.parametrize("kind", [{"held": True}, {"redriven": 7}])
def test_a_batch_with_an_event_that_waited_or_was_sent_back_has_to_be_judged(kind):
    assert runs([a_message(1, **kind)]) is None


def test_a_first_event_is_ready():
    sorted_out = plan({}, [a_message(1)])

    assert seqs(sorted_out.ready) == [1]


def test_events_out_of_order_are_put_in_order():
    sorted_out = plan({STREAM: 4}, [a_message(7), a_message(5), a_message(6)])

    assert seqs(sorted_out.ready) == [5, 6, 7]


def test_what_was_applied_and_what_comes_twice_are_duplicates():
    sorted_out = plan({STREAM: 2}, [a_message(2), a_message(3), a_message(3), a_message(1)])

    assert seqs(sorted_out.ready) == [3]
    assert seqs(sorted_out.duplicates) == [1, 2, 3]


def test_events_behind_a_gap_are_early():
    sorted_out = plan({STREAM: 1}, [a_message(2), a_message(4), a_message(5)])

    assert seqs(sorted_out.ready) == [2]
    assert seqs(sorted_out.early) == [4, 5]


def test_a_gap_in_one_stream_leaves_the_others_alone():
    batch = [a_message(2, key="other"), a_message(1), a_message(2)]

    sorted_out = plan({}, batch)

    assert sorted_out.ready == [batch[1], batch[2]]
    assert sorted_out.early == [batch[0]]


def test_streams_keep_the_order_in_which_they_arrived():
    batch = [a_message(2), a_message(1, key="other"), a_message(1)]

    sorted_out = plan({}, batch)

    assert sorted_out.ready == [batch[2], batch[1], batch[0]]


def test_the_same_key_on_two_topics_is_two_streams():
    sorted_out = plan({STREAM: 9}, [a_message(1, topic="village.routing")])

    assert seqs(sorted_out.ready) == [1]


def test_an_applied_event_moves_its_stream():
    sorted_out = plan({STREAM: 1}, [a_message(2), a_message(3)])

    verdict = judge(guarded({STREAM: 1}), sorted_out, Faults(), [])

    assert verdict.moved == {STREAM: 3}
    assert not verdict.waiting
    assert not verdict.letters


def test_a_gap_holds_what_came_early_and_leaves_one_letter_for_the_missing_number():
    sorted_out = plan({STREAM: 1}, [a_message(4), a_message(5)])

    verdict = judge(guarded({STREAM: 1}), sorted_out, Faults(), [])

    assert seqs(verdict.hold) == [4, 5]
    assert verdict.waiting == {STREAM}
    [letter] = verdict.letters
    assert (letter.kind, letter.seq, letter.record) == ("gap", 2, None)


def test_the_gap_is_told_once_however_often_early_events_come():
    sorted_out = plan({STREAM: 1}, [a_message(4)])

    verdict = judge(guarded({STREAM: 1}, waiting=[STREAM]), sorted_out, Faults(), [])

    assert verdict.letters == []
    assert verdict.waiting == {STREAM}


def test_a_second_gap_behind_the_first_is_told_when_the_first_is_filled():
    batch = [a_message(2), a_message(4, held=True)]
    sorted_out = plan({STREAM: 1}, batch)

    verdict = judge(guarded({STREAM: 1}, waiting=[STREAM]), sorted_out, Faults(), [])

    assert verdict.moved == {STREAM: 2}
    assert [one.seq for one in verdict.letters] == [3]
    assert verdict.waiting == {STREAM}


def test_held_events_are_released_when_their_turn_comes():
    batch = [a_message(3, held=True), a_message(2)]
    sorted_out = plan({STREAM: 1}, batch)

    verdict = judge(guarded({STREAM: 1}, waiting=[STREAM]), sorted_out, Faults(), [])

    assert seqs(sorted_out.ready) == [2, 3]
    assert verdict.release == [batch[0]]
    assert verdict.hold == []
    assert not verdict.waiting
    assert verdict.settled == {STREAM: 3}


def test_a_held_event_that_was_applied_meanwhile_is_released_as_a_duplicate():
    held = a_message(2, held=True)
    sorted_out = plan({STREAM: 5}, [held])

    verdict = judge(guarded({STREAM: 5}, waiting=[STREAM]), sorted_out, Faults(), [])

    assert verdict.release == [held]


def test_a_held_event_that_is_rejected_when_its_turn_comes_waits_no_more():
    held = a_message(2, held=True)
    sorted_out = plan({STREAM: 1}, [held, a_message(3, held=True)])
    faults = Faults(rejected={0: Rejected("forbidden-transition", "why")}, waiting={1})

    verdict = judge(guarded({STREAM: 1}, waiting=[STREAM]), sorted_out, faults, [])

    assert verdict.release == [held]
    assert [one.seq for one in verdict.letters] == [2]
    assert verdict.waiting == {STREAM}


def test_a_held_event_is_not_held_again():
    sorted_out = plan({STREAM: 1}, [a_message(4, held=True), a_message(5)])

    verdict = judge(guarded({STREAM: 1}, waiting=[STREAM]), sorted_out, Faults(), [])

    assert seqs(verdict.hold) == [5]


def test_a_rejected_event_becomes_a_letter_and_its_fellows_wait():
    sorted_out = plan({}, [a_message(1), a_message(2), a_message(3), a_message(1, key="other")])
    faults = Faults(rejected={1: Rejected("forbidden-transition", "why")}, waiting={2})

    verdict = judge(guarded(), sorted_out, faults, [])

    assert verdict.moved == {STREAM: 1, OTHER: 1}
    assert seqs(verdict.hold) == [3]
    assert verdict.waiting == {STREAM}
    [letter] = verdict.letters
    assert (letter.seq, letter.kind, letter.reason, letter.detail) == (
        2,
        "rejected",
        "forbidden-transition",
        "why",
    )


def test_a_bug_leaves_a_letter_that_does_not_repeat_its_message():
    sorted_out = plan({}, [a_message(1)])

    verdict = judge(guarded(), sorted_out, Faults(rejected={0: ValueError("personal")}), [])

    [letter] = verdict.letters
    assert (letter.kind, letter.reason) == ("bug", "ValueError")
    assert "personal" not in letter.detail
    assert verdict.moved == {}


def test_an_unreadable_event_blocks_the_place_it_claims_without_being_called_a_gap():
    sorted_out = plan({STREAM: 1}, [a_message(3)])

    verdict = judge(guarded({STREAM: 1}), sorted_out, Faults(), [a_letter(2)])

    assert [one.kind for one in verdict.letters] == ["rejected"]
    assert verdict.waiting == {STREAM}
    assert seqs(verdict.hold) == [3]


def test_a_forged_letter_is_kept_but_blocks_nothing():
    sorted_out = plan({STREAM: 1}, [a_message(2)])

    verdict = judge(guarded({STREAM: 1}), sorted_out, Faults(), [a_letter(None)])

    assert verdict.moved == {STREAM: 2}
    assert not verdict.waiting
    assert len(verdict.letters) == 1


def test_an_unreadable_event_that_was_passed_long_ago_leaves_no_letter():
    verdict = judge(guarded({STREAM: 5}), plan({STREAM: 5}, []), Faults(), [a_letter(5)])

    assert verdict.letters == []
    assert not verdict.waiting


def test_a_redriven_letter_is_done_when_it_takes_effect_and_when_it_had_already():
    sorted_out = plan({STREAM: 1}, [a_message(2, redriven=7), a_message(1, redriven=8)])

    verdict = judge(guarded({STREAM: 1}), sorted_out, Faults(), [])

    assert sorted(verdict.redriven) == [7, 8]


def test_a_redriven_letter_that_is_rejected_again_is_not_done():
    sorted_out = plan({STREAM: 1}, [a_message(2, redriven=7)])

    verdict = judge(guarded({STREAM: 1}), sorted_out, Faults(rejected={0: Rejected("why")}), [])

    assert verdict.redriven == []


def test_a_key_becomes_text_that_any_column_can_hold():
    assert text_of(b"\xff\0" + b"a" * 500) == "\ufffd\ufffd" + "a" * 198
    assert text_of(None) == ""
