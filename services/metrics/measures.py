"""What can be counted: the product's measures, and the families of those a locality has words of its own for. Pure."""

import re

from services.metrics import asking, care, cohorts, rounds, standing, supervised
from services.metrics.own import RINGS

JOINT_COUNTS = (
    "whistles", "whistles_called_off", "sessions.called", "sessions.adjourned", "sessions.held", "sessions.missed",
    "sessions.cancelled", "agreements", "agreements.confirmed", "agreements.refused", *(
        f"whistle.{ring}.{one}"
        for ring in (one.name for one in RINGS)
        for one in ("called", "acknowledged", "acknowledged_in_time", "arrived", "arrived_in_time", "supported",
                    "reported", "excused", "unresponsive", "called_off")
    ),
)  # fmt: skip
"""What is done together with others."""
COUNTS = (
    "received", "opened", "accepted", "resolved", "closed", "open", "escalated", "returned", "sent_down", "reopened",
    "triaged", "triage_overruled",
    "suspended", "extended", "revisited", "resolutions", "revisit_overdue", "overdue.accept", "overdue.handle",
    "overdue_again",
    "on_time", "with_target", *supervised.COUNTS, *asking.COUNTS, *JOINT_COUNTS, *rounds.COUNTS, *care.COUNTS,
    "transferred", "transferred.accepted", "transferred.returned", "transferred.recalled", "transferred.overdue",
    "referred", "referred.accepted", "referred.returned", "referred.succeeded", "referred.failed", "referred.recalled",
    "referred.overdue", "returned_to_source", "referral.eligible", "referral.offered", "referral.accepted",
    "referral.diverted", "referral.returned", "referral.succeeded", "referral.failed",
    "proposed", "dismissed", "linked", "unlinked", "resolved_with_lead", *standing.COUNTS, *cohorts.COUNTS,
)  # fmt: skip
"""All that stands among the counters even while it is zero."""
ACTIVITY = "activity."
"""How the measures of activities begin."""
COHORT = "cohort."
"""How those begin that count under the day of the report."""
COHORTS = ("cohort.resolved", "cohort.closed", standing.OPEN_BY_REPORT)
DURATIONS = ("time_to_accept", "time_to_take", "time_to_resolve", "time_to_revisit", "time_to_arrive")
"""Of these there are buckets."""
WORD = r"[A-Za-z0-9_-]+"
"""A locality's own word in the name of a measure: a ring, a role, a body, an activity."""
FAMILIES = (
    rf"whistle\.{WORD}\.(called|(acknowledged|arrived)(_in_time)?|supported(_in_time)?|reported(_in_time)?)",
    rf"whistle\.{WORD}\.(excused|unresponsive|called_off|overdue\.{WORD})",
    rf"answer\.{WORD}\.{WORD}",
    rf"closed_undone|one_hand\.(resolved|closed)\.{WORD}",
    rf"activity\.{WORD}(\.by\.{WORD}|\.minutes|\.attendance|\.raised|\.adopted)?",
    rf"(referred|transferred)(\.(accepted|returned|recalled|overdue|succeeded|failed))?\.{WORD}",
)
DURATION_FAMILIES = (rf"time_to_(acknowledge|arrive)\.{WORD}",)
_COUNTED = frozenset((*COUNTS, *COHORTS))
_FAMILY = re.compile("|".join(f"(?:{one})" for one in FAMILIES))
_DURATION = re.compile("|".join((*DURATIONS, *DURATION_FAMILIES)))


def is_counted(measure: str) -> bool:
    """Whether something can be counted under this name."""
    return measure in _COUNTED or _FAMILY.fullmatch(measure) is not None


def is_duration(measure: str) -> bool:
    """Whether durations are kept under this name, in buckets."""
    return _DURATION.fullmatch(measure) is not None
