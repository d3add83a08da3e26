"""Whether something came before; of what told anything personal, its own data key says so until it is erased. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from services.intake.envelope import DataKey

UNDER: Final = b"\x01"
"""The first byte of a digest that is under a data key; what has no such key has the fingerprint alone, of 32 bytes."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is by now of what a matter or an activity told: its data key, if it has one, or that it was erased."""

    key: DataKey | None = None
    erased: bool = False

    def same(self, digest: bytes, fingerprints: Collection[bytes]) -> bool:
        """Whether the digest that was kept is that of one of these fingerprints."""
        key = self.key
        return digest in fingerprints or (
            key is not None and digest in {under(key, one) for one in fingerprints}
        )


NOTHING: Final = Known()
"""Nothing personal was told."""


def under(key: DataKey | None, fingerprint: bytes) -> bytes:
    """A fingerprint as it is kept: under the data key of what was told, where anything was."""
    return fingerprint if key is None else UNDER + key.digest(fingerprint)
