"""Settings of metrics, read under `METRICS_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from doors.identity.settings import DoorSettings
from policy import files
from services.metrics.stream import MOST


class Files(BaseSettings):
    """The files metrics reads; that they are named can be read however wrong the other settings are."""

    model_config = SettingsConfigDict(env_prefix="METRICS_")

    policy: Path = files.DEFAULT
    """For its time zone: where a day begins."""
    areas: Path = files.AREAS
    """The registry of area codes, for names and for who is above whom."""
    codes: Path | None = None
    """A folder of a locality's own code lists, beside the product's, for their labels."""
    headcounts: Path | None = None
    """A file of how many people each area had and by which definition; without it no figure is by person."""
    definitions: Path | None = None
    """A folder of a locality's own definitions of figures, beside the product's; it replaces none of them."""


class Settings(DoorSettings, Files):
    """What metrics needs besides what every service needs."""

    model_config = SettingsConfigDict(env_prefix="METRICS_")

    listeners: int = Field(default=MOST, ge=1)
    """How many may listen to the live stream of this process at once; who comes beyond that is answered 503."""
