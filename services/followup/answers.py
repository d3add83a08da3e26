"""What every endpoint of followup's door shares: which incident is meant, a revisit as it is shown, a refusal."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel

from doors.problems import Problem
from schemas.base import Party
from services.followup.revisit import Refused, Revisit

IncidentId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]

SENTENCES = {
    "unknown-incident": ("没有这个事件的回访", "No revisit of such an incident"),
    "no-revisit-due": ("本次回访已经完成", "This revisit is done"),
    "unknown-party": ("没有这一方当事人", "No such party in this matter"),
    "already-answered": ("该当事人已有回访结果", "This party has answered already"),
    "before-the-resolution": ("时间早于化解时间", "This cannot have happened before the resolution"),
}


class AnswerView(BaseModel):
    """One party: asked how often, and what it last answered; null while nobody has asked."""

    party: Party
    result: str | None
    calls: int


class RevisitView(BaseModel):
    """The revisit of one resolution."""

    incident_id: str
    area: str
    category: str
    severity: str
    attempt: int
    status: Literal["due", "done"]
    outcome: str | None
    resolved_at: datetime
    due_at: datetime | None
    overdue: bool
    answers: tuple[AnswerView, ...]


def view_of(revisit: Revisit) -> RevisitView:
    """A revisit as it stands."""
    return RevisitView.model_validate(revisit, from_attributes=True)


def problem(refusal: Refused) -> Problem:
    """A refusal as a problem document: 404 for what nobody knows, else 409."""
    zh, en = SENTENCES[refusal.reason]
    return Problem(404 if refusal.reason == "unknown-incident" else 409, refusal.reason, en, zh=zh)
