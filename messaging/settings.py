"""The settings every service has; each service adds its own and reads them under its own prefix."""

from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.base import Tier


class ServiceSettings(BaseSettings):
    """Read once from the environment, passed down, never printed with a secret in it."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    tier: Tier = Field(validation_alias="TIER")
    """Which tier this process serves: `TIER`, without prefix, the same for all services."""
    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers."""
    postgres: SecretStr
    """DSN of this service's own database of this tier."""
    host: str = "127.0.0.1"
    """Address of the HTTP door. Loopback until sign-in is configured."""
    port: int = 0
    probe_port: int = 0
    """Port of `/live` and `/ready`, apart from the door so that a busy door does not look dead."""
    pool_size: int = 8
    """Connections to PostgreSQL: the consumer, the relay, timers and dead letters take one each."""

    @field_validator("postgres")
    @classmethod
    def _is_a_dsn(cls, given: SecretStr) -> SecretStr:
        if not is_dsn(given.get_secret_value()):
            raise ValueError(NO_DSN)
        return given


NO_DSN = (
    "must be postgresql://user:password@host:port/database; write % / ? # @ : [ ] in a password as %25 %2F %3F %23 %40 "
    "%3A %5B %5D"
)


def is_dsn(dsn: str) -> bool:
    """Whether every part is where it belongs; else an error of the library would show a piece of the password."""
    try:
        parts = urlsplit(dsn)
    except ValueError:
        return False
    hosts = parts.netloc.rpartition("@")[2].split(",")
    ports = [one.rpartition("]")[2].partition(":")[2] for one in hosts]
    torn = parts.fragment or "@" in parts.path + parts.query or parts.netloc.count("@") > 1
    known = parts.scheme in {"postgresql", "postgres"}
    return known and not torn and all(one.isdigit() or not one for one in ports)


Kind = TypeVar("Kind", bound=ServiceSettings)


def settings_of(kind: type[Kind], service: str) -> Kind:
    """The settings of a service. Raises `ValueError` with everything that is wrong, a line each."""
    try:
        return kind()
    except ValidationError as error:
        raise ValueError(wrong(error, service)) from None


def wrong(error: ValidationError, service: str) -> str:
    """What is wrong with a service's settings: a line for each, under the name of its environment variable."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(": ".join((*_variable(one["loc"], service), one["msg"])) for one in problems)


def _variable(place: tuple[int | str, ...], service: str) -> list[str]:
    name = str(place[0]) if place else ""
    return [name if name.isupper() else f"{service}_{name}".upper()] if name else []
