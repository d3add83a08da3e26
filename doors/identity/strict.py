"""JSON and base64 as a token may have them: nothing twice, nothing padded, nothing that has two readings. Pure."""

import base64
import binascii
import json
import re
from typing import Any

LONGEST = 8192
"""Characters of a token. With the keys of a large directory in it, one has about two thousand."""
LATEST = 253_402_300_799
"""The last second of the year 9999. A number may have four thousand digits, and no other number would hold it."""
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a signed token in its compact form. Raises `ValueError`; nothing is verified yet."""
    if len(token) > LONGEST or not _COMPACT.fullmatch(token):
        raise ValueError("is no compact token")
    header, claims, signature = token.split(".")
    decoded(signature)
    return _object(header), _object(claims)


def decoded(part: str) -> bytes:
    """The bytes of a part. Raises `ValueError` unless they would be written exactly so again."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("is no base64") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise ValueError("is another way to write these bytes")
    return raw


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(decoded(part).decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("is too deep") from error
    if not isinstance(found, dict):
        raise ValueError("is no object")  # noqa: TRY004 - of what was sent, not of our types
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """One reader takes the first of two, another the last: who signs must not be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("says something twice")
    return found


def _no_number(written: str) -> float:
    raise ValueError(f"{written} is no number")


def is_moment(value: object) -> bool:
    """Whether it is written as a time there is: a number, and neither true nor a text that looks like one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LATEST
