"""Settings of signing in, the same at every service's door under its own prefix."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from doors.browsers import LOOPBACK, Browsers, origins
from doors.identity import senders
from doors.identity.claims import Names
from doors.identity.expected import ALGORITHMS, Expected
from doors.load_settings import LoadSettings

DEVELOPMENT = "urn:fengqiao:dev:"
"""How the issuer of a local stack is called: its key lies in a folder of that machine, so it is believed there only."""


class DoorSettings(LoadSettings):
    """Without an issuer and without senders' keys nobody signs in, and the door is open on loopback only."""

    oidc_issuer: str | None = Field(default=None, min_length=1)
    """The `iss` of the tokens that are believed."""
    oidc_audience: str | None = Field(default=None, min_length=1)
    """The `aud` by which a token is meant for us."""
    oidc_jwks_ca: Path | None = None
    """PEM file of whoever signs the certificate of the issuer's address; without it, whom the machine trusts."""
    oidc_jwks: str | None = Field(default=None, validate_default=True)
    """Where its public keys are: an https address, or a file that somebody renews. Needed with an issuer."""
    oidc_algorithms: str = "RS256 ES256 EdDSA"
    """How tokens may be signed, separated by spaces."""
    oidc_leeway_s: float = Field(default=30.0, ge=0, le=300)
    """How far the issuer's clock and ours may be apart."""
    oidc_area_claim: str = "area"
    """The claim with the code of the county, town or village somebody works for; a dot goes a step down."""
    oidc_tier_claim: str = "tier"
    """The claim with the tier they work at; a token without it has that of the area."""
    oidc_roles_claim: str = "roles"
    """The claim with their roles, a list or words separated by spaces."""
    oidc_roles_prefix: str = ""
    """What stands before the names of our roles among the issuer's."""
    sender_keys: SecretStr | None = None
    """The list of senders' keys, as JSON: hashes, and for whom each stands."""
    sender_keys_file: Path | None = Field(default=None, validate_default=True)
    """A file with the same, read again once it has changed. One of the two, or none."""
    cors_origins: str = ""
    """Origins whose pages may ask this door from a browser, separated by blanks: none unless they are named."""
    published_on_loopback: bool = False
    """That a container's door is published on the loopback of its machine and nowhere else: only this lets a door
    without sign-in listen to more than its own loopback. `compose.yaml` says so; nothing that others reach may."""

    @field_validator("oidc_jwks")
    @classmethod
    def _all_or_none(cls, given: str | None, others: ValidationInfo) -> str | None:
        named = [others.data.get("oidc_issuer"), others.data.get("oidc_audience"), given]
        if any(named) and not all(named):
            raise ValueError("OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS are needed together")
        return given and _place(given)

    @field_validator("oidc_jwks_ca")
    @classmethod
    def _is_there(cls, given: Path | None) -> Path | None:
        if given is not None and not given.is_file():
            raise ValueError("no such file")
        return given

    @field_validator("oidc_algorithms")
    @classmethod
    def _are_known(cls, given: str) -> str:
        if not given.split() or set(given.split()) - set(ALGORITHMS):
            raise ValueError(f"must be some of {' '.join(ALGORITHMS)}")
        return given

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, given: str) -> str:
        origins(given)
        return given

    @field_validator("sender_keys_file")
    @classmethod
    def _can_be_read(cls, given: Path | None, others: ValidationInfo) -> Path | None:
        _senders(others.data.get("sender_keys"), given)
        return given

    @property
    def expected(self) -> Expected | None:
        """What tokens must say; None where none is taken."""
        if self.oidc_issuer is None or self.oidc_audience is None:
            return None
        names = Names(
            self.oidc_area_claim, self.oidc_tier_claim, self.oidc_roles_claim, self.oidc_roles_prefix
        )
        algorithms = frozenset(self.oidc_algorithms.split())
        return Expected(self.oidc_issuer, self.oidc_audience, algorithms, self.oidc_leeway_s, names)

    def senders(self) -> senders.Senders | None:
        """The senders' keys; None where there are none."""
        return _senders(self.sender_keys, self.sender_keys_file)

    @property
    def browsers(self) -> Browsers:
        """What pages of others may do in a caller's browser."""
        return Browsers(origins(self.cors_origins), own_name_only=not self.signs_in)

    @property
    def signs_in(self) -> bool:
        """Whether anybody can sign in here, so that nobody else is let in."""
        return bool(self.oidc_issuer or self.sender_keys or self.sender_keys_file)


def _place(given: str) -> str:
    """An address over TLS, one on this machine, or a file that is there. Raises `ValueError`."""
    parts = urlsplit(given)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return given
    if parts.scheme in {"", "file"} and Path(parts.path).is_file():
        return parts.path
    raise ValueError("must be an https address, or a file that is there")


def _senders(given: SecretStr | None, file: Path | None) -> senders.Senders | None:
    if given is not None and file is not None:
        raise ValueError("give SENDER_KEYS or SENDER_KEYS_FILE, one of the two")
    if given is not None:
        return senders.Senders(senders.read(given.get_secret_value()))
    if file is None:
        return None
    try:
        return senders.Senders(senders.read(file.read_bytes()), file)
    except OSError as error:
        raise ValueError(f"cannot be read: {type(error).__name__}") from None
