"""指派: whom a matter is given to by itself, as data of the policy. Pure."""

from typing import Literal

from policy.parts import SEVERITIES, Category, ContactRole, Duration, MissedStep, Part, Reason, Severity
from schemas.base import Tier

ONE_EACH = ("officer", "legal-adviser", "liaison-judge", "liaison-prosecutor")
"""四个一."""


class AskRule(Part):
    """Which role is asked by itself when a matter is opened or accepted at a tier: by default any matter."""

    tier: Tier
    role: ContactRole
    when: Literal["opened", "accepted"] = "opened"
    severities: tuple[Severity, ...] = SEVERITIES
    categories: tuple[Category, ...] = ()
    """Bare codes; an empty list means all of them."""

    def fits(self, tier: Tier, severity: Severity, category: str) -> bool:
        """Whether it is about a matter of a severity and a bare category at a tier."""
        return (
            tier == self.tier
            and severity in self.severities
            and (not self.categories or category in self.categories)
        )


class Assignment(Part):
    """指派: whom a matter is given to by itself, in the order of the rules, and what happens to those who are asked."""

    rules: tuple[AskRule, ...] = ()
    answer: Duration | None = None
    """How long somebody of the registry has to take it or decline; without it nothing follows from silence."""
    unclaimed: MissedStep = "escalate"
    """What happens when everybody who could be asked declined or kept silent."""
    decline: tuple[Reason, ...] = ("overloaded", "conflict-of-interest", "off-duty", "not-my-remit")
    by_hand: Literal["anybody", "listed"] = "anybody"
    """Whether a person may name somebody whom the registry does not know."""
    one_each: tuple[ContactRole, ...] = ONE_EACH
    """The roles that one holds in an area at a time: who follows in one ends the time of who was before."""

    @property
    def looks(self) -> bool:
        """Whether anything depends on who somebody is in the registry."""
        return bool(self.rules) or self.answer is not None or self.by_hand == "listed"
