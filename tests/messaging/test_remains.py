"""What a batch leaves in memory: nothing of its records, however many were refused, before a collector comes round."""

import gc
import json

import pytest

from messaging.envelope import Message, Record
from messaging.errors import Rejected, alone
from tests.builders import a_report, an_inbound_record
from tests.messaging.tiny import Tiny, a_reader, records

KINDS = {
    "not JSON": an_inbound_record(b"{"),
    "structured, not JSON": an_inbound_record(b"{", **{"content-type": b"application/cloudevents+json"}),
    "not as the schema says": an_inbound_record(b"{}"),
    "not as a validator says": an_inbound_record(
        a_report().model_dump_json().replace("2026-", "0026-").encode()
    ),
    "unsigned": an_inbound_record(b"{}", ce_id=None),
    "not text": an_inbound_record(b"\xff"),
}


def remains():
    """What is left of records and messages for the collector to find."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return [type(one).__name__ for one in gc.garbage if isinstance(one, Record | Message)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


@pytest.fixture
def uncollected():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_an_error_that_is_kept_knows_no_longer_where_it_was_raised():
    try:
        try:
            json.loads("{")
        except ValueError:
            raise Rejected("not-json") from None
    except Rejected as why:
        kept = alone(why)

    assert (kept.__traceback__, kept.__context__, kept.reason) == (None, None, "not-json")


@pytest.mark.system
@pytest.mark.parametrize("kind", KINDS)
async def test_of_what_cannot_be_read(new_database, uncollected, kind):
    inbox, _, _ = await a_reader(await new_database())

    await inbox.apply([KINDS[kind], *records("a", 1)])

    assert remains() == []


@pytest.mark.system
@pytest.mark.parametrize("trouble", ["refused", "buggy"])
async def test_of_what_is_refused_or_meets_a_bug(new_database, uncollected, trouble):
    tiny = Tiny()
    getattr(tiny, trouble).add(("a", 1))
    inbox, _, _ = await a_reader(await new_database(), tiny)

    await inbox.apply([*records("a", 1, 2), *records("b", 1)])

    assert remains() == []
