"""How we say who we are to a broker that asks for a name and a password: never in clear, never in a log."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import SecretStr

log = logging.getLogger(__name__)

MECHANISM = "SCRAM-SHA-512"
"""The only one: the password itself is not sent, and of those that brokers know it is the strongest."""


def read_secret(file: Path) -> str:
    """What a file says, without the line's end. Raises `ValueError` saying what is missing, never what is there."""
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read: {type(error).__name__}") from None
    if not secret:
        raise ValueError("is empty")
    return secret


class Password:
    """Stands where the client library wants a text; it asks for its bytes once for each connection.

    So a password that was changed in its file is used for the next connection, and nobody has to start anything again.
    A file that cannot be read leaves the last password in force.
    """

    def __init__(self, read: Callable[[], str]) -> None:
        """Reads it. Raises `ValueError`."""
        self._read = read
        self._last = read()

    def encode(self, encoding: str = "utf-8") -> bytes:
        """The password of now."""
        try:
            self._last = self._read()
        except ValueError as error:
            log.warning("the password for Kafka %s; the old one serves on", error)
        return self._last.encode(encoding)

    def __repr__(self) -> str:
        return "Password('**********')"


@dataclass(frozen=True, slots=True)
class Login:
    """A name, and the password that proves it."""

    username: str
    password: Password

    @classmethod
    def of(cls, username: str, given: SecretStr | None, file: Path | None) -> "Login":
        """Either the password or its file is given. Raises `ValueError`."""
        if file is None:
            assert given is not None, "judged by the settings"
            return cls(username, Password(given.get_secret_value))
        return cls(username, Password(lambda: read_secret(file)))

    def as_text(self) -> str:
        """The password as the type the libraries name."""
        return cast("str", self.password)
