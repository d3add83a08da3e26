"""How we show a broker who we are: certificates in files, read again when they have changed."""

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

log = logging.getLogger(__name__)

Stamp = tuple[tuple[int, int, int], ...]
"""Which files these are: number, time and size of each."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom we trust, and who we are; without the latter the other side is checked, and we stay unnamed."""

    ca: Path
    cert: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Reads the files. Raises `OSError`, of which `ssl.SSLError` is one."""
        made = ssl.create_default_context(cafile=self.ca)
        if self.cert is not None and self.key is not None:
            _load(made, self.cert, self.key)
        return made

    def stamp(self) -> Stamp:
        """Differs once a file was written anew, also where a link now leads elsewhere, as in a mounted Secret."""
        found = [one.stat() for one in (self.ca, self.cert, self.key) if one is not None]
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)


def check_chain(cert: Path, key: Path) -> None:
    """Raises `OSError` unless these are a certificate and its key."""
    _load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), cert, key)


def _load(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    # Of an encrypted key the library would ask the terminal for its password; this one opens none.
    context.load_cert_chain(cert, key, password="")


class Renewing(ssl.SSLContext):
    """A client's context whose every new connection uses the files as they are then.

    Connections that stand are left alone: a broker does not end them when a certificate runs out. Files that cannot be
    used, such as two of which one has been written so far, are looked at again at the next connection; until then
    what was read before goes on.
    """

    _identity: Identity
    _read: ssl.SSLContext
    _stamp: Stamp | None

    def __new__(cls, identity: Identity) -> Self:
        """Reads the files. Raises `OSError`."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made._identity, made._stamp = identity, identity.stamp()
        made._read = identity.context()
        return made

    def wrap_bio(self, *given: Any, **named: Any) -> ssl.SSLObject:  # noqa: ANN401 - handed on as it came
        """What event loops call once for each connection."""
        return self._fresh().wrap_bio(*given, **named)

    def _fresh(self) -> ssl.SSLContext:
        try:
            stamp = self._identity.stamp()
            if stamp != self._stamp:
                self._read, self._stamp = self._identity.context(), stamp
                log.info("the certificates have been read again")
        except OSError as error:
            log.warning("certificates cannot be read again, the old ones serve on: %s", error)
        return self._read
