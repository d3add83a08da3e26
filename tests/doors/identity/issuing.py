"""An issuer of tokens as tests use it: keys that come and go, tokens right and wrong, written piece by piece."""

import base64
import json
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from doors.identity.issuer import Keys
from doors.identity.senders import Senders
from doors.identity.sign_in import SignIn
from doors.identity.tokens import Expected, Tokens

ISSUER, AUDIENCE = "https://id.county.example", "fengqiao"
ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
MAKERS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
WRITERS = {
    "RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm, "EdDSA": jwt.algorithms.OKPAlgorithm,
}  # fmt: skip


def part(given):
    """A part of a token: JSON of whatever it is, or the text as it is."""
    raw = given if isinstance(given, bytes) else given.encode() if isinstance(given, str) else _json(given)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json(given):
    return json.dumps(given, separators=(",", ":")).encode()


class Issuer:
    """Keys by their ids; the document lists those that are `published`."""

    def __init__(self, algorithm="ES256"):
        self.algorithm = algorithm
        self.keys = {}
        self.published = []
        self.asked = 0
        self.answers = True
        self.rotate("first")

    def rotate(self, kid, algorithm=None, *, publish=True):
        """A new key, with which tokens are signed from now on."""
        self.algorithm = algorithm or self.algorithm
        self.keys[kid] = (self.algorithm, MAKERS[self.algorithm]())
        self.kid = kid
        if publish:
            self.published.append(kid)

    def entry(self, kid):
        algorithm, key = self.keys[kid]
        return WRITERS[algorithm].to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}

    def document(self):
        return json.dumps({"keys": [self.entry(one) for one in self.published]}).encode()

    async def fetch(self):
        self.asked += 1
        if not self.answers:
            raise OSError("nobody is there")
        return self.document()

    def keyring(self, **given):
        return Keys(self.fetch, ALGORITHMS, **({"floor_s": 0.0} | given))

    def sign_in(self, senders=None, **given):
        """The door's side of it."""
        keys = self.keyring(**given)
        expected = Expected(ISSUER, AUDIENCE, ALGORITHMS)
        return SignIn(Tokens(expected, keys), None if senders is None else Senders(senders), keys)

    def claims(self, **changes):
        """Of somebody of the centre of a town; what is changed to None is left out."""
        now = int(time.time())
        usual = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "iat": now, "exp": now + 3600, "area": "620522100",
            "tier": "town", "roles": ["centre-staff"],
        }  # fmt: skip
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def head(self, **changes):
        usual = {"alg": self.algorithm, "kid": self.kid, "typ": "at+jwt"}
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def token(self, claims=None, kid=None, head=None):
        """A token signed with a key of ours; `claims` and `head` may be text, so that they say something twice."""
        algorithm, key = self.keys[kid or self.kid]
        given = self.head(kid=kid or self.kid, alg=algorithm) if head is None else head
        signed = f"{part(given)}.{part(self.claims() if claims is None else claims)}"
        return f"{signed}.{part(WRITERS[algorithm](*_hash(algorithm)).sign(signed.encode(), key))}"


def _hash(algorithm):
    return {
        "RS256": lambda: (jwt.algorithms.RSAAlgorithm.SHA256,),
        "ES256": lambda: (jwt.algorithms.ECAlgorithm.SHA256,),
        "EdDSA": tuple,
    }[algorithm]()


def bearer(token):
    """The headers of a request with a token."""
    return [(b"authorization", f"Bearer {token}".encode())]
