"""The settings every service has; each service adds its own and reads them under its own prefix."""

from pathlib import Path
from typing import Annotated, TypeVar, cast
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from messaging.allowed import CONNECTIONS
from messaging.broker_settings import BrokerSettings
from messaging.login import read_secret
from schemas.base import TIERS, Service, Tier
from schemas.permissions import Permissions, of_service


class DatabaseSettings(BaseSettings):
    """What migrations are given: nothing that they do not need, no key among it."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    tier: Tier = Field(validation_alias="TIER")
    """Which tier this process serves: `TIER`, without prefix, the same for all services."""
    postgres: SecretStr
    """DSN of this service's own database of this tier."""
    postgres_password_file: Path | None = None
    """A file with its password, for a DSN that has none: an environment is seen by more eyes than a file."""
    door_postgres: SecretStr | None = None
    """DSN of the same database for the service's HTTP door: a role of its own that owns nothing and sees only the rows
    of the area its transaction names. Migrations take no more from it than whom they grant what the door does."""
    door_postgres_password_file: Path | None = None
    """A file with that role's password, for a DSN that has none; migrations need it not."""
    schema_wait_s: float = Field(default=0.0, ge=0)
    """How long a process waits for its migrations, and they for their database, before it gives up: where both are
    started at once, as in Kubernetes, neither has failed because the other is not there yet."""

    @field_validator("postgres")
    @classmethod
    def _is_a_dsn(cls, given: SecretStr) -> SecretStr:
        if not is_dsn(given.get_secret_value()):
            raise ValueError(NO_DSN)
        return given

    @field_validator("postgres_password_file")
    @classmethod
    def _is_wanted(cls, given: Path | None, others: ValidationInfo) -> Path | None:
        if given is not None and isinstance(dsn := others.data.get("postgres"), SecretStr):
            with_password(dsn.get_secret_value(), given)
        return given

    @field_validator("door_postgres")
    @classmethod
    def _is_another_role(cls, given: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        if given is None:
            return None
        if not is_dsn(given.get_secret_value()):
            raise ValueError(NO_DSN)
        if not (door := user_of(given.get_secret_value())):
            raise ValueError("must name the role of the door as its user")
        if isinstance(owner := others.data.get("postgres"), SecretStr) and door == user_of(
            owner.get_secret_value()
        ):
            raise ValueError(
                "must name another role than POSTGRES, which owns the tables and sees all of them"
            )
        return given

    @field_validator("door_postgres_password_file")
    @classmethod
    def _is_for_the_door(cls, given: Path | None, others: ValidationInfo) -> Path | None:
        if given is not None and "door_postgres" in others.data:
            if (dsn := others.data["door_postgres"]) is None:
                raise ValueError("is for a DOOR_POSTGRES, which is not given")
            with_password(dsn.get_secret_value(), given)
        return given

    def dsn(self) -> str:
        """Where the database is, with the password."""
        return _whole(self.postgres, self.postgres_password_file)

    def door_dsn(self) -> str | None:
        """Where the database is for the door, with the password of its role; None where it has no role of its own."""
        dsn = self.door_postgres
        return None if dsn is None else _whole(dsn, self.door_postgres_password_file)

    @property
    def door_role(self) -> str | None:
        """What the door's role is called; None where it has none of its own."""
        return None if self.door_postgres is None else user_of(self.door_postgres.get_secret_value())


class ServiceSettings(DatabaseSettings, BrokerSettings):
    """Read once from the environment, passed down, never printed with a secret in it."""

    tiers: Annotated[tuple[Tier, ...], NoDecode] = Field(default=TIERS, validation_alias="COUNTY_TIERS")
    """Which tiers this county has: `COUNTY_TIERS`, without prefix, such as `village,county` where there are no towns.
    Nothing is listened to, and nothing is waited for, of a tier that is not there."""
    host: str = "127.0.0.1"
    """Address of the probes, and of the HTTP door where callers sign in; without sign-in the door stays on loopback."""
    port: int = 0
    probe_port: int = 0
    """Port of `/live`, `/open` and `/ready`, apart from the door so that a busy door does not look dead."""
    drain_s: float = Field(default=0.0, ge=0.0)
    """Seconds a process that was told to stop goes on answering, each answer ending its connection, while `/open` says
    no: an orchestrator tells its proxies while it tells us, and some hear later. 0 where nothing stands before us."""
    connections: int = Field(default=CONNECTIONS, ge=1)
    """Connections to the HTTP door at once, those included on which nothing is asked; beyond that the answer is 503."""
    pool_size: int = 8
    """Connections to PostgreSQL: the consumer, the relay, timers and dead letters take one each."""
    door_pool_size: int = 4
    """Connections of the door's own role beside them, where callers sign in."""

    @field_validator("tiers", mode="before")
    @classmethod
    def _are_words(cls, given: object) -> object:
        return tuple(one.strip() for one in given.split(",")) if isinstance(given, str) else given

    @field_validator("tiers")
    @classmethod
    def _have_ours(cls, given: tuple[Tier, ...], others: ValidationInfo) -> tuple[Tier, ...]:
        if len(set(given)) < len(given):
            raise ValueError("names a tier twice")
        if (tier := others.data.get("tier")) is not None and tier not in given:
            raise ValueError(f"must name {tier} as well, the tier of this process")
        return tuple(one for one in TIERS if one in given)

    def permissions(self, service: str) -> Permissions:
        """What a service with these settings needs at the broker."""
        return of_service(cast("Service", service), self.tier, self.tiers)


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


def user_of(dsn: str) -> str:
    """Whose account a DSN names; empty where it names none."""
    return unquote(urlsplit(dsn).netloc.rpartition("@")[0].partition(":")[0])


def _whole(dsn: SecretStr, password: Path | None) -> str:
    return dsn.get_secret_value() if password is None else with_password(dsn.get_secret_value(), password)


def with_password(dsn: str, file: Path) -> str:
    """The DSN with the password of a file. Raises `ValueError` saying what is missing, never the password."""
    parts = urlsplit(dsn)
    user, _, hosts = parts.netloc.rpartition("@")
    if not user or ":" in user:
        raise ValueError("is for a POSTGRES that names a user and no password")
    password = read_secret(file)
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{hosts}"))


Kind = TypeVar("Kind", bound=DatabaseSettings)


def settings_of(kind: type[Kind], service: str) -> Kind:
    """The settings of a service. Raises `ValueError` with everything that is wrong, a line each."""
    try:
        return kind(_env_prefix=f"{service}_".upper())
    except ValidationError as error:
        raise ValueError(wrong(error, service)) from None


def wrong(error: ValidationError, service: str) -> str:
    """What is wrong with a service's settings: a line for each, under the name of its environment variable."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(": ".join((*_variable(one["loc"], service), one["msg"])) for one in problems)


def _variable(place: tuple[int | str, ...], service: str) -> list[str]:
    name = str(place[0]) if place else ""
    return [name if name.isupper() else f"{service}_{name}".upper()] if name else []
