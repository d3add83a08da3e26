"""What every endpoint of followup's door shares: which incident is meant, a revisit as it is shown, a refusal."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict

from doors.changed import Changed
from doors.problems import Problem
from schemas.base import Party
from services.followup.refusal import SENTENCES, Conflict, Refused
from services.followup.state import Revisit

IncidentId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


class AnswerView(BaseModel):
    """One party: asked how often, and what it last answered; null while nobody has asked."""

    party: Party
    result: str | None
    calls: int


class SupportPlanView(BaseModel):
    """帮扶 of one party."""

    model_config = ConfigDict(from_attributes=True)
    number: int
    party: Party
    purpose: str
    until: datetime
    steps: int


class RevisitView(BaseModel):
    """The revisit of one resolution."""

    incident_id: str
    area: str
    category: str
    severity: str
    attempt: int
    round: int
    """Which round of the plan; the closing waits for the first only."""
    later: tuple[datetime, ...]
    """When the rounds after this one are due."""
    status: Literal["due", "done"]
    outcome: str | None
    resolved_at: datetime
    due_at: datetime | None
    overdue: bool
    answers: tuple[AnswerView, ...]
    counselling: dict[str, str] = {}
    """What was last recorded of each party's counselling."""
    plans: tuple[SupportPlanView, ...] = ()
    """The support plans that run."""


def view_of(revisit: Revisit) -> RevisitView:
    """A revisit as it stands."""
    return RevisitView.model_validate(revisit, from_attributes=True)


def problem(refusal: Refused) -> Problem:
    """A refusal as a problem document: 404 for what nobody knows, else 409."""
    zh, en = SENTENCES[refusal.reason]
    if isinstance(refusal, Conflict):
        return Changed(refusal.reason, en, zh=zh, conflicts=refusal.conflicts)
    return Problem(404 if refusal.reason == "unknown-incident" else 409, refusal.reason, en, zh=zh)
