"""The issuer of tokens of a local stack: its key lies in the data folder, and only doors on loopback believe it."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from deploy.local import private_file
from deploy.local.plan import StackError, fingerprint
from doors.caller import Role
from doors.identity.settings import DEVELOPMENT
from schemas.base import Tier

AUDIENCE = "fengqiao"
KID = "dev"


class DevelopmentIssuer:
    """The key of one data folder, and tokens signed with it."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "issuer"
        self._key = self._folder / "key.pem"
        self._jwks = self._folder / "jwks.json"
        self.name = f"{DEVELOPMENT}{fingerprint(data)}"

    def begin(self) -> Mapping[str, str]:
        """Makes the key if there is none yet; the settings by which a service believes it, without prefix."""
        private_file.folder(self._folder)
        key = _read(private_file.write_once(self._key, _fresh))
        entry = jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        keys = {"keys": [entry | {"kid": KID, "use": "sig", "alg": "EdDSA"}]}
        private_file.write(self._jwks, json.dumps(keys).encode())
        return {
            "OIDC_ISSUER": self.name, "OIDC_AUDIENCE": AUDIENCE, "OIDC_JWKS": str(self._jwks),
            "OIDC_ALGORITHMS": "EdDSA",
        }  # fmt: skip

    def token(self, roles: Sequence[Role], area: str, tier: Tier | None, seconds: float) -> str:
        """A token for somebody. Raises `StackError` where no stack was ever started that believes it."""
        if not self._key.is_file():
            raise StackError(
                "no local stack that signs in has its key here; start one: fengqiao up --sign-in"
            )
        now = int(time.time())
        claims = {
            "iss": self.name, "aud": AUDIENCE, "sub": "-".join(("dev", *roles, area)), "iat": now,
            "exp": now + int(seconds), "area": area, "roles": list(roles),
        }  # fmt: skip
        claims |= {} if tier is None else {"tier": tier}
        key = _read(self._key.read_bytes())
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": KID, "typ": "at+jwt"})


def _fresh() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read(pem: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem, None)
    assert isinstance(key, Ed25519PrivateKey), "written by us"
    return key
