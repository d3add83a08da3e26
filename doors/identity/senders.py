"""Keys of small senders, which have no issuer of tokens: only hashes are kept, and many may be in force at once."""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from doors.caller import Caller, Role
from doors.identity.refusal import NotSignedIn
from schemas.base import Tier, tier_of

log = logging.getLogger(__name__)

PREFIX = "fqk_"
"""How every key begins: a scanner for secrets finds one that was left somewhere by it."""
KEY_BYTES = 32
_WRITTEN = re.compile(r"fqk_([a-z0-9-]{1,40})_([A-Za-z0-9_-]{43})")


class Sender(BaseModel):
    """A sender's key, as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Of the key as a whole. The key is 256 random bits, so that nothing slower than one hash is needed."""
    area: Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$")]
    tier: Tier | None = None
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]

    @property
    def caller(self) -> Caller:
        """Whom the key stands for."""
        return Caller(f"key:{self.id}", frozenset(self.roles), self.area, self.tier or tier_of(self.area))


_LIST = TypeAdapter(tuple[Sender, ...])
NOBODY = hashlib.sha256(b"").hexdigest()


def read(text: str | bytes) -> Mapping[str, Sender]:
    """Senders by their ids. Raises `ValueError` saying where it is wrong, and nothing that stands there."""
    try:
        every = _LIST.validate_json(text)
    except ValidationError as error:
        places = (".".join(map(str, one["loc"])) or "the list" for one in error.errors(include_input=False))
        raise ValueError(f"cannot be used: {', '.join(places)}") from None
    found = {one.id: one for one in every}
    if len(found) != len(every):
        raise ValueError("has an id twice")
    return found


def fresh(sender: str) -> tuple[str, str]:
    """A new key for an id, and its hash: the key is shown once and kept nowhere."""
    key = f"{PREFIX}{sender}_{secrets.token_urlsafe(KEY_BYTES)}"
    return key, hashlib.sha256(key.encode()).hexdigest()


class Senders:
    """Knows senders by their keys; a file is read again once it has changed: a key can be taken back at once."""

    def __init__(self, given: Mapping[str, Sender], file: Path | None = None) -> None:
        self._file = file
        self._stamp = _stamp(file)
        self._complained: Sequence[int] | None = self._stamp
        """Of the file as it last could not be used: that is said once."""
        self._known = dict(given)

    def caller(self, key: str) -> Caller:
        """Whose key it is; takes as long for an id that is not known. Raises `NotSignedIn`."""
        self._keep_up()
        written = _WRITTEN.fullmatch(key)
        sender = self._known.get(written[1]) if written else None
        expected = NOBODY if sender is None else sender.sha256
        same = hmac.compare_digest(hashlib.sha256(key.encode()).hexdigest(), expected)
        if sender is None or not same:
            raise NotSignedIn("sender-key")
        return sender.caller

    def _keep_up(self) -> None:
        """A file that cannot be used any more changes nothing, and is said: it may be half written, or stay so."""
        if self._file is None or (stamp := _stamp(self._file)) == self._stamp:
            return
        try:
            self._known = dict(read(self._file.read_bytes()))
        except (OSError, ValueError) as error:
            if stamp != self._complained:
                self._complained = stamp
                why = error if isinstance(error, ValueError) else type(error).__name__
                log.warning(
                    "%s: senders' keys stay as they were, those taken away too: %s", self._file.name, why
                )
            return
        self._stamp = stamp


def _stamp(file: Path | None) -> Sequence[int] | None:
    try:
        found = None if file is None else file.stat()
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_ino, found.st_size)
