"""Settings of intake, read under `INTAKE_`."""

import base64
import binascii
from pathlib import Path

from pydantic import SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from messaging.settings import ServiceSettings

KEY_BYTES = 32


class Settings(ServiceSettings):
    """What intake needs besides what every service needs."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    areas: Path = Path("policy/areas-620522.csv")
    """The registry of area codes: a report from an area that is not in it is refused."""
    policy: Path = Path("policy/default.yaml")
    """The policy in force, for its triage, and for which reports may be the same matter."""
    codes: Path | None = None
    """A folder of a locality's own code lists, beside the product's."""
    vault_key: SecretStr | None = None
    """32 bytes in base64: the key personal data is encrypted with."""
    vault_key_file: Path | None = None
    """A file with the same, or with the 32 bytes as they are. Exactly one of the two is needed."""

    @model_validator(mode="after")
    def _one_key(self) -> "Settings":
        self.key()
        return self

    def key(self) -> bytes:
        """The vault's key. Raises `ValueError` saying what is missing, never the key."""
        if (self.vault_key is None) == (self.vault_key_file is None):
            raise ValueError("give INTAKE_VAULT_KEY or INTAKE_VAULT_KEY_FILE, one of the two")
        try:
            raw = self.vault_key.get_secret_value().encode() if self.vault_key else _read(self.vault_key_file)
            key = raw if _bare(raw) else base64.b64decode(raw.strip(), validate=True)
        except (OSError, binascii.Error):
            raise ValueError("the vault key cannot be read as base64") from None
        if len(key) != KEY_BYTES:
            raise ValueError(f"the vault key must have {KEY_BYTES} bytes")
        return key


def _bare(raw: bytes) -> bool:
    """Whether these are the key's bytes as they are: text of that length is a password, or a shorter key in base64."""
    return len(raw) == KEY_BYTES and not (raw.isascii() and raw.decode().isprintable())


def _read(path: Path | None) -> bytes:
    assert path is not None
    return path.read_bytes()
