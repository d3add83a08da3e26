"""The settings every service has; each service adds its own and reads them under its own prefix."""

from pydantic import Field, SecretStr
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
