"""The settings every service has; each service adds its own and reads them under its own prefix."""

from pydantic import Field, SecretStr, ValidationError
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


def wrong(error: ValidationError, service: str) -> str:
    """What is wrong with a service's settings: a line for each, under the name of its environment variable."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(": ".join((*_variable(one["loc"], service), one["msg"])) for one in problems)


def _variable(place: tuple[int | str, ...], service: str) -> list[str]:
    name = str(place[0]) if place else ""
    return [name if name.isupper() else f"{service}_{name}".upper()] if name else []
