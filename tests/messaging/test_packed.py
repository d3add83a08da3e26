"""What a batch unpacks to is known before it is unpacked, and without the room that it would take."""

import gzip
import resource
import tracemalloc

import cramjam
import pytest
from aiokafka.codec import snappy_encode

from messaging import lenient, packed
from tests.messaging.batches import CODECS, a_batch, varint


def test_what_is_not_in_order_has_no_headers_without_end():
    assert not packed.heads_without_end(b"\x80" * 1000, 0, 5, 1)
    assert not packed.heads_without_end(b"", 0, 5, 1)
    assert not packed.heads_without_end(varint(-5) * 9, 0, 5, 1)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_small_batch_is_looked_at_in_little_room(codec):
    batch = memoryview(a_batch(0, *[[("x", bytes(60))]] * 9, codec=codec))

    tracemalloc.start()
    try:
        assert not lenient.more_than(packed.MOST, batch)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("flag", [0x40, 0x80])
def test_what_only_the_library_unpacks_is_not_unpacked_either(flag):
    bomb = bytearray(gzip.compress(bytes(20 << 20)))
    bomb[3] = flag

    assert packed.excessive(CODECS["gzip"], bytes(bomb))
    assert packed.excessive(
        CODECS["gzip"], gzip.compress(b"small") + bytes(9) + gzip.compress(bytes(20 << 20))
    )


@pytest.mark.parametrize("codec", ["gzip", "lz4", "zstd"])
def test_sixty_four_megabytes_in_a_few_kilobytes_are_never_unpacked(codec):
    bomb = bytes(getattr(cramjam, codec).compress(bytes(64 << 20)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert packed.excessive(CODECS[codec], bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 24 << 10


@pytest.mark.parametrize("blocks", [True, False])
def test_of_snappy_it_is_known_without_unpacking_in_blocks_and_without(blocks):
    one = bytes(snappy_encode(bytes(1000), xerial_compatible=blocks))

    assert packed.excessive(2, one, most=999)
    assert not packed.excessive(2, one, most=1000)


def test_what_is_just_small_enough_is_read_and_what_is_broken_is_left_to_the_library():
    packs = {1: cramjam.gzip, 3: cramjam.lz4, 4: cramjam.zstd}
    for codec, module in packs.items():
        one = bytes(module.compress(bytes(1000)))
        assert not packed.excessive(codec, one, most=1000)
        assert packed.excessive(codec, one, most=999)
        assert not packed.excessive(codec, b"no such thing")
    assert not packed.excessive(2, b"\x82SNAPPY\x00" + bytes(9))
