"""The whole table against running doors: each role, each action, each relation of areas, each tier, no difference."""

import itertools
import re

import pytest

from doors import permissions
from doors.caller import ROLES, Caller
from doors.permissions import RELATIONS, ROUTES, TABLE
from schemas.base import TIERS
from tests.services.access.county import COUNTED, HOME, IDS, NOTHING, PLACES, ask, batches
from tests.services.access.questions import about_nothing, questions

QUESTIONS = tuple(questions())


def token_of(issuer, caller):
    return issuer.token(
        issuer.claims(area=caller.area, tier=caller.tier, roles=list(caller.roles), exp=4_000_000_000)
    )


def callers():
    """One of each role at each tier, all of one town."""
    for role, tier in itertools.product(ROLES, TIERS):
        yield Caller("token:u-1", frozenset({role}), HOME, tier)


def expected(caller, one, door):
    """What the table says: done, hidden like what there is not, or refused to the role."""
    if not permissions.may(caller, one.action, door):
        return "refused"
    if one.about is None or permissions.allowed(caller, one.action, PLACES[one.about], door):
        return "done"
    return "hidden"


class Matrix:
    """Asks, and keeps how an address answers about nothing."""

    def __init__(self, county, issuer):
        self.county, self.issuer = county, issuer
        self.tokens = {one: token_of(issuer, one) for one in callers()}
        self.asked = 0
        self._nothing = {}

    async def answer(self, one, tier, token):
        self.asked += 1
        door = self.county.doors[one.service, tier]
        return await ask(
            door,
            one.method,
            one.path,
            token,
            query=one.query,
            body=one.body,
            kind=one.kind,
            key=f"k-{self.asked}",
        )

    async def nothing(self, one, tier, token):
        """How the same caller is answered about nothing; kept, as it must be the same for everybody."""
        name = (one.action, one.service, one.method, one.path.replace(IDS.get(one.about, "-"), "*"), tier)
        if name not in self._nothing:
            self._nothing[name] = await self.answer(about_nothing(one), tier, token)
        return self._nothing[name]

    async def found(self, one, tier, caller):
        """What a door does."""
        token = self.tokens[caller]
        status, body = await self.answer(one, tier, token)
        if status in {401, 500}:
            return f"{status}: {body[:200]!r}"
        if status == 403:
            return "refused"
        body = body.replace(
            IDS.get(one.about, "-").encode(), NOTHING.encode()
        )  # as it was asked, it may be answered
        if status < 300 and (leak := foreign(body, caller)):
            return f"shows {leak}"
        theirs = one.about is None or permissions.reaches(caller, PLACES[one.about])
        if not theirs and (status, body) == await self.nothing(one, tier, token):
            return "hidden"
        if theirs and status == 404:
            return "hidden"
        return "done" if status != 422 else f"422: {body[:300]!r}"


NUMBER = re.compile(rb"(?<![-\w.:])[1-9][0-9]{3,6}(?![-\w:])")


def is_sum(number):
    """Whether a number is made of what was counted in the areas, of each at most once."""
    return number % 1000 == 0 and all(has_part(one, number) or not digit(one, number) for one in COUNTED)


def has_part(one, number):
    return digit(one, number) == digit(one, COUNTED[one]) != 0


def digit(one, number):
    """At the place of the number that is an area's own."""
    return number // 10 ** (len(str(COUNTED[one])) - 1) % 10


def foreign(body, caller):
    """What is in an answer of areas that are not the caller's: something by its id, or a part of a sum."""
    others = [one for one in IDS if not permissions.reaches(caller, PLACES[one])]
    sums = [number for number in map(int, NUMBER.findall(body)) if is_sum(number)]
    return [
        one for one in others if IDS[one].encode() in body or any(has_part(one, number) for number in sums)
    ]


async def differences(matrix, tier, every=QUESTIONS):
    """Where a tier's doors do something else than the table says."""
    found = []
    for caller, one in itertools.product(callers(), every):
        wanted, seen = expected(caller, one, tier), await matrix.found(one, tier, caller)
        if wanted != seen:
            found.append((*caller.roles, caller.tier, tier, one.name, wanted, seen))
    return found


def test_every_line_of_the_table_is_asked_about_in_every_relation():
    asked = {(one.action, one.about) for one in QUESTIONS}

    lines = TABLE.keys() - {"batch.send"}
    assert {action for action, _ in asked} == lines
    by_area = {action for action, about in asked if about is not None}
    assert all((action, one) in asked for action in by_area for one in RELATIONS)
    assert lines - by_area == {"referral.reconcile", "figure.defined", "figure.scrape"}


@pytest.mark.system
@pytest.mark.timeout(600)
@pytest.mark.parametrize("tier", TIERS)
async def test_the_doors_of_a_tier_do_what_the_table_says_and_nothing_else(county, tier):
    matrix = Matrix(*county)
    await batches(county[0].databases["intake"], tier)

    found = await differences(matrix, tier)

    assert found == []
    assert matrix.asked > len(QUESTIONS) * len(ROLES) * len(TIERS)


@pytest.mark.system
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "change",
    [
        lambda role: TABLE["incident.see"].roles | {"board-viewer": "down"},
        lambda role: {one: far for one, far in TABLE["incident.see"].roles.items() if one != "auditor"},
        lambda role: dict.fromkeys(TABLE["incident.see"].roles, "down"),
    ],
    ids=["one role more", "one role less", "further down"],
)
async def test_a_table_that_says_otherwise_is_found_out(county, change, monkeypatch):
    """The doors go by the table that is in force; what is expected, by the one as it was."""
    matrix, was = Matrix(*county), permissions.may
    some = [one for one in QUESTIONS if one.action == "incident.see"]
    grant = TABLE["incident.see"]
    other = {
        **TABLE, "incident.see": permissions.Grant(grant.zh, grant.en, change(None)),
    }  # fmt: skip

    async def seen():
        found = []
        for caller, one in itertools.product(callers(), some):
            monkeypatch.setattr(permissions, "TABLE", TABLE)
            wanted = expected(caller, one, "village")
            monkeypatch.setattr(permissions, "TABLE", other)
            if wanted != await matrix.found(one, "village", caller):
                found.append((caller, one.name))
        return found

    assert was is permissions.may
    assert await seen() != []


@pytest.mark.system
async def test_what_is_of_no_area_shows_nothing_of_others(county):
    matrix = Matrix(*county)
    caller = Caller("token:u-1", frozenset({"operator"}), HOME, "town")

    areas = await matrix.answer(
        next(one for one in QUESTIONS if one.path == "/v1/areas"), "town", matrix.tokens[caller]
    )
    scraped = await matrix.answer(
        next(one for one in QUESTIONS if one.path == "/metrics"), "town", matrix.tokens[caller]
    )

    for status, body in (areas, scraped):
        assert status == 200
        assert HOME.encode() in body
        assert PLACES["elsewhere"].encode() not in body
        assert b'"620522"' not in body


def test_no_id_of_the_test_is_another_s_beginning():
    assert len({*IDS.values(), NOTHING}) == len(IDS) + 1
    assert set(ROUTES.values()) <= {*TABLE, "incident.*", "revisit.*"}
