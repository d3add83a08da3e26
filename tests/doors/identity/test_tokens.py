"""Tokens: the one that is right is believed, and each that is a step away from it is not."""

import json
import time
from datetime import datetime, timedelta

import pytest

from doors.caller import Caller
from doors.identity import strict
from doors.identity.claims import Names, caller_of
from doors.identity.jwks import read
from doors.identity.refusal import NotSignedIn
from tests.doors.identity import bad, issuing
from tests.doors.identity.issuing import ALGORITHMS, Issuer, bearer

ISSUERS = {one: Issuer(one) for one in sorted(ALGORITHMS)}
BAD = {
    f"{one}: {name}": (one, headers) for one in ISSUERS for name, headers in bad.every(ISSUERS[one]).items()
}


def test_there_are_more_than_forty_kinds_of_them():
    assert len(BAD) > 40 * len(ISSUERS)


@pytest.mark.parametrize("algorithm", ISSUERS)
@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt", "AT+JWT", "JWT", None])
async def test_a_token_that_is_right_is_believed(algorithm, kind):
    issuer = ISSUERS[algorithm]
    token = issuer.token(head=issuer.head(typ=kind))

    caller = await issuer.sign_in().caller(bearer(token))

    assert caller == Caller("token:u-1", frozenset({"centre-staff"}), "620522100", "town")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["library", "fengqiao"]}, {"nbf": -5}, {"exp": -5}, {"iat": 5}, {"exp": 300.5}, {"tier": None},
    ],
)  # fmt: skip
async def test_what_is_usual_besides_is_believed_too(changes):
    """Times are so many seconds from now: a clock may be a little before or behind."""
    issuer, now = ISSUERS["ES256"], int(time.time())
    times = {name: now + changes[name] for name in changes.keys() & {"nbf", "exp", "iat"}}
    changes = changes | times

    caller = await issuer.sign_in().caller(bearer(issuer.token(issuer.claims(**changes))))

    assert caller.tier == "town"


async def test_the_scheme_may_be_written_in_any_letters():
    issuer = ISSUERS["ES256"]

    assert await issuer.sign_in().caller([(b"Authorization", b"bEARER " + issuer.token().encode())])


@pytest.mark.parametrize("name", BAD)
async def test_what_is_a_step_away_from_it_is_refused(name):
    algorithm, headers = BAD[name]

    with pytest.raises(NotSignedIn):
        await ISSUERS[algorithm].sign_in().caller(headers)


@pytest.mark.parametrize("name", bad.unsuitable_keys())
def test_an_entry_of_the_document_that_is_no_key_for_this_is_passed_over(name):
    document = json.dumps({"keys": [bad.unsuitable_keys()[name], ISSUERS["ES256"].entry("first")]}).encode()

    found = read(document, ALGORITHMS)

    assert [one.kid for one in found.keys] == ["first"]
    assert found.find("first", "ES256") is not None


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": {}}', b"[" * 100_000, b"\xff"])
def test_what_is_no_document_of_keys_is_an_error_and_not_an_empty_one(document):
    with pytest.raises(ValueError):
        read(document, ALGORITHMS)


async def test_a_token_without_kid_is_judged_by_the_only_key_there_is_for_it_and_by_none_of_two():
    issuer = Issuer()
    token = issuer.token(head=issuer.head(kid=None))
    door = issuer.sign_in()

    assert await door.caller(bearer(token))
    issuer.rotate("second")
    with pytest.raises(NotSignedIn):
        await issuer.sign_in().caller(bearer(token))


async def test_a_token_that_was_believed_is_refused_from_its_end_on_and_once_its_key_is_gone(monkeypatch):
    issuer = Issuer()
    door = issuer.sign_in()
    short, long = (issuer.token(issuer.claims(exp=bad.NOW + seconds)) for seconds in (600, 7200))
    for one in (short, long, short, long):
        assert await door.caller(bearer(one))

    _later(monkeypatch, 3600)
    assert await door.caller(bearer(long))
    with pytest.raises(NotSignedIn):
        await door.caller(bearer(short))

    issuer.published.clear()
    with pytest.raises(NotSignedIn):
        await door.caller(bearer(issuer.token(head=issuer.head(kid="another"))))
    with pytest.raises(NotSignedIn):
        await door.caller(bearer(long))


def _later(monkeypatch, seconds):
    """By our clock and by the library's."""
    real = time.time

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=seconds)

    monkeypatch.setattr("doors.identity.tokens.time.time", lambda: real() + seconds)
    monkeypatch.setattr("jwt.api_jwt.datetime", Later)


async def test_a_token_is_remembered_whole_and_only_so_many_are(monkeypatch):
    monkeypatch.setattr("doors.identity.tokens.MOST_BELIEVED", 3)
    issuer = Issuer()
    door = issuer.sign_in()

    for at in range(10):
        token = issuer.token(issuer.claims(sub=f"u-{at}"))
        assert (await door.caller(bearer(token))).subject == f"token:u-{at}"
        assert (await door.caller(bearer(token))).subject == f"token:u-{at}"
        with pytest.raises(NotSignedIn):
            await door.caller(bearer(token[:-8] + "AAAAAAAA"))


def test_claims_may_lie_deeper_and_roles_bear_a_prefix():
    claims = {
        "sub": "u", "org": {"area": "620522"}, "realm_access": {"roles": ["fengqiao-auditor", "auditor", "x"]},
        "https://county.example/tier": "county",
    }  # fmt: skip
    names = Names("org.area", "https://county.example/tier", "realm_access.roles", "fengqiao-")

    assert caller_of(claims, names) == Caller("token:u", frozenset({"auditor"}), "620522", "county")


def test_roles_may_be_words_and_those_that_are_not_ours_give_nothing():
    found = caller_of({"sub": "u", "area": "620522100201", "roles": "mediator admin root"}, Names())

    assert (found.roles, found.tier) == (frozenset({"mediator"}), "village")


@pytest.mark.parametrize("part", ["e31", "e30=", "e3 0", "e30\n", "e+0", "e/0", "é", "e"])
def test_a_part_of_a_token_is_written_in_one_way_only(part):
    assert strict.decoded("e30") == b"{}"
    with pytest.raises(ValueError):
        strict.decoded(part)


@pytest.mark.parametrize(
    "claims", ['{"n": NaN}', '{"n": -Infinity}', '{"a": {"b": 1, "b": 2}}', "[]", "1", "null", ""]
)
def test_claims_have_one_reading_at_any_depth(claims):
    assert strict.parts(f"{issuing.part({})}.{issuing.part({'n': 1.5})}.AAAA") == ({}, {"n": 1.5})
    with pytest.raises(ValueError):
        strict.parts(f"{issuing.part({})}.{issuing.part(claims)}.AAAA")
