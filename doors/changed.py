"""A conflict as it is answered over HTTP: what the caller believed, and what was found instead."""

from typing import Any

from doors.problems import Problem
from schemas.offline import Differences


class Changed(Problem):
    """409, with both values of each field that somebody changed meanwhile."""

    def __init__(self, kind: str, detail: str, *, zh: str, conflicts: Differences) -> None:
        super().__init__(409, kind, detail, zh=zh)
        self._conflicts = conflicts

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The fields, as the body has them."""
        return [one.model_dump() for one in self._conflicts]
