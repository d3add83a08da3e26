"""Tokens and headers that must not be believed, each a small step from one that is: (name, the request's headers)."""

import base64
import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.doors.identity.issuing import ISSUER, WRITERS, Issuer, bearer, part

NOW = int(time.time())


def _hs256(issuer, secret):
    """Signed with something that everybody knows, as if it were a secret."""
    signed = f"{part(issuer.head(alg='HS256'))}.{part(issuer.claims())}"
    return f"{signed}.{part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _public(issuer, form):
    return issuer.keys[issuer.kid][1].public_key().public_bytes(form, PublicFormat.SubjectPublicKeyInfo)


def _twice(claims, name, value):
    return json.dumps(claims)[:-1] + f', "{name}": {json.dumps(value)}}}'


def _not_for_us(issuer):
    """Of another issuer, or meant for somebody else."""
    one = issuer.claims
    return {
        "another issuer": one(iss="https://id.other.example"),
        "an issuer with a slash more": one(iss=ISSUER + "/"),
        "a list of issuers": one(iss=[ISSUER]),
        "no issuer": one(iss=None),
        "for somebody else": one(aud="payroll"),
        "for nobody of a list": one(aud=["payroll", "library"]),
        "for a part of our name": one(aud="feng"),
        "no audience": one(aud=None),
        "an empty audience": one(aud=[]),
        "an audience that is an object": one(aud={"fengqiao": True}),
    }


def _not_now(issuer):
    """Of another time, or of none that is understood."""
    one = issuer.claims
    return {
        "expired": one(exp=NOW - 3600),
        "expired just beyond the leeway": one(exp=NOW - 60),
        "no expiry": one(exp=None),
        "an expiry in words": one(exp="never"),
        "an expiry as text": one(exp=str(NOW + 300)),
        "an expiry that is true": one(exp=True),
        "an expiry in a list": one(exp=[NOW + 300]),
        "not valid yet": one(nbf=NOW + 3600),
        "not valid before a text": one(nbf="now"),
        "issued in the future": one(iat=NOW + 3600),
        "not said when issued": one(iat=None),
    }


def _of_nobody(issuer):
    """Without a somebody, an area, a tier or roles that can be used."""
    one = issuer.claims
    return {
        "no subject": one(sub=None),
        "an empty subject": one(sub=""),
        "a subject that is a number": one(sub=7),
        "a subject too long": one(sub="x" * 300),
        "a subject with a line end": one(sub="u\n1"),
        "no area": one(area=None),
        "an area that is a number": one(area=620522),
        "an area of a province": one(area="62"),
        "an area of every place": one(area=""),
        "an area with a sign of SQL": one(area="620522%"),
        "an area in other digits": one(area="６２０５２２"),
        "several areas": one(area=["620522"]),
        "a tier there is not": one(tier="province"),
        "no roles": one(roles=None),
        "roles that are a number": one(roles=1),
        "roles that are no words": one(roles=[{"role": "operator"}]),
    }


def _not_read(issuer):
    """Claims that have two readings, or none."""
    one = issuer.claims
    return {
        "an expiry without end": json.dumps(one()).replace(str(one()["exp"]), "Infinity"),
        "an expiry beyond all numbers": json.dumps(one()).replace(f'"exp": {one()["exp"]}', '"exp": 1e999'),
        "an expiry of 400 digits": json.dumps(one()).replace(str(one()["exp"]), "9" * 400),
        "issued 400 digits ago": json.dumps(one()).replace(f'"iat": {one()["iat"]}', f'"iat": -{"9" * 400}'),
        "an area said twice": _twice(one(area="620522100201"), "area", "620522"),
        "roles said twice": _twice(one(), "roles", ["operator"]),
        "an expiry said twice": _twice(one(exp=NOW - 3600), "exp", NOW + 300),
        "claims that are a list": json.dumps([one()]),
        "claims that are no JSON": "{",
        "claims that are not UTF-8": b"\xff\xfe{}",
        "claims nested too deep": "[" * 5000,
        "another token as its claims": issuer.token(),
    }


def by_claims(issuer):
    """Signed as they should be, and saying something else."""
    changes = _not_for_us(issuer) | _not_now(issuer) | _of_nobody(issuer) | _not_read(issuer)
    return {name: issuer.token(claims) for name, claims in changes.items()}


def by_head(issuer):
    """Signed as they should be, with a head that says something else."""
    head, own = issuer.head, issuer.entry(issuer.kid)
    changes = {
        "the type of an ID for logging out": head(typ="logout+jwt"),
        "a type that is a list": head(typ=["at+jwt"]),
        "a kid that is a path": head(kid="../../../dev/null"),
        "a kid that is an address": head(kid="https://evil.example/jwks.json"),
        "a kid with SQL in it": head(kid="x' union select 'key"),
        "a kid that is a number": head(kid=1),
        "an empty kid": head(kid=""),
        "a kid too long": head(kid="k" * 500),
        "a kid that nobody has": head(kid="second"),
        "its own address of keys": head(jku="https://evil.example/jwks.json"),
        "its own key": head(jwk=own),
        "its own certificate": head(x5c=["MIIB"]),
        "an address of certificates": head(x5u="https://evil.example/cert.pem"),
        "something critical": head(crit=["exp"], exp=1),
        "a payload that is not encoded": head(b64=False, crit=["b64"]),
        "compressed": head(zip="DEF"),
        "a nested token": head(cty="JWT"),
        "another algorithm of the same key": head(alg="ES384" if issuer.algorithm == "ES256" else "RS512"),
        "no algorithm": head(alg=None),
        "an algorithm that is a list": head(alg=[issuer.algorithm]),
        "an algorithm in small letters": head(alg=issuer.algorithm.lower()),
        "an algorithm said twice": _twice(head(), "alg", "none"),
        "a head that is a list": json.dumps([head()]),
    }
    return {name: issuer.token(head=given) for name, given in changes.items()}


def by_signature(issuer):
    """Not signed by the issuer, or not so."""
    head, claims, signature = issuer.token().split(".")
    other, small = Issuer(issuer.algorithm), rsa.generate_private_key(65537, 2048)
    by_hand = f"{part({'alg': 'RS256', 'kid': issuer.kid})}.{claims}"
    raw = base64.urlsafe_b64decode(signature + "==")
    return {
        "alg none": f"{part(issuer.head(alg='none'))}.{claims}.",
        "alg None with a signature": f"{part(issuer.head(alg='None'))}.{claims}.{signature}",
        "no signature": f"{head}.{claims}.",
        "two parts": f"{head}.{claims}",
        "four parts": f"{head}.{claims}.{signature}.{signature}",
        "five parts, as if encrypted": f"{head}..{claims}.{signature}.{signature}",
        "a truncated signature": f"{head}.{claims}.{part(raw[:-1])}",
        "half a signature": f"{head}.{claims}.{part(raw[: len(raw) // 2])}",
        "a signature with a byte more": f"{head}.{claims}.{part(raw + bytes(1))}",
        "a signature of zeros": f"{head}.{claims}.{part(bytes(len(raw)))}",
        "a signature of another token": f"{head}.{part(issuer.claims(roles=['operator']))}.{signature}",
        "another key of the same name": other.token(kid="first"),
        "another kind of key of the same name": f"{by_hand}.{part(bytes(256))}",
        "an RSA key of nobody's": f"{by_hand}.{part(_rs256(small, by_hand))}",
        "HS256 with the public key as PEM": _hs256(issuer, _public(issuer, Encoding.PEM)),
        "HS256 with the public key as DER": _hs256(issuer, _public(issuer, Encoding.DER)),
        "HS256 with the key's entry": _hs256(issuer, json.dumps(issuer.entry(issuer.kid)).encode()),
        "HS256 with nothing": _hs256(issuer, b""),
        "bits that are not used": f"{head}.{claims}.{_other_bits(signature)}",
        "padding": f"{head}.{claims}.{signature}==",
        "the other base64": f"{head}.{claims}.{signature[:-2]}+/",
        "nothing but dots": "..",
        "a word": "token",
        "too much of it": issuer.token(issuer.claims(note="x" * 9000)),
    }


def _rs256(key, signed):
    import jwt

    return jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(signed.encode(), key)


def _other_bits(signature):
    """The same bytes, written in another way."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signature[:-1] + letters[letters.index(signature[-1]) ^ 1]


def by_request(issuer):
    """A token that is right, brought in a way that is not."""
    token = issuer.token().encode()
    return {
        "no header": [],
        "an empty header": [(b"authorization", b"")],
        "only the scheme": [(b"authorization", b"Bearer ")],
        "another scheme": [(b"authorization", b"Basic " + token)],
        "no scheme": [(b"authorization", token)],
        "two schemes": [(b"authorization", b"Bearer Bearer " + token)],
        "two headers": [(b"authorization", b"Bearer " + token)] * 2,
        "two headers, the first a good one": [*bearer(token.decode()), (b"Authorization", b"Bearer x")],
        "two tokens": [(b"authorization", b"Bearer " + token + b", Bearer " + token)],
        "a blank before it": [(b"authorization", b"Bearer  " + token)],
        "a blank behind it": [(b"authorization", b"Bearer " + token + b" ")],
        "a blank in it": [(b"authorization", b"Bearer " + token.replace(b".", b". "))],
        "a line end in it": [(b"authorization", b"Bearer " + token.replace(b".", b".\n", 1))],
        "a tab": [(b"authorization", b"Bearer\t" + token)],
        "quotation marks": [(b"authorization", b'Bearer "' + token + b'"')],
        "not ASCII": [(b"authorization", b"Bearer " + token + "é".encode())],
        "not UTF-8": [(b"authorization", b"Bearer " + token + b"\xff")],
        "a zero": [(b"authorization", b"Bearer " + token + b"\x00")],
        "in another header": [(b"x-authorization", b"Bearer " + token)],
        "in a cookie": [(b"cookie", b"token=" + token)],
        "a key of a sender there is not": bearer(f"fqk_nobody_{'a' * 43}"),
    }


def every(issuer):
    """All of them."""
    tokens = by_claims(issuer) | by_head(issuer) | by_signature(issuer)
    return {name: bearer(token) for name, token in tokens.items()} | by_request(issuer)


def unsuitable_keys():
    """Entries of a document that are no key to verify with."""
    issuer = Issuer("ES256")
    entry = issuer.entry("first")
    short = WRITERS["RS256"].to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)
    curve = WRITERS["ES256"].to_jwk(ec.generate_private_key(ec.SECP256K1()).public_key(), as_dict=True)
    private = WRITERS["ES256"].to_jwk(issuer.keys["first"][1], as_dict=True)
    return {
        "a secret": {"kty": "oct", "k": part("secret"), "kid": "first"},
        "a short key": short | {"kid": "first"},
        "a curve that is not set": curve | {"kid": "first"},
        "a private key": private | {"kid": "first"},
        "for encryption": entry | {"use": "enc"},
        "for signing only": entry | {"key_ops": ["sign"]},
        "for no list of purposes": entry | {"key_ops": None},
        "for a purpose that is a number": entry | {"key_ops": 5},
        "for an algorithm that is not set": entry | {"alg": "ES384"},
        "a point that is on no curve": entry | {"x": part(bytes(32))},
        "half of it": {name: entry[name] for name in ("kty", "crv", "x", "kid")},
        "a kid that is a number": entry | {"kid": 1},
        "no object": "first",
    }
