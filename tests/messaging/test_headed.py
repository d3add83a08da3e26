"""No record with headers without end is taken apart, however small it came; of our own topics none is looked for."""

import resource

import pytest

from messaging.lenient import EXCESSIVE, Lenient
from tests.messaging.batches import GOOD, a_batch, headed, read


@pytest.mark.parametrize("codec", ["none", "gzip", "lz4", "zstd"])
def test_headers_without_end_are_never_taken_apart(codec):
    bomb = headed(codec, 0, 3, 2_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    found = read(bomb + a_batch(3, GOOD))

    assert [(one.offset, one.headers) for one in found] == [(2, ((EXCESSIVE, b""),)), (3, tuple(GOOD))]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_nor_where_they_make_no_large_batch():
    found = read(headed("zstd", 3, 400_000) + a_batch(2, GOOD))

    assert [one.headers for one in found] == [((EXCESSIVE, b""),), tuple(GOOD)]


@pytest.mark.parametrize("codec", ["none", "zstd"])
def test_a_large_batch_of_records_with_bearable_headers_is_read(codec):
    found = read(headed(codec, *[1000] * 600))

    assert [len(one.headers) for one in found] == [1000] * 600


def test_our_own_records_are_not_looked_through():
    [found] = read(headed("none", 40_000), Lenient)

    assert len(found.headers) == 40_000
