"""The name of a time zone, as files write it."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator


def _known(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("not a time zone of the IANA database") from None
    return value


ZoneName = Annotated[str, AfterValidator(_known)]
