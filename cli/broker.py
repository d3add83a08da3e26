"""Options of the commands that speak to another Kafka than the local stack's, as an operator's cluster is."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from cli.files import FILE
from deploy.local.plan import StackError
from messaging.broker import Broker
from messaging.tls import Identity, Renewing

Command = Callable[..., None]


def broker_options(
    says: str,
    **settings: Any,  # noqa: ANN401 - as any option is set
) -> Callable[[Command], Command]:
    """`--kafka`, set like any option, and how to show who we are there; the command gets a `kafka: Broker | None`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_broker(
            kafka: str | None, kafka_tls_ca: Path | None, kafka_tls_cert: Path | None,
            kafka_tls_key: Path | None, **rest: Any,  # noqa: ANN401 - the command's own
        ) -> None:  # fmt: skip
            command(kafka=_broker(kafka, kafka_tls_ca, kafka_tls_cert, kafka_tls_key), **rest)

        for name, what in _FILES.items():
            with_broker = click.option(name, type=FILE, envvar=_variable(name), help=what)(with_broker)
        return click.option("--kafka", help=says, **settings)(with_broker)

    return decorate


_FILES = {
    "--kafka-tls-ca": "PEM file of who signs the brokers' certificates: Kafka is spoken to over TLS.",
    "--kafka-tls-cert": "PEM file of our own certificate.",
    "--kafka-tls-key": "PEM file of its key.",
}


def _variable(name: str) -> str:
    return "FENGQIAO_" + name.strip("-").replace("-", "_").upper()


def _broker(kafka: str | None, ca: Path | None, cert: Path | None, key: Path | None) -> Broker | None:
    if kafka is None:
        return None
    if (cert is None) is not (key is None):
        raise click.UsageError("--kafka-tls-cert and --kafka-tls-key go together")
    if ca is None:
        if cert is not None:
            raise click.UsageError("--kafka-tls-cert needs --kafka-tls-ca as well")
        return Broker(kafka)
    try:
        return Broker(kafka, Renewing(Identity(ca, cert, key)))
    except OSError as error:
        raise StackError(f"the files of --kafka-tls-… cannot be used: {error}") from error
