"""Reports that cannot be accepted, each with its own answer, all with somebody's name and telephone in them."""

from datetime import UTC, datetime, timedelta

from tests.system.world import a_report

NAME, TELEPHONE = "王小明", "13800138000"


def a_named(**changes):
    """A report in which somebody is named."""
    return {
        "json": a_report(parties=[{"role": "applicant", "name": NAME, "telephone": TELEPHONE}], **changes)
    }


def _as(media_type, content):
    return {"content": content.encode(), "headers": {"content-type": media_type}}


BAD = [
    (422, "unknown-area", a_named(area="620522999999")),
    (422, "unknown-code", a_named(category="no-such-code")),
    (422, "future", a_named(occurred_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())),
    (422, "unknown-field", a_named(name=NAME)),
    (422, "invalid", a_named(area=NAME)),
    (400, "not-json", _as("application/json", f'{{"name": "{NAME}", "telephone": {TELEPHONE}')),
    (415, "content-type", _as("text/plain", NAME + TELEPHONE)),
    (413, "too-large", a_named(description=TELEPHONE * 6_500)),
]
"""(status, kind of problem, request)."""
