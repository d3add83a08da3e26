"""Settings of routing, read under `ROUTING_`."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from doors.identity.settings import DoorSettings
from policy import files


class Files(BaseSettings):
    """The files routing reads; that they are named can be read however wrong the other settings are."""

    model_config = SettingsConfigDict(env_prefix="ROUTING_")

    policy: Path = files.DEFAULT
    """The policy in force; other versions in its folder serve incidents that began with them."""
    codes: Path | None = None
    """A folder of a locality's own code lists, beside the product's."""
    areas: Path | None = None
    """The registry of statistical area codes, against which areas are checked where it is given."""


class Settings(DoorSettings, Files):
    """What routing needs besides what every service needs."""

    model_config = SettingsConfigDict(env_prefix="ROUTING_")

    clock_s: float = 0.5
    """How often the clock looks for deadlines: none is fired later than this, while there is no backlog."""
