"""Certificates for tests, made on the spot: a county's authority, its brokers and whoever knocks."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Files:
    """Where somebody's certificate lies, its key, and who signed it."""

    ca: Path
    cert: Path
    key: Path


class Authority:
    """Signs certificates into a folder."""

    def __init__(self, folder, name="the county"):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._cert = self._signed(self._name, self._key.public_key(), authority=True)
        self.ca = folder / f"{name.replace(' ', '-')}.pem"
        self.ca.write_bytes(_pem(self._cert))

    def issue(self, name, file=None):
        """A certificate whose subject is `CN=name`, good for 127.0.0.1; written over what the file held."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert, secret = self._folder / f"{file or name}.crt", self._folder / f"{file or name}.key"
        cert.write_bytes(_pem(self._signed(_named(name), key.public_key())))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return Files(self.ca, cert, secret)

    def _signed(self, name, public, *, authority=False):
        now = dt.datetime.now(dt.UTC)
        at = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder(
                self._name, name, public, x509.random_serial_number(), now - DAY, now + DAY
            )
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(at, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )


def _named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM)
