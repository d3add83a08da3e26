"""Where Kafka is and how we reach it: what every client of ours is given, so that none of them speaks in clear."""

from dataclasses import dataclass, replace
from typing import Any, Self

from faststream.security import BaseSecurity, SASLScram512

from messaging.login import MECHANISM, Login
from messaging.tls import Renewing


@dataclass(frozen=True, slots=True)
class Broker:
    """Bootstrap servers, what connections are wrapped in, else they are in clear, and the name that is said inside."""

    bootstrap: str
    tls: Renewing | None = None
    login: Login | None = None

    def __post_init__(self) -> None:
        """Raises `ValueError` rather than let a name and its password be asked for by whoever stands in the way."""
        if self.login is not None and self.tls is None:
            raise ValueError("a password is for a broker that is spoken to over TLS")

    @classmethod
    def at(cls, place: "At") -> Self:
        """The broker meant."""
        return place if isinstance(place, cls) else cls(str(place))

    def alone(self, host: str, port: int) -> Self:
        """Only the one there, spoken to in the same way."""
        return replace(self, bootstrap=f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

    def client(self) -> dict[str, Any]:
        """The arguments of any of the client library's classes."""
        return {"bootstrap_servers": self.bootstrap, **self.connection()}

    def connection(self) -> dict[str, Any]:
        """Those of them that a single connection takes as well."""
        if self.tls is None:
            return {}
        if self.login is None:
            return {"security_protocol": "SSL", "ssl_context": self.tls}
        return {
            "security_protocol": "SASL_SSL",
            "ssl_context": self.tls,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.login.username,
            "sasl_plain_password": self.login.as_text(),
        }

    def security(self) -> BaseSecurity | None:
        """The same for FastStream."""
        if self.tls is None:
            return None
        if self.login is None:
            return BaseSecurity(ssl_context=self.tls, use_ssl=True)
        return SASLScram512(self.login.username, self.login.as_text(), ssl_context=self.tls, use_ssl=True)


At = Broker | str
"""A bare address stands for a broker that is spoken to in clear."""
