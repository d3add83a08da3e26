"""What every endpoint of routing's door shares: which incident is meant, and how a refusal is answered."""

from typing import Annotated, Literal

from fastapi import Path

from doors.changed import Changed
from doors.problems import Problem
from services.routing.refusal import SENTENCES, Conflict, Refused

IncidentId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


def problem(refusal: Refused) -> Problem:
    """A refusal as a problem document: 404 for what nobody knows, else 409."""
    zh, en = SENTENCES[refusal.reason]
    status: Literal[404, 409] = 404 if refusal.reason == "unknown-incident" else 409
    if isinstance(refusal, Conflict):
        return Changed(refusal.reason, en, zh=zh, conflicts=refusal.conflicts)
    about = f" ({refusal.about})" if refusal.about else ""
    return Problem(status, refusal.reason, f"{en}{about}", zh=f"{zh}{about}")
