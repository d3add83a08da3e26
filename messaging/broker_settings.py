"""The settings by which a process finds Kafka and says who it is: by a certificate, or by a name and a password."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from messaging.broker import Broker
from messaging.login import Login, read_secret
from messaging.tls import Identity, Renewing, check_chain


class BrokerSettings(BaseSettings):
    """Judged field by field, in their order here, so that all that is wrong is told at once."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers."""
    kafka_tls_ca: Path | None = None
    """PEM file of whoever signs the brokers' certificates; with it Kafka is spoken to over TLS, else in clear."""
    kafka_tls_cert: Path | None = None
    """PEM file of our own certificate: a broker that asks for one knows us by its subject."""
    kafka_tls_key: Path | None = Field(default=None, validate_default=True)
    """PEM file of its key, not encrypted. All three are read again for a new connection once they have changed."""
    kafka_username: str | None = Field(default=None, min_length=1)
    """Our name at a broker that asks for one and a password (SCRAM-SHA-512, over TLS only) instead of a certificate."""
    kafka_password: SecretStr | None = None
    """Its password."""
    kafka_password_file: Path | None = Field(default=None, validate_default=True)
    """A file with the same, read again for each new connection. Exactly one of the two goes with a name."""

    @field_validator("kafka_tls_ca")
    @classmethod
    def _signs(cls, given: Path | None) -> Path | None:
        try:
            if given is not None:
                Identity(given).context()
        except OSError as error:
            raise ValueError(f"is no readable PEM file of certificates: {error}") from None
        return given

    @field_validator("kafka_tls_cert")
    @classmethod
    def _is_checked_too(cls, given: Path | None, others: ValidationInfo) -> Path | None:
        if given is not None and others.data.get("kafka_tls_ca", ...) is None:
            raise ValueError("needs KAFKA_TLS_CA as well: who shows a certificate must know to whom")
        return _there(given)

    @field_validator("kafka_tls_key")
    @classmethod
    def _belongs(cls, given: Path | None, others: ValidationInfo) -> Path | None:
        """Judged last of the three; a certificate that was refused has been told of already."""
        cert = others.data.get("kafka_tls_cert", ...)
        if cert is ...:
            return _there(given)
        if (given is None) is not (cert is None):
            raise ValueError("KAFKA_TLS_CERT and KAFKA_TLS_KEY go together")
        try:
            if given is not None:
                check_chain(cert, given)
        except OSError as error:
            raise ValueError(f"cannot be used with the certificate of KAFKA_TLS_CERT: {error}") from None
        return given

    @field_validator("kafka_username")
    @classmethod
    def _is_said_to_one_we_know(cls, given: str | None, others: ValidationInfo) -> str | None:
        if given is not None:
            check_username(others.data.get("kafka_tls_ca", ...), others.data.get("kafka_tls_cert"))
        return given

    @field_validator("kafka_password_file")
    @classmethod
    def _one_password(cls, given: Path | None, others: ValidationInfo) -> Path | None:
        """Of a name that was refused has been told already; it wants a password all the same."""
        check_password(others.data.get("kafka_username", "refused"), others.data.get("kafka_password"), given)
        return given

    def broker(self) -> Broker:
        """How Kafka is reached. Raises `OSError`, `ValueError` when its files have gone since they were read."""
        if self.kafka_tls_ca is None:
            return Broker(self.kafka)
        tls = Renewing(Identity(self.kafka_tls_ca, self.kafka_tls_cert, self.kafka_tls_key))
        if self.kafka_username is None:
            return Broker(self.kafka, tls)
        return Broker(
            self.kafka, tls, Login.of(self.kafka_username, self.kafka_password, self.kafka_password_file)
        )


def check_username(ca: object, cert: object) -> None:
    """Raises `ValueError` unless a name may be said: over TLS, and without a certificate that says another."""
    if ca is None:
        raise ValueError("needs KAFKA_TLS_CA as well: a password is for a broker that has shown who it is")
    if cert is not None:
        raise ValueError(
            "goes without KAFKA_TLS_CERT: a broker knows us by a certificate or by a name, not by both"
        )


def check_password(username: str | None, given: SecretStr | None, file: Path | None) -> None:
    """Raises `ValueError` unless a name has one password, or there is neither."""
    if username is None:
        if given is not None or file is not None:
            raise ValueError("KAFKA_PASSWORD and KAFKA_PASSWORD_FILE need KAFKA_USERNAME as well")
        return
    if (given is None) is (file is None):
        raise ValueError("give KAFKA_PASSWORD or KAFKA_PASSWORD_FILE, one of the two")
    if file is not None:
        read_secret(file)
    elif given is not None and not given.get_secret_value():
        raise ValueError("KAFKA_PASSWORD is empty")


def _there(given: Path | None) -> Path | None:
    if given is not None and not given.is_file():
        raise ValueError("no such file")
    return given
