"""What must hold in the books of all tiers after every transaction: read from the databases, judged by other rules."""

from collections import Counter, defaultdict
from typing import ClassVar

from services.followup.refusal import Refused as VisitRefused
from services.routing.refusal import Refused
from tests.machine.course import WORK, Course

ASKS = {"action.received.v2", "action.forwarded.v2"}
STATUS = {"handed-over": "away"}


class Books:
    """What was told of a life so far, and whether what is stored agrees with it."""

    REFUSED: ClassVar = (Refused, VisitRefused)

    def __init__(self):
        self.incidents = {}
        """What was reported, in that order."""
        self.courses = defaultdict(Course)
        self.last = Counter()
        """The number of the last event, by topic and incident."""
        self.revisited = defaultdict(set)
        """The attempts whose revisit was passed, by tier and incident."""
        self.owners = {}
        """The tier in whose hands each incident is; none while it is on its way."""
        self.visits = Counter()
        """How many visits followup told of, by tier and incident."""
        self.seen = Counter()

    def judge(self, member):
        """What a member stored in its last transaction."""
        assert not member.shelf.letters, f"{member.tier} {member.service} gave up: {member.shelf.letters}"
        for one in member.shelf.news:
            self._said(member, one)
        if member.service == "routing":
            for incident, state in member.shelf.states.items():
                self._stored(member, incident, state)
                self._owned(member.tier, incident, state)
            self._written(member)

    def _said(self, member, one):
        """Numbers are dense, and an event may follow what was published before it."""
        self.seen[one.type] += 1
        self.last[one.topic, one.key] += 1
        assert one.seq == self.last[one.topic, one.key], f"{one.topic} has a gap before {one.seq}"
        if one.topic == f"{member.tier}.routing":
            if one.type == "incident.closed.v1":
                assert one.data["attempt"] in self.revisited[member.tier, one.key], (
                    "closed without its revisit"
                )
            self.courses[member.tier, one.key].step(one.type, one.data)
        elif one.type == "revisit.visited.v1":
            self.visits[member.tier, one.key] += 1
        elif one.type == "revisit.completed.v1" and one.data["outcome"] != "relapse":
            self.revisited[member.tier, one.key].add(one.data["attempt"])

    def _stored(self, member, incident, state):
        """The state is where the events end; what somebody must work on has one next deadline, unless it rests."""
        course, status = self.courses[member.tier, incident], state["status"]
        assert course.at == STATUS.get(status, status), f"the events end {course.at}, the state is {status}"
        due = member.shelf.due.get(incident, ())
        works = _is_owned(state) and status in WORK
        runs = works and not (course.suspended or course.linked)
        assert len(due) <= int(works), f"{status} with {len(due)} deadlines"
        assert len(due) == 1 or not runs, "its clock runs, and no deadline is stored"
        clock = state["missed"] if course.missed else state
        assert not runs or (clock and clock["due_at"]) is not None, "its clock should run"
        is_overdue = course.at in WORK and course.missed and not course.linked
        assert course.overdue == is_overdue, f"its events say {course.overdue} of how many are overdue"

    def _written(self, member):
        """Numbers of lines are dense, and the state counts all of them but what was told since it was written."""
        for incident, (told, lines, last, _) in member.shelf.lines.items():
            known = sum(member.shelf.states[incident]["lines"]) + told
            assert known == lines == last, f"{lines} lines up to {last} are there, {known} are known of"

    def _owned(self, tier, incident, state):
        """Nothing is in two pairs of hands."""
        if _is_owned(state):
            assert self.owners.get(incident, tier) == tier, f"owned by {tier} and {self.owners[incident]}"
            self.owners[incident] = tier
        elif self.owners.get(incident) == tier:
            del self.owners[incident]

    def asked(self, member, before, records):
        """What a refused action changed is nothing: where all that was said is no, the state is what it was."""
        types = defaultdict(set)
        for one in records:
            types[one.key.decode()].add(dict(one.headers)["ce_type"].decode())
        said = defaultdict(set)
        for one in member.shelf.news:
            said[one.key].add(one.type)
        for incident, names in said.items():
            if names == {"action.refused.v1"} and types[incident] <= ASKS:
                same = before.texts.get(incident) == member.shelf.texts.get(incident)
                assert same, "what was refused changed the state"

    def told(self):
        """What tells one life from another."""
        return tuple(sorted(self.seen.items())), tuple(sorted(self.last.items()))

    def judge_all(self, members):
        """Nothing is under way: every incident is in somebody's hands, and all stores agree whose."""
        for incident, tier in self.incidents.items():
            owner = self.owners.get(incident)
            assert owner, f"{incident}, reported to {tier}, is in nobody's hands"
            state = members[owner, "routing"].shelf.states[incident]
            for other, service in members:
                if service == "routing" and incident in members[other, service].shelf.states:
                    told = members[other, service].shelf.lines.get(incident, (0, 0, 0, 0))[-1]
                    assert told == self.visits[other, incident], f"{told} visits are in the history"
                    leads_to = self._leads_to(members, incident, other)
                    assert leads_to == owner, f"{other} sends who asks to {leads_to}, {owner} has it"
            self._followed(members[owner, "followup"].shelf.states.get(incident), state)
            self._rests(members, state)

    def _leads_to(self, members, incident, tier):
        """Where one comes to who asks from a tier on who has an incident."""
        passed = [tier]
        while (there := members[passed[-1], "routing"].shelf.states[incident]["owner"]) != passed[-1]:
            assert there not in passed, f"{passed} send each other for it"
            passed.append(there)
        return there

    def _followed(self, revisit, state):
        """What was resolved waits for the revisit of that very resolution; what is closed had it."""
        if state["status"] in {"resolved", "closed"}:
            assert revisit, f"{state['status']}, and no revisit was planned"
            assert revisit["attempt"] == state["attempt"], "the revisit is of another resolution"
            first = revisit["round"] == 1 and revisit["status"] == "due"
            assert first == (state["status"] == "resolved"), "the revisit is not where the incident is"

    def _rests(self, members, state):
        """A linked incident rests as long as its lead is worked on, and no longer."""
        lead = state["ties"]["lead"]
        if lead is not None and state["status"] in WORK:
            theirs = members[self.owners[lead], "routing"].shelf.states[lead]
            assert theirs["status"] in WORK, f"linked to a lead that is {theirs['status']}"


def _is_owned(state):
    return state["owner"] == state["tier"]
