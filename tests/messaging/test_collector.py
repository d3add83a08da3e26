"""What holds itself is found while a process runs, and a large batch is left alone."""

import gc
import weakref

import pytest

from messaging import collector
from tests.messaging.wire import running, until


class Knot:
    """An object that holds itself."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def alone():
    """Nobody else looks for such objects, and all is as it was afterwards."""
    before = gc.get_threshold()
    gc.collect()
    yield
    gc.set_threshold(*before)


async def swept(knot):
    """Waits until it is gone."""

    async def gone():
        return knot() is None

    return await until(gone, seconds=5)


@pytest.mark.wide
async def test_what_holds_itself_is_swept_from_time_to_time_whether_it_is_new_or_old(alone, monkeypatch):
    monkeypatch.setattr(collector, "SWEEP_S", 0.01)
    collector.patient()
    old = Knot()
    gc.collect()
    knots = [weakref.ref(old), weakref.ref(Knot())]
    del old

    async with running(collector.sweep):
        assert [await swept(one) for one in knots] == [True, True]


def test_a_batch_is_not_looked_through_because_it_is_large(alone):
    looks = []
    collector.patient()
    gc.callbacks.append(lambda phase, _: looks.append(phase))

    batch = [[at] for at in range(200_000)]
    gc.callbacks.pop()

    assert (len(batch), looks) == (200_000, [])
