"""Each source has its own diversion rate and its own share of settled matters: its cells have its channel."""

from collections import defaultdict

from schemas.declarations import EligibleRecorded
from schemas.referrals import ReferralAnswered
from services.metrics.facts import increments
from services.metrics.figures import figure
from tests.builders import MATTER, NOW, OFFICER
from tests.services.metrics.counted import EVENT, ZONE
from tests.services.metrics.shown import PRODUCTS


def declared(source, count):
    return EligibleRecorded(
        declaration_id=MATTER["incident_id"], source=f"/{source}", body=f"referral-body/1:{source}", area="620522",
        month="2026-09", count=count, version=1, occurred_at=NOW, actor=OFFICER,
    )  # fmt: skip


def told(source, *answers):
    """What a source was told of one matter of its own, one after the other."""
    came = EVENT | {"channel": f"channel/1:{source}", "body": f"referral-body/1:{source}"}
    before = (None, *answers)
    return [
        ReferralAnswered(**came, order=at, answer=answer, before=before[at - 1])
        for at, answer in enumerate(answers, start=1)
    ]


def by_source(*events):
    counts = defaultdict(lambda: defaultdict(int))
    for event in events:
        for cell, by in increments(event, ZONE):
            counts[cell.channel][cell.measure] += by
    return {channel.removeprefix("channel/1:"): {"village": found} for channel, found in counts.items()}


def values(name, sources):
    [one] = PRODUCTS.named([name])
    return {source: figure(one, counts).value for source, counts in sources.items()}


def test_what_a_source_declares_offers_and_is_told_stands_in_the_cells_of_its_channel():
    settled, failed = ("accepted", "succeeded"), ("accepted", "failed")
    court = [
        declared("court", 4),
        *told("court", *settled),
        *told("court", *settled),
        *told("court", *failed),
    ]
    police = [*told("police", *settled), *told("police", "accepted", "returned")]
    petition = [declared("petition", 2), *told("petition", "returned")]

    sources = by_source(*court, *police, *petition)

    assert values("diversion@1", sources) == {"court": "75.00", "police": None, "petition": "0.00"}
    assert values("diversion_success@1", sources) == {"court": "66.67", "police": "100.00", "petition": None}
