"""Policies lives are led under: the product's own, and one in which more happens by itself."""

from datetime import date

from services.routing.registry import Entry
from tests.builders import VILLAGE, a_policy, asking

POLICIES = {
    "as it comes": a_policy(),
    "strict": a_policy(
        missed={"accept": "alarm", "handle": "escalate", "again": "PT6H"},
        assignment=asking("grid-staff", "mediator", answer="PT30M"),
        duplicates={"threshold": 3, "link": 7},
        mediation={"hold_within": "10 working days", "grace": "P1D", "agreement_required": True},
        revisit={
            "due": "P7D", "calls": 2, "reopen_on": ["relapse"], "plans": {"ordinary": ["P7D", "P30D"]}, "ahead": "P7D",
        },
    ),
}  # fmt: skip
REGISTRY = tuple(
    Entry(
        reference=reference,
        kind="person",
        role=f"contact-role/1:{role}",
        area=VILLAGE,
        valid_from=date(2026, 1, 1),
    )
    for reference, role in (("o-1", "grid-staff"), ("o-3", "mediator"))
)
"""Whom a village can ask."""
