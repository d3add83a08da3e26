"""When what is overdue is said again, told from the events alone: until its step is done, and not while it rests."""

RESTS = {"incident.linked.v1": "linked", "incident.transferred.v1": "out", "incident.referred.v1": "out"}
RUNS_ON = {
    "incident.unlinked.v1": "linked", "referral.returned.v1": "out", "referral.concluded.v1": "out",
    "referral.recalled.v1": "out",
}  # fmt: skip
OVER = (
    "incident.opened.v1", "incident.accepted.v1", "incident.reopened.v1", "incident.resolved.v1",
    "incident.escalated.v1", "incident.returned.v1", "incident.returned-to-source.v1",
)  # fmt: skip


class Alarm:
    """The next time of one incident, and what keeps it back."""

    def __init__(self):
        self._next_at, self._rests = None, set()

    def at(self):
        """When it is to be said; None while it is not overdue, or rests."""
        return None if self._rests else self._next_at

    def follow(self, said):
        """One more event of its incident."""
        match said.type:
            case "incident.overdue.v1" | "incident.still-overdue.v1":
                self._next_at = said.event.next_at
            case kind if kind in RESTS:
                self._rests.add(RESTS[kind])
            case kind if kind in RUNS_ON:
                self._on(said, RUNS_ON[kind])
            case "referral.accepted.v1" if said.event.kind == "transfer":
                self._on(said, "out")
            case kind if kind in OVER:
                self._next_at = None
                self._rests.clear()

    def _on(self, said, what):
        """What was to be said meanwhile is said at once."""
        self._rests.discard(what)
        if self._next_at is not None:
            self._next_at = max(self._next_at, said.recorded_at)
