"""The whole life as a game of chance: people, other systems, clocks, crashes and a bus that repeats itself."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from schemas.actions import Visit
from schemas.base import TIERS, Actor
from schemas.intake import ActionReceived, IncidentReported
from schemas.topics import topics_read_by
from services.followup.refusal import Refused as VisitRefused
from services.routing.handling import Request
from services.routing.refusal import Refused
from tests.builders import APPLICANT, RESPONDENT, VILLAGE
from tests.machine import books
from tests.machine.house import SERVICES
from tests.machine.moves import ACTORS, INCIDENTS, a_next_step, an_action

tiers = st.sampled_from(TIERS)
members = st.tuples(tiers, st.sampled_from(SERVICES))
visits = st.builds(
    Visit,
    party=st.sampled_from(["p1", "p2"]),
    means=st.just("means/1:telephone"),
    result=st.sampled_from(
        ["satisfied", "satisfied", "dissatisfied", "unreachable", "refused", "relapse"]
    ).map("revisit-result/1:{}".format),
)


class Life(RuleBasedStateMachine):
    """Everything that may happen, in any order; after each step the books of all tiers are in order."""

    house = None
    run = None
    seen: ClassVar = Counter()

    def __init__(self):
        super().__init__()
        self.incidents = []
        self.run(self.house.begin())

    @initialize(tier=tiers)
    def begin(self, tier):
        """A life begins with a report."""
        self.report(tier, "ordinary", "patrol")

    @rule(
        tier=tiers,
        severity=st.sampled_from(["ordinary", "prominent", "major"]),
        channel=st.sampled_from(["patrol", "court"]),
    )
    def report(self, tier, severity, channel):
        """Somebody reports."""
        if len(self.incidents) == len(INCIDENTS):
            return
        name = INCIDENTS[len(self.incidents)]
        self.incidents.append(name)
        event = IncidentReported(
            incident_id=name, area=VILLAGE, category="category/1:land", channel=f"channel/1:{channel}",
            severity=f"severity/1:{severity}", reported_at=self.house.at, tier=tier, source="/http",
            occurred_at=self.house.at, parties=(APPLICANT, RESPONDENT),
        )  # fmt: skip
        self.house.say(f"{tier}.intake", event, self.house.at)

    @precondition(lambda self: self.incidents)
    @rule(data=st.data(), tier=tiers, actor=ACTORS)
    def act(self, data, tier, actor):
        """A person acts at a door; a refusal changes nothing."""
        incident = data.draw(st.sampled_from(self.incidents))
        self._acted(incident, tier, data.draw(an_action(self.house.at)), actor)

    @precondition(lambda self: self.incidents)
    @rule(data=st.data(), tier=tiers, visit=visits)
    def visit(self, data, tier, visit):
        """A person records at a door what a party answered."""
        incident = data.draw(st.sampled_from(self.incidents))
        self._visited(incident, tier, visit)

    @precondition(lambda self: self.incidents)
    @rule(data=st.data(), tier=tiers, actor=ACTORS)
    def ask(self, data, tier, actor):
        """Another system asks for the same over the bus."""
        incident = data.draw(st.sampled_from(self.incidents))
        action = data.draw(an_action(self.house.at) | visits)
        event = ActionReceived(
            incident_id=incident, source="/partner", occurred_at=self.house.at, actor=actor, action=action
        )
        self.house.say(f"{tier}.intake", event, self.house.at)

    @precondition(lambda self: self.incidents)
    @rule(data=st.data(), actor=ACTORS, times=st.integers(2, 5))
    def go_on(self, data, actor, times):
        """Everybody has heard of everything, and the centre in whose hands a matter is goes on with it."""
        for _ in range(times):
            self.settle()
            incident = data.draw(st.sampled_from(self.incidents))
            tier, state = books.owner(self.run(books.read(self.house))[incident])
            if state["status"] == "resolved" and data.draw(st.integers(0, 3)) == 0:
                self.run(self.house.later(timedelta(days=9)))
            elif state["status"] == "resolved":
                self._visited(incident, tier, data.draw(visits))
            elif action := data.draw(a_next_step(state, self.house.at)):
                self._acted(incident, tier, action, actor)

    @rule(which=members, twice=st.booleans())
    def send(self, which, twice):
        """A relay sends what it has."""
        self.run(self.house.send(self.house.members[which], twice=twice))

    @rule(
        data=st.data(), which=members, count=st.integers(1, 6), back=st.integers(0, 4),
        doom=st.sampled_from([None, None, "before", "after"]),
    )  # fmt: skip
    def read(self, data, which, count, back, doom):
        """A service reads on, perhaps again what it had, perhaps killed before or after its commit."""
        member = self.house.members[which]
        topic = data.draw(st.sampled_from([one.name for one in topics_read_by(which[1], which[0])]))
        self.run(self.house.take(member, topic, count, back=back, doom=doom))

    @rule(
        by=st.sampled_from([timedelta(minutes=1), timedelta(hours=3), timedelta(days=1), timedelta(days=9)]),
        which=members,
    )
    def pass_time(self, by, which):
        """Time goes by; one of the clocks notices."""
        self.run(self.house.later(by))
        self.run(self.house.fire(self.house.members[which]))

    @rule()
    def settle(self):
        """For a moment everybody catches up."""
        self.run(self.house.settle())
        self._hold(settled=True)

    def _acted(self, incident, tier, action, actor):
        member = self.house.members[tier, "routing"]
        request = Request(action, actor, self.house.at)
        self.run(self._tried(member, lambda tx: member.desk.act(tx, incident, request, None)))

    def _visited(self, incident, tier, visit):
        member = self.house.members[tier, "followup"]
        by = (Actor(role="officer", ref="o-9"), self.house.at)
        self.run(self._tried(member, lambda tx: member.desk.act(tx, incident, visit, by, None)))

    def _hold(self, *, settled):
        books.hold(self.run(books.read(self.house)), settled=settled)

    def teardown(self):
        """At the end everybody has caught up, and every incident is in exactly one pair of hands."""
        self._hold(settled=False)
        self.settle()
        self.seen.update(books.seen(self.run(books.read(self.house))))

    async def _tried(self, member, what):
        """Whatever a refusal leaves behind, it is not in the books."""
        before = await books.read(self.house, member)
        try:
            async with member.database.transaction() as tx:
                await what(tx)
        except (Refused, VisitRefused):
            assert await books.read(self.house, member) == before


def machine(house, runner: asyncio.Runner):
    """The game on a house, as Hypothesis wants it."""
    return type("Life", (Life,), {"house": house, "run": staticmethod(runner.run), "seen": Counter()})
