"""What a decision is made upon, besides the incident: who asks, when it happened, and where. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policy.model import Policy
from schemas.base import Actor
from services.routing.roster import Roster


@dataclass(frozen=True, slots=True)
class Occasion:
    """Somebody asks for something: it happened at one moment and is recorded at another, under a policy."""

    actor: Actor
    occurred_at: datetime
    now: datetime
    policy: Policy
    roster: Roster

    @property
    def by(self) -> dict[str, Any]:
        """Who and when, as events say it."""
        return {"occurred_at": self.occurred_at, "actor": self.actor}

    @property
    def named(self) -> bool:
        """Whether it is known who asks."""
        return self.actor.ref != Actor().ref
