"""Every door's document holds: what Schemathesis asks by it is answered as it says, whoever asks, and without a bug."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from doors.caller import ROLES
from messaging.web import serve
from services.followup import api_revisits
from tests.services.access.county import HOME, NO_AREA, batches
from tests.services.access.knocking import Knocking

pytestmark = pytest.mark.system
TIER = "town"
NOBODY, STRANGER = "nobody", "stranger"
SEED = 20261123


def headers(issuer):
    """Of one of each role, all of a town; of who has all of them in an area there is not; of who is not known."""
    claims = {"area": HOME, "tier": TIER, "exp": 4_000_000_000}
    tokens = {role: issuer.token(issuer.claims(roles=[role], **claims)) for role in ROLES}
    tokens[STRANGER] = issuer.token(issuer.claims(roles=list(ROLES), **claims | {"area": NO_AREA}))
    return {NOBODY: {}} | {role: {"Authorization": f"Bearer {token}"} for role, token in tokens.items()}


async def knocked(county, examples, services=None):
    """What came of asking each door of a tier, each served as it is in a house."""
    made, issuer = county
    await batches(made.databases["intake"], TIER)
    loop = asyncio.get_running_loop()
    knocking = Knocking(
        headers(issuer), examples, SEED, lambda: asyncio.run_coroutine_threadsafe(made.due(), loop).result()
    )
    async with AsyncExitStack() as stack:
        for service in services or made.databases:
            door = made.doors[service, TIER]
            port = await stack.enter_async_context(serve(door, "127.0.0.1", 0))
            await asyncio.to_thread(knocking.at, service, door, f"http://127.0.0.1:{port}")
    return knocking


def told(found):
    """How many requests, by service and role, and how they were answered."""
    lines = [f"{sum(found.asked.values())} requests, {len(found.wrong)} kinds of wrong answers"]
    for service in dict.fromkeys(one for one, _ in found.asked):
        [each] = {count for (of, _), count in found.asked.items() if of == service}
        answers = Counter()
        for (of, _, status), count in found.statuses.items():
            answers[status] += count if of == service else 0
        said = ", ".join(f"{count} x {status}" for status, count in sorted(answers.items()) if count)
        lines.append(f"{service}: {each} as each of {len(found.headers)}; {said}")
    return "\n".join([*lines, *map(str, found.wrong)])


def never_good(found):
    """What nobody was ever answered well."""
    return {one[:2] for one in found.statuses} - {one[:2] for one in found.statuses if one[2] < 300}


@pytest.mark.timeout(300)
async def test_what_the_documents_allow_and_what_they_do_not_is_answered_as_they_say(county, capsys):
    found = await knocked(county, examples=6)

    with capsys.disabled():
        print(f"\n{told(found)}")
    assert found.wrong == {}
    assert len({role for _, role in found.asked}) == len(ROLES) + 2


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_twenty_thousand_requests_are_answered_as_the_documents_say(county, capsys):
    found = await knocked(county, examples=36)

    with capsys.disabled():
        print(f"\n{told(found)}")
    assert found.wrong == {}
    assert sum(found.asked.values()) >= 20_000
    assert never_good(found) == set()


@pytest.mark.timeout(300)
async def test_an_answer_that_is_in_no_document_is_found_out(county, monkeypatch):
    """The document of a door that says less than it does, and a door that meets a bug."""
    made, _ = county
    door = made.doors["followup", TIER]
    document = door.openapi()
    del document["paths"]["/v1/revisits"]["get"]["responses"]["422"]
    monkeypatch.setattr(door, "openapi", lambda: document)
    monkeypatch.setattr(api_revisits, "view_of", lambda one: one.no_such_thing)

    found = await knocked(county, 3, ["followup"])

    kinds = {(operation, status) for _, operation, status, _ in found.wrong}
    assert kinds == {
        ("GET /v1/revisits", 422),
        ("GET /v1/revisits", 500),
        ("GET /v1/revisits/{incident_id}", 500),
    }
