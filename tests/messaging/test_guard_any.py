"""However a stream is delivered, each of its events takes effect once and in order."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.envelope import Faults, Guarded
from messaging.guard import judge, plan, runs
from tests.builders import NOW, a_message


class Reader:
    """The tables of a reader, in memory: what the database does with a verdict, and nothing more."""

    def __init__(self):
        self.last = {}
        self.held = {}
        self.waiting = set()
        self.applied = defaultdict(list)
        self.gaps = 0

    def deliver(self, batch):
        if not self.advanced(runs(batch) or {}):
            self.judged(batch)
            return
        for one in batch:
            self.applied[one.stream].append(one.seq)

    def advanced(self, moves):
        """Whether all streams stood just before what came, and nothing waited in them: then they are moved."""
        as_usual = all(
            self.last.get(stream, 0) == first - 1 and stream not in self.waiting
            for stream, (first, _) in moves.items()
        )
        if as_usual:
            self.last |= {stream: last for stream, (_, last) in moves.items()}
        return bool(moves) and as_usual

    def judged(self, batch):
        streams = {one.stream for one in batch}
        merged = [one for one in self.held.values() if one.stream in streams & self.waiting] + batch
        last = {stream: self.last[stream] for stream in streams & self.last.keys()}
        sorted_out = plan(last, merged)
        verdict = judge(Guarded(NOW, last, frozenset(streams & self.waiting)), sorted_out, Faults(), [])
        for one in sorted_out.ready:
            self.applied[one.stream].append(one.seq)
        self.last |= verdict.moved
        self.waiting = (self.waiting - streams) | verdict.waiting
        self.held |= {(one.stream, one.seq): a_held(one) for one in verdict.hold}
        for one in verdict.release:
            del self.held[one.stream, one.seq]
        self.gaps += len(verdict.letters)


def a_held(message):
    return a_message(message.seq, key=message.stream.key, held=True)


@st.composite
def deliveries(draw):
    """Every event of some streams at least once, in any order, any of them again, cut into any batches."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    every = [(f"k{at}", seq) for at, length in enumerate(lengths) for seq in range(1, length + 1)]
    again = draw(st.lists(st.sampled_from(every), max_size=15))
    order = draw(st.permutations(every + again))
    batches, rest = [], list(order)
    while rest:
        size = draw(st.integers(1, len(rest)))
        batches.append(rest[:size])
        rest = rest[size:]
    return lengths, batches


@given(deliveries())
@settings(max_examples=100)
def test_any_order_any_repetition_and_any_batching_give_each_event_once_and_in_order(delivery):
    lengths, batches = delivery
    reader = Reader()

    for batch in batches:
        reader.deliver([a_message(seq, key=key) for key, seq in batch])

    assert {stream.key: seqs for stream, seqs in reader.applied.items()} == {
        f"k{at}": list(range(1, length + 1)) for at, length in enumerate(lengths)
    }
    assert not reader.held
    assert not reader.waiting


@given(deliveries(), st.data())
@settings(max_examples=60)
def test_a_lost_event_stops_its_stream_at_its_place_and_is_always_noticed(delivery, data):
    lengths, batches = delivery
    lost = f"k{data.draw(st.integers(0, len(lengths) - 1))}"
    at = data.draw(st.integers(1, lengths[int(lost[1:])]))
    reader = Reader()

    for batch in batches:
        reader.deliver([a_message(seq, key=key) for key, seq in batch if (key, seq) != (lost, at)])

    done = {stream.key: seqs for stream, seqs in reader.applied.items()}
    assert done.get(lost, []) == list(range(1, at))
    assert all(done[f"k{one}"][-1] == length for one, length in enumerate(lengths) if f"k{one}" != lost)
    assert bool(reader.waiting) == (at < lengths[int(lost[1:])])
    assert reader.gaps >= len(reader.waiting)
