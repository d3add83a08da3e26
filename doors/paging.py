"""What several doors need of times: tokens that continue a list, and moments a caller may give."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from doors.problems import Problem

CLOCK_SKEW = timedelta(minutes=2)
"""How far a caller's clock may run ahead of the database's."""


def token_of(moment: datetime, incident_id: str) -> str:
    """A token for the page after this row."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {incident_id}".encode()).decode()


def untoken(token: str | None) -> tuple[datetime, str] | None:
    """The row a token stands for. Raises `Problem` 422 for a token we did not give."""
    if token is None:
        return None
    try:
        moment, _, incident_id = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        found = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, binascii.Error, OverflowError):
        fields = [("after", "is not a token this service gave")]
        raise Problem(422, "invalid", "The page cannot be found.", zh="分页标记无效", fields=fields) from None
    return found, incident_id.replace("\0", "")


def moment_of(given: datetime | None, now: datetime) -> datetime:
    """When something happened: as given, now if not. Raises `Problem` 422 for the future."""
    if given is not None and given > now + CLOCK_SKEW:
        fields = [("occurred_at", "is in the future")]
        raise Problem(422, "future", "That has not happened yet.", zh="时间在将来", fields=fields)
    return given or now
