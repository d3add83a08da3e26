"""Where Kafka is and how we reach it: what every client of ours is given, so that none of them speaks in clear."""

from dataclasses import dataclass
from typing import Any, Self

from faststream.security import BaseSecurity

from messaging.tls import Renewing


@dataclass(frozen=True, slots=True)
class Broker:
    """Bootstrap servers, and what connections are wrapped in; without that they are in clear."""

    bootstrap: str
    tls: Renewing | None = None

    @classmethod
    def at(cls, place: "At") -> Self:
        """The broker meant."""
        return place if isinstance(place, cls) else cls(str(place))

    def client(self) -> dict[str, Any]:
        """The arguments of any of the client library's classes."""
        wrapped = {} if self.tls is None else {"security_protocol": "SSL", "ssl_context": self.tls}
        return {"bootstrap_servers": self.bootstrap, **wrapped}

    def security(self) -> BaseSecurity | None:
        """The same for FastStream."""
        return None if self.tls is None else BaseSecurity(ssl_context=self.tls, use_ssl=True)


At = Broker | str
"""A bare address stands for a broker that is spoken to in clear."""
