"""Whatever another system sends, the batch it comes in takes effect: in the database, a bug is nobody's excuse."""

from collections import Counter

import pytest

from services.intake.report import incident_id_of
from tests.messaging.tiny import rows
from tests.services.intake.house import ELIGIBLE, REPORT
from tests.services.intake.refused import PLAIN, deliver, sent
from tests.services.intake.strange import strange

pytestmark = pytest.mark.system

BATCH = 250
GOOD = 25


@pytest.mark.parametrize(
    "count",
    [
        1_500,
        pytest.param(20_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
async def test_strange_records_are_let_in_or_buried_with_a_reason_and_their_neighbours_take_effect(
    house, count
):
    good = [f"good-{at}" for at in range(0, count, GOOD)]
    for begin in range(0, count, BATCH):
        batch = [strange("kept", at) for at in range(begin, begin + BATCH)]
        batch[::GOOD] = [sent(f"good-{at}", PLAIN) for at in range(begin, begin + BATCH, GOOD)]
        await deliver(house, *batch)

    assert await rows(house.database, "select distinct kind from dead_letter") == [("rejected",)]
    said = Counter(
        key for key, event in await house.said("incident.reported.v1") if event["source"] == "/hotline"
    )
    assert said == Counter(incident_id_of("/hotline", name) for name in good)
    [(told,)] = await rows(house.database, "select count(*) from outbox where type = 'submission.refused.v1'")
    assert told > count / 10


@pytest.mark.parametrize(
    "bad",
    [
        sent("bad", REPORT | {"channel": "a\x00"}),
        sent("bad", ELIGIBLE | {"source": "a\x00"}, "referral.eligible-declared.v1"),
    ],
    ids=["a channel", "a source"],
)
async def test_a_code_with_a_character_no_column_can_hold_is_an_unknown_code(house, bad):
    await deliver(house, sent("good", PLAIN), bad)

    assert await rows(house.database, "select kind, reason from dead_letter") == [
        ("rejected", "unknown-code")
    ]
