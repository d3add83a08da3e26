"""What a bearer token must say to be meant for us, as settings have it."""

from dataclasses import dataclass, field

from doors.identity.claims import Names

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What can be set: a private key signs, a public one verifies. With a shared secret every verifier could sign."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say to be meant for us."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    leeway_s: float = 30.0
    """How far the issuer's clock and ours may be apart."""
    names: Names = field(default_factory=Names)
