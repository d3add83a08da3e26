"""What every endpoint of routing's door shares: which incident is meant, and how a refusal is answered."""

from typing import Annotated, Any, Literal

from fastapi import Path

from doors.problems import Problem
from services.routing.refusal import SENTENCES, Conflict, Refused

IncidentId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


def problem(refusal: Refused) -> Problem:
    """A refusal as a problem document: 404 for what nobody knows, else 409."""
    zh, en = SENTENCES[refusal.reason]
    status: Literal[404, 409] = 404 if refusal.reason == "unknown-incident" else 409
    if isinstance(refusal, Conflict):
        return Changed(refusal, en, zh)
    about = f" ({refusal.about})" if refusal.about else ""
    return Problem(status, refusal.reason, f"{en}{about}", zh=f"{zh}{about}")


class Changed(Problem):
    """409, with both values of each field that somebody changed meanwhile."""

    def __init__(self, conflict: Conflict, detail: str, zh: str) -> None:
        super().__init__(409, conflict.reason, detail, zh=zh)
        self._conflict = conflict

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The fields, as the body has them."""
        return [one.model_dump() for one in self._conflict.conflicts]
