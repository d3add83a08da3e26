"""A deadline is counted from when the centre could know, by the policy the incident began with."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policy.spans import Due
from services.routing.clocks import accept_until, handle_until, promised
from tests.builders import NOW, a_policy, an_incident, later, policies


def midnight(month, day):
    """The local midnight a day begins with."""
    return datetime(2026, month, day, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("tier", "severity", "accept", "handle"),
    [
        ("village", "ordinary", timedelta(hours=4), later(days=1)),
        ("village", "prominent", timedelta(hours=2), midnight(9, 23)),
        ("town", "major", timedelta(hours=2), midnight(10, 17)),
        ("county", "ordinary", timedelta(hours=8), midnight(10, 17)),
        ("village", "of-our-own", timedelta(hours=4), later(days=1)),
    ],
)
def test_each_tier_and_severity_has_its_clocks(tier, severity, accept, handle):
    incident = an_incident(tier=tier, severity=f"severity/1:{severity}")

    assert accept_until(incident, policies(), NOW) == Due(NOW + accept)
    assert handle_until(incident, policies(), NOW) == Due(handle)


def test_an_incident_keeps_the_policy_it_began_with():
    clocks = a_policy().model_dump()["clocks"]
    clocks["village"]["ordinary"]["accept"] = timedelta(minutes=1)
    known = policies(a_policy(version="default/3", clocks=clocks), a_policy())

    assert accept_until(an_incident(policy="default/2"), known, NOW) == Due(later(hours=4))
    assert accept_until(an_incident(policy="default/3"), known, NOW) == Due(later(minutes=1))


def test_imported_history_has_no_clock():
    assert accept_until(an_incident(backfill=True), policies(), NOW) is None
    assert handle_until(an_incident(backfill=True), policies(), NOW) is None


def test_the_source_s_promise_counts_before_the_handling_deadline():
    assert promised(an_incident(target_at=later(days=1), handle_by=NOW)) == later(days=1)
    assert promised(an_incident(handle_by=NOW)) == NOW
    assert promised(an_incident()) is None
