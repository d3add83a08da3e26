"""Settings of intake, read under `INTAKE_`."""

import base64
import binascii
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from doors.identity.settings import DoorSettings
from policy import files

KEY_BYTES = 32


class Files(BaseSettings):
    """The files intake reads; that they are named can be read however wrong the other settings are."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    areas: Path = files.AREAS
    """The registry of area codes: a report from an area that is not in it is refused."""
    policy: Path = files.DEFAULT
    """The policy in force, for its triage, and for which reports may be the same matter."""
    codes: Path | None = None
    """A folder of a locality's own code lists, beside the product's."""


class Settings(DoorSettings, Files):
    """What intake needs besides what every service needs."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    vault_key: SecretStr | None = None
    """The vault's ring: 32 bytes in base64, the key that wraps; behind it, a line each, older ones that unwrap."""
    vault_key_file: Path | None = Field(default=None, validate_default=True)
    """A file with the same, or with the 32 bytes of one key as they are. Exactly one of the two is needed."""
    vault_lost_keys: str = ""
    """Ids of keys that are lost for good: what is under them stays unreadable, and intake starts nevertheless."""

    sealed_letters_days: int = Field(default=90, ge=1, le=3650)
    """How long a dead letter from outside, which may name people, waits for a decision after it last came."""

    inbound_kept_s: float = Field(default=3600.0, ge=1)
    """For how many seconds what other systems sent, which may name people, stays at the broker after it was applied."""

    @field_validator("vault_key_file")
    @classmethod
    def _one_key(cls, given: Path | None, others: ValidationInfo) -> Path | None:
        """Judged as a field, the last of the two: a model is judged only once all its fields are right."""
        _keys(others.data.get("vault_key"), given)
        return given

    def keys(self) -> tuple[bytes, ...]:
        """The vault's ring: the current key first."""
        return _keys(self.vault_key, self.vault_key_file)


def _keys(given: SecretStr | None, file: Path | None) -> tuple[bytes, ...]:
    try:
        raw = _raw(given, file)
    except OSError as error:
        raise ValueError(f"the file of the vault key cannot be read: {error.strerror}") from None
    return ring_of(raw)


def ring_of(raw: bytes) -> tuple[bytes, ...]:
    """The keys of a ring as it is given. Raises `ValueError` saying what is missing, never a key."""
    try:
        keys = (raw,) if _bare(raw) else tuple(base64.b64decode(one, validate=True) for one in raw.split())
    except binascii.Error:
        raise ValueError("the vault key cannot be read as base64") from None
    if not keys or any(len(one) != KEY_BYTES for one in keys):
        raise ValueError(f"the vault key must have {KEY_BYTES} bytes")
    if len(set(keys)) < len(keys):
        raise ValueError("a vault key stands in the ring twice")
    return keys


def _raw(given: SecretStr | None, file: Path | None) -> bytes:
    match given, file:
        case SecretStr(), None:
            return given.get_secret_value().encode()
        case None, Path():
            return file.read_bytes()
        case _:
            raise ValueError("give INTAKE_VAULT_KEY or INTAKE_VAULT_KEY_FILE, one of the two")


def _bare(raw: bytes) -> bool:
    """Whether these are the key's bytes as they are: text of that length is a password, or a shorter key in base64."""
    return len(raw) == KEY_BYTES and not (raw.isascii() and raw.decode().isprintable())
