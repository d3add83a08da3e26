"""What followup says: whom it revisits, what they answered, and whether the incident may close."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from schemas.base import Actor, Attempt, Matter, Party
from schemas.codes import Code


class RevisitEvent(Matter):
    """An event of the revisit of one resolution, which `attempt` numbers."""

    occurred_at: AwareDatetime
    actor: Actor
    attempt: Attempt
    resolved_at: AwareDatetime


class RevisitPlanned(RevisitEvent):
    """A resolved incident got its revisit: each party is to be asked before `due_at` (null for imported history)."""

    type: ClassVar[str] = "revisit.planned.v1"
    parties: tuple[Party, ...]
    due_at: AwareDatetime | None


class RevisitVisited(RevisitEvent):
    """One party was visited or called; `again` is true when an earlier answer of the party is replaced."""

    type: ClassVar[str] = "revisit.visited.v1"
    party: str
    role: Code
    means: Code
    result: Code
    replaces: Code | None = None
    calls: Annotated[int, Field(ge=1)] = 1
    """How often this party has been tried, this time included."""


class RevisitOverdue(RevisitEvent):
    """The revisit was not finished by its date; it stays due."""

    type: ClassVar[str] = "revisit.overdue.v1"
    due_at: AwareDatetime


class RevisitCompleted(RevisitEvent):
    """Every party is done with: `relapse` reopens, the others close; `unheard`: not every party was."""

    type: ClassVar[str] = "revisit.completed.v1"
    outcome: Literal["satisfied", "dissatisfied", "relapse", "unheard"]
    reason: Code | None = None
    """The answer that reopens the incident, when it does."""
    unasked: tuple[Code, ...] = ()
    """Roles of parties nobody asked any more, because another's answer had reopened the incident."""
