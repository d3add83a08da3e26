"""Settings of followup, read under `FOLLOWUP_`."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from doors.identity.settings import DoorSettings
from policy import files


class Files(BaseSettings):
    """The files followup reads; that they are named can be read however wrong the other settings are."""

    model_config = SettingsConfigDict(env_prefix="FOLLOWUP_")

    policy: Path = files.DEFAULT
    """The policy in force; other versions in its folder serve incidents that began with them."""
    codes: Path | None = None
    """A folder of a locality's own code lists, beside the product's."""
    areas: Path | None = None
    """The registry of statistical area codes, against which a list's area is checked where it is given."""


class Settings(DoorSettings, Files):
    """What followup needs besides what every service needs."""

    model_config = SettingsConfigDict(env_prefix="FOLLOWUP_")

    clock_s: float = 0.5
    """How often the clock looks for revisits whose date has passed."""
