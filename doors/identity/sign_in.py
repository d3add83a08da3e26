"""Who asks, by the one Authorization header of a request: a token of the issuer, or a sender's key."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from doors.caller import Caller
from doors.identity.refusal import NotSignedIn
from doors.identity.senders import PREFIX, Senders
from doors.identity.settings import DoorSettings
from doors.identity.strict import LONGEST

if TYPE_CHECKING:
    from doors.identity.issuer import Keys
    from doors.identity.tokens import Tokens

Tell = Callable[[str | None], None]
SCHEME = b"bearer "


class SignIn:
    """Tells callers apart. `keys` are the issuer's, for whoever looks after them."""

    def __init__(self, tokens: "Tokens | None", senders: Senders | None, keys: "Keys | None" = None) -> None:
        self._tokens = tokens
        self._senders = senders
        self.keys = keys

    async def caller(self, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
        """Who asks. Raises `NotSignedIn`, `NoKeyYet`."""
        credential = _credential(headers)
        if credential.startswith(PREFIX) and self._senders is not None:
            return self._senders.caller(credential)
        if self._tokens is None:
            raise NotSignedIn("sender-key")
        return await self._tokens.caller(credential)


def _credential(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """What is brought; only ASCII, no blanks, nothing too long. Raises `NotSignedIn`."""
    given = [value for name, value in headers if name.lower() == b"authorization"]
    if len(given) != 1:
        raise NotSignedIn("several" if given else "no-token")
    if given[0][: len(SCHEME)].lower() != SCHEME:
        raise NotSignedIn("scheme")
    credential = given[0][len(SCHEME) :]
    if not 0 < len(credential) <= LONGEST or not all(0x21 <= one <= 0x7E for one in credential):  # noqa: PLR2004 - ASCII
        raise NotSignedIn("form")
    return credential.decode("ascii")


def sign_in(settings: DoorSettings, tell: Tell = lambda _: None) -> SignIn | None:
    """What the settings say; None where nobody signs in. Whether the issuer answers is told to `tell`."""
    if not settings.signs_in:
        return None
    expected = settings.expected
    if expected is None or settings.oidc_jwks is None:
        return SignIn(None, settings.senders())
    # Only where tokens are verified: with what they need of HTTP and ciphers they are a tenth of a process's start.
    from doors.identity import issuer  # noqa: PLC0415
    from doors.identity.tokens import Tokens  # noqa: PLC0415

    place = settings.oidc_jwks
    fetch = issuer.from_url(place, settings.oidc_jwks_ca) if "://" in place else issuer.from_file(Path(place))
    keys = issuer.Keys(fetch, expected.algorithms, tell)
    return SignIn(Tokens(expected, keys), settings.senders(), keys)
