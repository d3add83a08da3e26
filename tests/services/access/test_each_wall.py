"""Either wall holds alone: people of any roles ask for anything anywhere, with one of the two switched off."""

import random
from dataclasses import replace

import pytest

from doors import caller as who
from doors import gate
from doors.caller import ROLES, Caller
from schemas.base import TIERS
from tests.doors.identity.issuing import Issuer
from tests.messaging.wire import running
from tests.services.access.county import IDS, NOTHING, PLACES, SERVICES, WALLED, County, batches
from tests.services.access.questions import questions
from tests.services.access.test_matrix import Matrix, expected, foreign, token_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(3600)]

EVERY = tuple(questions())
BEHIND = tuple(one for one in EVERY if one.service in WALLED)
ROOT = "620522"
STREAM = "/v1/metrics/stream"
TIER_OF_BATCHES = "village"
"""A batch was sent to one tier."""

TABLES = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'answered'
"""
"""Not the answers, which are kept under the caller's own key: that what they sent stands so already is one, too."""
STANDS = "select '{0}' as name, count(*) as rows, max(xmin::text::bigint) as newest from \"{0}\""
"""How many rows a table has, and which transaction wrote the newest of them."""


@pytest.fixture
def make_county(new_database):
    """A county whose doors have the walls that are asked for."""

    async def make(rows):
        issuer = Issuer()
        databases = {one: await new_database(one) for one in SERVICES}
        bound = WALLED if rows else ()
        behind = {one: await new_database(beside=of) if one in bound else of for one, of in databases.items()}
        county = County(databases, issuer.sign_in(), behind)
        await county.settle()
        await batches(databases["intake"], TIER_OF_BATCHES)
        return county, issuer

    return make


class Asked(Matrix):
    """Asks what chance will have it, in the name of whomever; the same for the same seed."""

    def __init__(self, county, issuer, seed):
        super().__init__(county, issuer)
        self._chance = random.Random(seed)
        self._stands = {}

    def anybody(self):
        roles = frozenset(self._chance.sample(ROLES, self._chance.choice((1, 1, 2, 3))))
        caller = Caller(
            "token:u-1", roles, self._chance.choice(list(PLACES.values())), self._chance.choice(TIERS)
        )
        if caller not in self.tokens:
            self.tokens[caller] = token_of(self.issuer, caller)
        return caller

    async def differences(self, count, every, look):
        """Asks so often; what a door does that the table does not say, as `look` sees it."""
        found = []
        for _ in range(count):
            caller, one, tier = self.anybody(), self._chance.choice(every), self._chance.choice(TIERS)
            if one.action == "batch.follow":
                tier = TIER_OF_BATCHES
            wanted = expected(caller, one, tier)
            seen = await look(one, tier, caller, wanted)
            if wanted != seen:
                found.append((*caller.roles, caller.tier, caller.area, tier, one.name, wanted, seen))
        return found

    async def by_table(self, one, tier, caller, _):
        """The answer must be exactly what the table says."""
        return await self.found(one, tier, caller)

    async def by_effect(self, one, tier, caller, wanted):
        """What is hidden may be answered otherwise than what there is not, but shows nothing and changes nothing.

        A stream whose area is left to the first wall does not begin where the second says that it is not the caller's.
        """
        if wanted != "hidden":
            seen = await self.found(one, tier, caller)
            unsure = one.path == STREAM and one.about is None and caller.area != ROOT
            return wanted if unsure and seen.startswith("422") else seen
        before = await self._rows(one)
        status, body = await self.answer(one, tier, self.tokens[caller])
        if (after := await self._rows(one)) != before:
            return f"changed {before ^ after}"
        about = IDS[one.about] in one.path
        leaks = [of for of in foreign(body, caller) if not (about and of == one.about and status < 300)]
        if leaks or (
            about
            and status < 300
            and (status, clean(body, one)) != await self.nothing(one, tier, self.tokens[caller])
        ):
            return f"{status} shows {leaks or one.about}: {body[:300]!r}"
        return "hidden"

    async def _rows(self, one):
        async with self.county.databases[one.service].connection() as connection:
            if one.service not in self._stands:
                names = [row["relname"] for row in await connection.fetch(TABLES)]
                self._stands[one.service] = " union all ".join(map(STANDS.format, names))
            return set(map(tuple, await connection.fetch(self._stands[one.service])))


MANY = pytest.mark.parametrize(
    "count", [pytest.param(1_000, id="1000"), pytest.param(10_000, id="10000", marks=pytest.mark.long)]
)


def clean(body, one):
    """An answer as it would be about nothing."""
    return body.replace(IDS[one.about].encode(), NOTHING.encode())


def without_the_function(monkeypatch):
    """The first wall takes everybody's area for the whole county; who asks is told to the database as it is."""
    asking, enter = gate.Asking, who.enter
    monkeypatch.setattr(
        gate, "Asking", lambda caller, *rest: asking(replace(caller, area=ROOT, subject=caller.area), *rest)
    )
    monkeypatch.setattr(who, "enter", lambda caller: enter(replace(caller, area=caller.subject)))


@MANY
async def test_without_the_function_the_rows_still_show_and_take_nothing_of_others(
    make_county, monkeypatch, count
):
    county, issuer = await make_county(rows=True)
    asked = Asked(county, issuer, seed=count)
    without_the_function(monkeypatch)

    async with running(county.hub.run):
        found = await asked.differences(count, BEHIND, asked.by_effect)
        county.hub.pulse.beat()

    assert found == []


@MANY
@pytest.mark.parametrize("rows", [False, True], ids=["function-alone", "both-walls"])
async def test_with_the_function_anybody_s_requests_are_answered_by_the_table(make_county, rows, count):
    county, issuer = await make_county(rows=rows)
    asked = Asked(county, issuer, seed=count)

    async with running(county.hub.run):
        found = await asked.differences(count, EVERY, asked.by_table)
        county.hub.pulse.beat()

    assert found == []


async def test_without_both_walls_what_is_of_others_is_found_out(make_county, monkeypatch):
    """Else the tests above would see nothing either."""
    county, issuer = await make_county(rows=False)
    asked = Asked(county, issuer, seed=7)
    without_the_function(monkeypatch)

    async with running(county.hub.run):
        found = await asked.differences(400, BEHIND, asked.by_effect)
        county.hub.pulse.beat()

    assert {one[-1].split()[0] for one in found} >= {"changed", "200"}
