"""Options of the commands that speak to another Kafka than the local stack's, as an operator's cluster is."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from cli.files import FILE
from deploy.local.plan import StackError
from messaging.broker import Broker
from messaging.broker_settings import check_password, check_username
from messaging.login import Login
from messaging.tls import Identity, Renewing

Command = Callable[..., None]


def broker_options(
    says: str,
    **settings: Any,  # noqa: ANN401 - as any option is set
) -> Callable[[Command], Command]:
    """`--kafka`, set like any option, and how to show who we are there; the command gets a `kafka: Broker | None`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_broker(kafka: str | None, **rest: Any) -> None:  # noqa: ANN401 - the command's own, too
            shown = Shown(**{name: rest.pop(name) for name in Shown.__annotations__})
            command(kafka=None if kafka is None else _broker(kafka, shown), **rest)

        for name, (kind, what) in _OPTIONS.items():
            with_broker = click.option(name, type=kind, envvar=variable(name), help=what)(with_broker)
        return click.option("--kafka", help=says, **settings)(with_broker)

    return decorate


_OPTIONS: dict[str, tuple[Any, str]] = {
    "--kafka-tls-ca": (FILE, "PEM file of who signs the brokers' certificates: Kafka is spoken to over TLS."),
    "--kafka-tls-cert": (FILE, "PEM file of our own certificate."),
    "--kafka-tls-key": (FILE, "PEM file of its key."),
    "--kafka-username": (
        str,
        "Our name, where the broker asks for one and a password instead of a certificate.",
    ),
    "--kafka-password-file": (
        FILE,
        "File with its password; or the password in FENGQIAO_KAFKA_PASSWORD, never on the command line.",
    ),
}
PASSWORD = "FENGQIAO_KAFKA_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Shown:
    """By what the broker is to know us, as the options say it."""

    kafka_tls_ca: Path | None
    kafka_tls_cert: Path | None
    kafka_tls_key: Path | None
    kafka_username: str | None
    kafka_password_file: Path | None


def variable(option: str) -> str:
    """The environment variable of an option."""
    return "FENGQIAO_" + option.strip("-").replace("-", "_").upper()


def _broker(kafka: str, shown: Shown) -> Broker:
    if (shown.kafka_tls_cert is None) is not (shown.kafka_tls_key is None):
        raise click.UsageError("--kafka-tls-cert and --kafka-tls-key go together")
    if shown.kafka_tls_ca is None and shown.kafka_tls_cert is not None:
        raise click.UsageError("--kafka-tls-cert needs --kafka-tls-ca as well")
    login = _login(shown)
    if shown.kafka_tls_ca is None:
        return Broker(kafka)
    try:
        tls = Renewing(Identity(shown.kafka_tls_ca, shown.kafka_tls_cert, shown.kafka_tls_key))
    except OSError as error:
        raise StackError(f"the files of --kafka-tls-… cannot be used: {error}") from error
    return Broker(kafka, tls, login)


def _login(shown: Shown) -> Login | None:
    given = SecretStr(os.environ[PASSWORD]) if PASSWORD in os.environ else None
    try:
        if shown.kafka_username is not None:
            check_username(shown.kafka_tls_ca, shown.kafka_tls_cert)
        check_password(shown.kafka_username, given, shown.kafka_password_file)
    except ValueError as error:
        raise click.UsageError(f"--kafka-username, --kafka-password-file, {PASSWORD}: {error}") from None
    if shown.kafka_username is None:
        return None
    return Login.of(shown.kafka_username, given, shown.kafka_password_file)
