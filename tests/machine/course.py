"""What a life may look like, as rules of their own: which event may follow which, told from the events alone."""

from dataclasses import dataclass, field

AWAY = {"incident.escalated.v1": "away", "incident.returned.v1": "away"}
GIVEN_BACK = {"incident.returned-to-source.v1": "returned-to-source"}
MOVES = {
    None: {"incident.opened.v1": "open", **AWAY},
    "open": {
        "incident.accepted.v1": "accepted", "incident.resolved.v1": "resolved",
        **AWAY, **GIVEN_BACK,
    },
    "accepted": {"incident.resolved.v1": "resolved", **AWAY, **GIVEN_BACK},
    "resolved": {"incident.closed.v1": "closed", "incident.reopened.v1": "accepted"},
    "closed": {"incident.reopened.v1": "accepted"},
    "returned-to-source": {},
    "away": {"incident.opened.v1": "open"},
}  # fmt: skip
"""Where an event may lead; whatever else is published leaves the state as it is, and is listed below."""
WORK = ("open", "accepted")
DONE = ("resolved", "closed", "returned-to-source")
STAYS = {
    "action.done.v1": {*MOVES},
    "action.refused.v1": {*MOVES},
    "duplicate.dismissed.v1": {*WORK},
    "incident.declined.v1": {*WORK},
    "incident.joined.v1": {*MOVES},
    "incident.linked.v1": {*WORK},
    "incident.origin-linked.v1": {*MOVES},
    "incident.parted.v1": {*MOVES},
    "incident.taken.v1": {*WORK},
    "incident.unanswered.v1": {*WORK},
    "incident.unclaimed.v1": {*WORK},
    "incident.unlinked.v1": {*MOVES},
    "incident.referred.v1": {*WORK},
    "incident.transferred.v1": {*WORK},
    "referral.accepted.v1": {*WORK},
    "referral.answered.v1": {*MOVES},
    "referral.concluded.v1": {*WORK},
    "referral.opened.v1": {*WORK},
    "referral.overdue.v1": {*WORK},
    "referral.recalled.v1": {*WORK},
    "referral.returned.v1": {*WORK},
    "incident.assigned.v1": {*WORK},
    "incident.clock-moved.v1": {*WORK},
    "incident.wait-moved.v1": {*WORK},
    "incident.extended.v1": {*WORK},
    "incident.leader-changed.v1": {*WORK, *DONE},
    "incident.listed.v1": {*WORK},
    "incident.overdue.v1": {*WORK},
    "incident.still-overdue.v1": {*WORK},
    "incident.reminded.v1": {*WORK},
    "incident.resumed.v1": {*WORK},
    "incident.struck-off.v1": {*DONE},
    "incident.suspended.v1": {*WORK},
    "incident.triaged.v1": {*WORK},
    "mediation.adjourned.v1": {*WORK},
    "mediation.called.v1": {*WORK},
    "mediation.cancelled.v1": {*WORK},
    "mediation.confirmed.v1": {*WORK, *DONE, "away"},
    "mediation.held.v1": {*WORK},
    "mediation.missed.v1": {*WORK},
    "whistle.acknowledged.v1": {*WORK},
    "whistle.arrived.v1": {*WORK},
    "whistle.blown.v1": {*WORK},
    "whistle.called-off.v1": {*WORK},
    "whistle.ended.v1": {*WORK},
    "whistle.excused.v1": {*WORK},
    "whistle.overdue.v1": {*WORK},
    "whistle.reported.v1": {*WORK},
    "whistle.supported.v1": {*WORK},
    "whistle.unresponsive.v1": {*WORK},
}
NEVER_WHILE_LINKED = {"incident.accepted.v1", "incident.overdue.v1", "incident.still-overdue.v1", *AWAY}
NEVER_WHILE_SUSPENDED = {
    "incident.accepted.v1",
    "incident.returned.v1",
    "incident.overdue.v1",
    "incident.still-overdue.v1",
}


RUNS_AGAIN = {
    "incident.opened.v1",
    "incident.accepted.v1",
    "incident.reopened.v1",
}
"""After these a clock runs that has not been missed."""


@dataclass
class Course:
    """What the events of one incident at one tier have come to so far."""

    at: str | None = None
    suspended: bool = False
    linked: bool = False
    missed: bool = False
    """Whether the clock that ran was missed, so that it is said again and again until the next step begins."""
    overdue: int = 0
    """What its events say that they change about how many are overdue."""
    whistles: set[int] = field(default_factory=set)
    """Those that are open."""
    sessions: set[int] = field(default_factory=set)
    """Those that are still to be held."""

    def step(self, name, data):
        """One more event, which is allowed after those before it."""
        self._allowed(name, data)
        self._joint(name, data)
        match name:
            case "incident.linked.v1":
                self.linked = True
            case "incident.unlinked.v1" | "incident.resolved.v1":
                self.linked = False
            case "incident.suspended.v1" | "incident.resumed.v1":
                self.suspended = name == "incident.suspended.v1"
            case "incident.overdue.v1":
                self.missed = True
        self.overdue += data.get("overdue") or 0
        if name in RUNS_AGAIN:
            self.missed = False
        if name in MOVES[self.at]:
            self.at, self.suspended = MOVES[self.at][name], False
        else:
            assert self.at in STAYS.get(name, ()), f"{name} after {self.at}"

    def _allowed(self, name, data):
        assert not (self.linked and name in NEVER_WHILE_LINKED), f"{name} while linked"
        assert not (self.suspended and name in NEVER_WHILE_SUSPENDED), f"{name} while suspended"
        if name == "incident.resolved.v1":
            if not data["by_lead"]:  # a duplicate rests already, and its lead takes it along as it stands
                assert self.at != "open", "resolved before it was accepted"
                assert not self.suspended, "resolved while suspended"
            assert not self.whistles, "resolved while a whistle is open"
            assert not self.sessions, "resolved before a session that was called"

    def _joint(self, name, data):
        """The whistles and sessions somebody is waited for in."""
        match name:
            case "whistle.blown.v1":
                self.whistles.add(data["whistle"])
            case "whistle.called-off.v1" | "whistle.ended.v1":
                self.whistles.discard(data["whistle"])
            case "mediation.called.v1":
                self.sessions.add(data["session"])
            case "mediation.held.v1" | "mediation.missed.v1" | "mediation.cancelled.v1":
                self.sessions.discard(data["session"])
