"""Where decisions are made: a tier, with its policies and the people it can ask."""

from dataclasses import dataclass, field

from policy.model import Policy
from schemas.base import TIERS, Tier
from services.routing.clocks import Policies
from services.routing.incident import Incident
from services.routing.roster import Roster


@dataclass(frozen=True, slots=True)
class Centre:
    """A tier, the policies it knows, the one in force first, and who of its registry a decision may need."""

    tier: Tier
    policies: Policies
    roster: Roster = field(default_factory=Roster, compare=False)
    tiers: tuple[Tier, ...] = TIERS
    """Those of the county: what is handed to another would wait for nobody."""

    def policy(self, version: str | None) -> Policy:
        """The policy of a version; the one in force for a new matter, and where that version is not at hand."""
        return self.policies.get(version or "") or next(iter(self.policies.values()))

    def gave(self, before: Incident | None, after: Incident) -> None:
        """The next decision of the same transaction sees to whom this one has given a matter."""
        self.roster.moved(before.in_hand_of if before else None, after.in_hand_of)
