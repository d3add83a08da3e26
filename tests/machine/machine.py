"""The whole life as a game of chance: people, other systems, clocks, crashes and a bus that repeats itself."""

import sys
from collections import Counter
from datetime import timedelta
from functools import wraps

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from schemas.base import TIERS, Actor
from schemas.duplicates import Candidate, DuplicateProposed
from schemas.intake import ActionReceived, IncidentReported
from services.followup.acts import Request as Recording
from services.routing.handling import Request
from tests.builders import APPLICANT, MATTER, RESPONDENT
from tests.machine.member import SERVICES
from tests.machine.moves import ANY, FOLLOWING, INCIDENTS, PEOPLE, fill
from tests.machine.policies import POLICIES
from tests.machine.sense import next_care, next_steps

STEPS = 50
tiers = st.sampled_from(TIERS)
people = st.sampled_from(PEOPLE)
dooms = st.sampled_from([None] * 10 + ["before", "after"])
severities = st.sampled_from([f"severity/1:{one}" for one in ("ordinary", "ordinary", "prominent", "major")])
spans = st.sampled_from([timedelta(minutes=1), timedelta(hours=3), timedelta(days=1), timedelta(days=9)])


def counted(step):
    """A step in which nothing was said, stored, heard or refused proves nothing, and is counted as idle."""

    @wraps(step)
    def done(self, **drawn):
        busy, refused = self.house.busy, self.house.refused
        step(self, **drawn)
        self.steps += 1
        self.tally["steps"] += 1
        if busy == self.house.busy:
            self.tally["idle steps" if refused == self.house.refused else "refused steps"] += 1

    return done


class Life(RuleBasedStateMachine):
    """Everything that may happen, in any order; after each transaction the books of all tiers are in order."""

    house = None
    run = None
    tally = None
    """What became of all lives: steps, idle ones, actions done and refused, events."""
    lives = None
    """The whole lives, each as what was told in it: who lives the same life twice is counted once."""

    @initialize(tier=tiers, policy=st.sampled_from(sorted(POLICIES)), lot=st.integers(0, 999))
    def begin(self, tier, policy, lot):
        """A life begins with a report, under one policy or another.

        Hypothesis begins every round with the simplest life there is: always the same one, which is passed over.
        """
        assume(lot)
        self.run(self.house.begin(POLICIES[policy]))
        self.books, self.steps = self.house.books, 1
        self.tally.update(["begun", "steps"])
        self._report(tier, "severity/1:ordinary", sent=False)

    @precondition(lambda self: len(self.books.incidents) < len(INCIDENTS))
    @rule(tier=tiers, severity=severities, sent=st.booleans())
    @counted
    def report(self, tier, severity, sent):
        """Somebody reports, or a court sends a matter."""
        self._report(tier, severity, sent=sent)

    def _report(self, tier, severity, *, sent):
        name, at = INCIDENTS[len(self.books.incidents)], self.house.at
        self.books.incidents[name] = tier
        about = MATTER | {"incident_id": name, "severity": severity, "reported_at": at}
        source = {"referred_by": "referral-body/1:court", "source_number": "S-1"} if sent else {}
        told = {"source": "/http", "occurred_at": at, "parties": (APPLICANT, RESPONDENT)}
        self.house.say(f"{tier}.intake", IncidentReported(**about | told | source, tier=tier), at)

    @precondition(lambda self: len(self.books.incidents) > 1)
    @rule(data=st.data(), score=st.sampled_from([3, 8]))
    @counted
    def propose(self, data, score):
        """Two reports look alike."""
        place, at = data.draw(st.integers(1, len(self.books.incidents) - 1)), self.house.at
        name, alike = INCIDENTS[place], data.draw(st.sampled_from(INCIDENTS[:place]))
        likely = Candidate(lead=alike, score=score, grounds=("ground/1:text",))
        about = MATTER | {"incident_id": name, "reported_at": at}
        proposed = DuplicateProposed(**about, occurred_at=at, candidates=(likely,))
        self.house.say(f"{self.books.incidents[name]}.intake", proposed, at)

    @rule(data=st.data(), tier=tiers, actor=people, doom=dooms)
    @counted
    def act(self, data, tier, actor, doom):
        """Anybody asks for anything at a door; a refusal changes nothing."""
        self._act(self._one(data), tier, (fill(data.draw, data.draw(ANY), self.house.at), actor), doom)

    @rule(data=st.data(), actor=people, doom=dooms, times=st.integers(1, 2))
    @counted
    def go_on(self, data, actor, doom, times):
        """Everybody has heard of everything, and the centre in whose hands a matter is goes on with it."""
        for _ in range(times):
            self.run(self.house.settle())
            self._go_on(data, self._one(data), actor, doom)

    @rule(data=st.data(), actor=people, doom=dooms)
    @counted
    def get_on(self, data, actor, doom):
        """The same with the oldest matter that is not closed, so that one gets far."""
        self.run(self.house.settle())
        states = {one: self._states(one)[0]["status"] for one in self.books.incidents}
        incident = next((one for one, status in states.items() if status != "closed"), INCIDENTS[0])
        self._go_on(data, incident, actor, doom)

    def _go_on(self, data, incident, actor, doom):
        self._act(incident, self.books.owners[incident], self._next(data, incident, actor), doom)

    @rule(data=st.data(), actor=people, known=st.booleans(), sensible=st.integers(0, 2))
    @counted
    def ask(self, data, actor, known, sensible):
        """Another system asks over the bus, mostly for what the owner would do, perhaps wanting to hear of it."""
        incident = self._one(data)
        tier = self.books.owners.get(incident)
        if not sensible or tier is None:
            tier, asked = data.draw(tiers), (fill(data.draw, data.draw(ANY), self.house.at), actor)
        else:
            asked = self._next(data, incident, actor)
        self._ask(incident, tier, asked, known=known)

    @precondition(lambda self: self._in_handling())
    @rule(data=st.data(), above=st.booleans(), doom=dooms)
    @counted
    def race(self, data, above, doom):
        """Somebody resolves what another system wants raised, whichever is heard of first."""
        incident = data.draw(st.sampled_from(self._in_handling()))
        tier, names = self.books.owners[incident], ("resolve", "escalate")
        first, second = (fill(data.draw, one, self.house.at) for one in (names if above else names[::-1]))
        self._ask(incident, tier, (first, "o-1"), known=False)
        self._act(incident, tier, (second, "o-2"), doom)

    @precondition(lambda self: any(one.unsent for one in self.house.members.values()))
    @rule(data=st.data(), twice=st.booleans())
    @counted
    def send(self, data, twice):
        """A relay sends what it has."""
        of = data.draw(st.sampled_from([key for key, one in self.house.members.items() if one.unsent]))
        self.run(self.house.send(self.house.members[of], twice=twice))

    @precondition(lambda self: any(map(self.house.behind, self.house.members.values())))
    @rule(data=st.data(), count=st.integers(1, 6), back=st.integers(0, 4), doom=dooms)
    @counted
    def read(self, data, count, back, doom):
        """A service reads on, perhaps again what it had, perhaps killed before or after its commit."""
        behind = [(key, one) for key, who in self.house.members.items() for one in self.house.behind(who)]
        key, stream = data.draw(st.sampled_from(behind))
        member = self.house.members[key]
        begin = max(0, member.read[stream] - back)
        self.run(self.house.take(member, [(*stream, begin, count + member.read[stream] - begin)], doom=doom))

    @rule(data=st.data(), by=spans, doom=dooms)
    @counted
    def pass_time(self, data, by, doom):
        """Time goes by; one of the clocks notices."""
        self.house.later(by)
        if late := [key for key, one in self.house.members.items() if one.is_due()]:
            self.run(self.house.fire(self.house.members[data.draw(st.sampled_from(late))], doom=doom))

    @precondition(lambda self: self.house.is_moving())
    @rule()
    @counted
    def settle(self):
        """For a moment everybody catches up."""
        self.run(self.house.settle())

    def teardown(self):
        """At the end everybody has caught up, and every incident is in exactly one pair of hands."""
        if sys.exception() is not None:
            return
        self.run(self.house.settle())
        self.tally.update(self.books.seen)
        if self.steps >= STEPS:
            self.lives.add(self.books.told())

    def _one(self, data):
        return data.draw(st.sampled_from(list(self.books.incidents)))

    def _in_handling(self):
        known = (one for one in self.books.incidents if one in self.books.owners)
        return [one for one in known if self._states(one)[0]["status"] == "accepted"]

    def _states(self, incident):
        """What routing and followup have stored of an incident, where it is."""
        tier = self.books.owners[incident]
        return tuple(self.house.members[tier, one].shelf.states.get(incident) for one in SERVICES)

    def _next(self, data, incident, actor):
        """What would be done next with an incident, and by whom."""
        tier, (state, revisit) = self.books.owners[incident], self._states(incident)
        others = [
            one for one in self.books.incidents if one != incident and self.books.owners.get(one) == tier
        ]
        steps = next_steps(state, others)
        if revisit and state["status"] in {"resolved", "closed"}:
            steps += next_care(revisit)
        name, given = data.draw(st.sampled_from(steps))
        given = dict(given)
        actor = given.pop("actor", actor)
        return fill(data.draw, name, self.house.at, **given), actor

    def _ask(self, incident, tier, asked, *, known):
        action, actor = asked
        event = ActionReceived(
            incident_id=incident, source="/partner", occurred_at=self.house.at, action=action,
            actor=Actor(role="officer", ref=actor), reference="r-1" if known else None,
        )  # fmt: skip
        self.house.say(f"{tier}.intake", event, self.house.at)

    def _act(self, incident, tier, asked, doom):
        action, ref = asked
        actor, now = Actor(role="officer", ref=ref), self.house.at
        if action.action in FOLLOWING:
            member, request = self.house.members[tier, "followup"], Recording(action, actor, now)
        else:
            member, request = self.house.members[tier, "routing"], Request(action, actor, now)
        what = lambda tx: member.desk.act(tx, incident, request, None)  # noqa: E731
        events = self.run(self.house.act(member, what, doom=doom))
        done = events and all(one.type != "action.forwarded.v2" for one in events)
        self.tally[f"{'done' if done else 'not done'}: {action.action}"] += 1


def machine(house, run):
    """The game on a house, as Hypothesis wants it; `run` waits for what is asynchronous."""
    return type(
        "Life", (Life,), {"house": house, "run": staticmethod(run), "tally": Counter(), "lives": set()}
    )
