"""What followup keeps of a resolved incident: its revisit, round by round, and what it does for its parties."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from policy.model import Policy
from policy.revisits import RevisitRules
from schemas.base import Actor, Event, MatterState, Party

Policies = dict[str, Policy]
FINAL = frozenset({"satisfied", "dissatisfied", "relapse", "refused"})
"""Answers that need no further call. Only the first is satisfaction; a refusal is never counted as one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How far one party's revisit has come: `result` is the last answer, None while nobody asked."""

    party: Party
    result: str | None = None
    calls: int = 0

    def final(self, rules: RevisitRules) -> bool:
        """Whether this party needs no further call: answered, or tried as often as the policy asks."""
        if self.result is None:
            return False
        return rules.result(self.result) in FINAL or self.calls >= rules.calls


@dataclass(frozen=True, slots=True, order=True)
class Timer:
    """A moment at which the database clock acts on an incident, and on what."""

    due_at: datetime
    step: str


@dataclass(frozen=True, slots=True)
class SupportPlan:
    """帮扶 of one party, for one purpose and until a date."""

    number: int
    party: Party
    purpose: str
    until: datetime
    steps: int = 0


@dataclass(frozen=True, kw_only=True)
class Revisit(MatterState):
    """The revisit of one resolution of one incident."""

    attempt: int
    resolved_at: datetime
    policy: str
    answers: tuple[Answer, ...]
    status: Literal["due", "done"] = "due"
    outcome: str | None = None
    due_at: datetime | None = None
    """When it should be done; None for imported history, which is pending without a date."""
    overdue: bool = False
    round: int = 1
    """The first is the revisit the closing waits for; the others come after it, over months."""
    later: tuple[datetime, ...] = ()
    """When the rounds after this one are due."""
    counselling: dict[str, str] = field(default_factory=dict)
    """What was last recorded of each party's counselling."""
    plans: tuple[SupportPlan, ...] = ()
    """The support plans that run, one for a party at the most."""
    planned: int = 0
    """How many support plans there have been."""

    @property
    def first(self) -> bool:
        """Whether this is the round that decides on the closing."""
        return self.round == 1

    @property
    def timers(self) -> tuple[Timer, ...]:
        """All moments at which the clock will act on it."""
        ends = tuple(Timer(one.until, "support-plan") for one in self.plans)
        if self.due_at is None or self.overdue or self.status == "done":
            return ends
        return (Timer(self.due_at, "revisit"), *ends)

    @property
    def next_due(self) -> Timer | None:
        """The next of them: the one deadline that is stored."""
        return min(self.timers, default=None)

    @property
    def rule(self) -> str:
        """The rule by which its rounds are due, as history keeps it."""
        return f"{self.policy} revisit"

    def fields(self, actor: Actor, occurred_at: datetime) -> dict[str, Any]:
        """What every event of this revisit repeats; those of the first round leave its number out."""
        return {
            **self.matter,
            "attempt": self.attempt,
            "resolved_at": self.resolved_at,
            "round": self.round,
            "actor": actor,
            "occurred_at": occurred_at,
        }


Step = tuple[Revisit, Sequence[Event]]
