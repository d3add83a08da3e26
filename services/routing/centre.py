"""Where decisions are made: a tier, with its policies and the people it can ask."""

from dataclasses import dataclass, field

from schemas.base import Tier
from services.routing.clocks import Policies
from services.routing.roster import Roster


@dataclass(frozen=True, slots=True)
class Centre:
    """A tier, the policies it knows, the one in force first, and who of its registry a decision may need."""

    tier: Tier
    policies: Policies
    roster: Roster = field(default_factory=Roster, compare=False)
