"""Whatever is done to a matter, its events add up to whether it is open, by report as well, and whether overdue."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.actions import Accept, Escalate, Extend, Resolve, Resume, Return, Suspend
from schemas.duplicates import LeadResolved, Link, Unlink
from schemas.referrals import Recall, ReturnToSource
from services.metrics.facts import LISTENS_TO, increments
from services.routing.handling import Request
from services.routing.life import act, arrive, late
from services.routing.refusal import Refused
from tests.builders import NOW, OFFICER, a_centre, a_completed_revisit, a_policy, handed_over, reported
from tests.services.routing.linked import LEAD, UNLINK, a_lead
from tests.services.routing.sent_out import COURT, POLICE, TRANSFER, answer

STEPS = st.sampled_from([
    Accept(), Resolve(method="method/1:mediation", outcome="outcome/1:success"), "revisit", "relapse",
    Suspend(reason="reason/1:party-away", approver="o-9"), Resume(), "back", "lead",
    Extend(reason="reason/1:complex", approver="o-9", span="P3D"), Link(lead=LEAD), Unlink(reason=UNLINK.reason),
    Escalate(reason="reason/1:too-hard"), Return(reason="reason/1:wrong-tier"), POLICE, TRANSFER,
    Recall(reason="reason/1:can-be-settled-locally"), answer("accepted"), answer("returned"),
    ReturnToSource(reason="reason/1:beyond-authority"),
])  # fmt: skip
WAITS = st.sampled_from([0, 1, 5, 30, 100]).map(lambda hours: timedelta(hours=hours))
LIVES = st.lists(st.tuples(STEPS, WAITS), min_size=8, max_size=30)
ZONE = ZoneInfo("Asia/Shanghai")
CENTRES = [
    a_centre("village", a_policy(missed={"accept": keeps, "handle": keeps, "again": "PT8H"}))
    for keeps in ("alarm", "escalate")
]


class Life:
    """A matter at one tier, and what its events have added up to so far."""

    def __init__(self, centre):
        self.centre, self.now, self.sums = centre, NOW, Counter()
        self.incident = None
        self.missed = False
        self.turn(*arrive(None, reported(referred_by=COURT.body, source_number=COURT.number), centre, NOW))

    def turn(self, after, events):
        self.incident = after
        for event in events:
            self.missed |= event.type == "incident.overdue.v1"
            self.missed &= event.type not in {
                "incident.accepted.v1",
                "incident.reopened.v1",
                "incident.opened.v1",
            }
            if isinstance(event, LISTENS_TO):
                for cell, by in increments(event, ZONE):
                    self.sums[cell.measure, cell.day] += by

    def wait(self, span):
        self.now += span
        while (due := self.incident.next_due) is not None and due.due_at <= self.now and self.incident.owned:
            self.turn(*late(self.incident, due, self.centre, self.now))

    def do(self, step):
        incident, centre, now = self.incident, self.centre, self.now
        match step:
            case "revisit" | "relapse":
                if incident.status == "resolved":
                    outcome = "relapse" if step == "relapse" else "satisfied"
                    done = a_completed_revisit(
                        outcome=outcome, attempt=incident.attempt, resolved_at=incident.resolved_at,
                        reason="reason/1:relapse", occurred_at=now,
                    )  # fmt: skip
                    self.turn(*arrive(incident, done, centre, now))
            case "back":
                if not incident.owned:
                    self.turn(*arrive(incident, self.given(), centre, now))
            case "lead":
                if incident.linked:
                    self.turn(*arrive(incident, self.of_its_lead(), centre, now))
            case action:
                beside = {LEAD: a_lead()}
                try:
                    self.turn(*act(incident, Request(action, OFFICER, now, beside), centre, now))
                except Refused:
                    return

    def given(self):
        return handed_over(to_tier="village", from_tier=self.incident.owner, path=(), occurred_at=self.now)

    def of_its_lead(self):
        result = {"method": "method/1:mediation", "outcome": "outcome/1:success", "agreement": True}
        where = {"to_tier": "village", "from_tier": "town", "incident_id": self.incident.incident_id}
        return LeadResolved(**where, **result, lead=LEAD, occurred_at=self.now, actor=OFFICER)

    def total(self, measure):
        return sum(by for (name, _), by in self.sums.items() if name == measure)

    def judge(self):
        incident = self.incident
        works = incident.owned and incident.status in {"open", "accepted"} and incident.ties.lead is None
        assert (
            self.total("open") == self.total("cohort.open") == self.sums["cohort.open", "2026-09-14"] == works
        )
        assert self.total("overdue_now") == (works and self.missed)
        for part in ("in_hand.suspended", "in_hand.extended"):
            assert 0 <= self.total(part) <= self.total("in_hand")


@pytest.mark.wide
@given(LIVES, st.sampled_from(CENTRES))
@settings(max_examples=200)
def test_at_every_moment_the_events_add_up_to_what_the_matter_is(steps, centre):
    life = Life(centre)

    for step, wait in steps:
        life.wait(wait)
        life.judge()
        life.do(step)
        life.judge()
