"""What followup says: whom it revisits, what they answered, and whether the incident may close."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from schemas.base import Actor, Attempt, Event, Matter, Party
from schemas.codes import Code


class RevisitEvent(Matter):
    """An event of the revisit of one resolution, which `attempt` numbers."""

    occurred_at: AwareDatetime
    actor: Actor
    attempt: Attempt
    resolved_at: AwareDatetime
    rule: str | None = None
    """The policy version and the rule it happened under; null for what a person did."""


class Visited(RevisitEvent):
    """One party was visited or called; `replaces` is its earlier answer of the same round."""

    party: str
    role: Code
    means: Code
    result: Code
    replaces: Code | None = None
    calls: Annotated[int, Field(ge=1)] = 1
    """How often this party has been tried, this time included."""


class Completed(RevisitEvent):
    """Every party is done with; `unheard`: not every party was."""

    outcome: Literal["satisfied", "dissatisfied", "relapse", "unheard"]
    reason: Code | None = None
    """The answer that reopens the incident, when it does."""
    unasked: tuple[Code, ...] = ()
    """Roles of parties nobody asked any more, because another's answer had reopened the incident."""


class RevisitPlanned(RevisitEvent):
    """A resolved incident got its revisit: each party is to be asked before `due_at` (null for imported history)."""

    type: ClassVar[str] = "revisit.planned.v1"
    parties: tuple[Party, ...]
    due_at: AwareDatetime | None


class RevisitVisited(Visited):
    """One party was visited or called; `replaces` is its earlier answer of the same round."""

    type: ClassVar[str] = "revisit.visited.v1"


class RevisitOverdue(RevisitEvent):
    """The revisit was not finished by its date; it stays due."""

    type: ClassVar[str] = "revisit.overdue.v1"
    due_at: AwareDatetime


class RevisitCompleted(Completed):
    """Every party is done with: `relapse` reopens, the others close; `unheard`: not every party was."""

    type: ClassVar[str] = "revisit.completed.v1"


ROUNDS = range(2, 25)
Round = Annotated[int, Field(ge=ROUNDS.start, le=ROUNDS[-1])]
"""The first round is the revisit the closing waits for; these come after it, over months."""


class RoundPlanned(RevisitEvent):
    """跟踪回访: the parties of a closed incident are to be asked again before `due_at`."""

    type: ClassVar[str] = "round.planned.v1"
    round: Round
    parties: tuple[Party, ...]
    due_at: AwareDatetime


class RoundVisited(Visited):
    """One party was visited or called in a later round."""

    type: ClassVar[str] = "round.visited.v1"
    round: Round


class RoundOverdue(RevisitEvent):
    """A later round was not finished by its date; it stays due."""

    type: ClassVar[str] = "round.overdue.v1"
    round: Round
    due_at: AwareDatetime


class RoundCompleted(Completed):
    """A later round is done: `relapse` reopens the closed incident, anything else leaves it closed."""

    type: ClassVar[str] = "round.completed.v1"
    round: Round


FROM_FOLLOWUP: tuple[type[Event], ...] = (
    RevisitPlanned,
    RevisitVisited,
    RevisitOverdue,
    RevisitCompleted,
    RoundPlanned,
    RoundVisited,
    RoundOverdue,
    RoundCompleted,
)
"""What followup says of it, on `<tier>.followup`."""
