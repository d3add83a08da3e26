"""The gate: nobody unknown passes, nothing that is not in the table is done, and nobody's answer leaves unbounded."""

import httpx
import pytest

from doors import app as door
from doors import permissions
from doors.caller import present
from doors.gate import Guard, guarded, within
from tests.documented import in_both_languages
from tests.doors.identity import bad
from tests.doors.identity.issuing import Issuer

ISSUER = Issuer()


def an_app(issuer, service="routing", tier="town"):
    """A door with some addresses of routing, and one that is in no table."""
    app = door.create("test", "a door")

    @app.get("/v1/incidents")
    async def listed() -> dict[str, str | None]:
        caller = present()
        return {"within": within(), "subject": caller and caller.subject}

    @app.get("/v1/contacts")
    async def forgetful() -> str:
        return "everything"

    @app.get("/v1/secrets")
    async def unheard_of() -> str:
        return "everything"

    @app.post("/v1/incidents/{incident_id}/actions")
    async def act(incident_id: str, action: str) -> str | None:
        return within(f"incident.{action}")

    return guarded(app, Guard(service, tier, issuer and issuer.sign_in(floor_s=60.0)))


@pytest.fixture
async def client():
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(an_app(ISSUER)), base_url="http://d"
    ) as opened:
        yield opened


def signed(**claims):
    return {"authorization": f"Bearer {ISSUER.token(ISSUER.claims(**claims))}"}


async def test_who_brings_nothing_is_told_to_sign_in_and_how(client):
    answer = await client.get("/v1/incidents")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="fengqiao"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert (
        "no-store" in answer.headers.get("cache-control", "") or answer.headers["cache-control"] == "no-cache"
    )
    in_both_languages(answer.json())


@pytest.mark.parametrize("name", [*bad.by_claims(ISSUER)][:8] + [*bad.by_signature(ISSUER)][:8])
async def test_who_brings_what_is_not_believed_is_told_so_in_both_languages_without_repeating_it(
    client, name
):
    token = (bad.by_claims(ISSUER) | bad.by_signature(ISSUER))[name]

    answer = await client.get("/v1/incidents", headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert token not in answer.text
    in_both_languages(answer.json())


async def test_who_is_known_is_known_in_the_answer_and_only_there(client):
    answer = await client.get("/v1/incidents", headers=signed())

    assert answer.json() == {"within": "620522100", "subject": "token:u-1"}
    assert present() is None
    assert within() is None


async def test_where_nobody_signs_in_everybody_may_see_everything():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(an_app(None)), base_url="http://d") as opened:
        answer = await opened.get("/v1/incidents")

    assert answer.json() == {"within": None, "subject": None}


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": ["board-viewer"]}, {"roles": ["reporter"]}, {"roles": []}, {"roles": ["emperor"]},
        {"tier": "village"},
    ],
)  # fmt: skip
async def test_whose_roles_do_not_allow_it_is_refused_before_anything_is_looked_up(client, claims):
    answer = await client.get("/v1/incidents", headers=signed(**claims))

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:fengqiao:problem:not-allowed")
    in_both_languages(answer.json())


async def test_of_an_address_that_does_several_things_each_needs_its_own_line(client):
    some = signed(roles=["department"])

    assert (await client.post("/v1/incidents/1/actions?action=arrive", headers=some)).status_code in {
        200,
        415,
    }
    answers = [
        await client.post(f"/v1/incidents/1/actions?action={one}", headers=some, json={})
        for one in ("arrive", "assign", "unheard-of")
    ]
    assert [one.status_code for one in answers] == [200, 403, 403]


async def test_what_is_in_no_table_is_not_there_for_anybody(client):
    nowhere = await client.get("/v1/nowhere", headers=signed())
    answer = await client.get(
        "/v1/secrets", headers=signed(roles=list(permissions.TABLE["incident.see"].roles))
    )

    assert (answer.status_code, answer.json()) == (404, nowhere.json())


async def test_an_answer_that_nobody_bounded_does_not_leave(client):
    answer = await client.get("/v1/contacts", headers=signed())

    assert answer.status_code == 500
    assert "everything" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nowhere", 401), ("DELETE", "/v1/incidents", 401), ("OPTIONS", "/v1/incidents", 401)],
)
async def test_who_is_not_known_learns_nothing_of_which_addresses_there_are(client, method, path, status):
    assert (await client.request(method, path)).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/v1/incidents/", "/v1/incidents%2F", "//v1/incidents", "/v1//incidents", "/V1/incidents", "/v1/incidents;x",
        "/v1/%2e%2e/v1/incidents", "/v1/incidents%00", "/docs/", "/openapi.json/",
    ],
)  # fmt: skip
async def test_an_address_that_is_nearly_one_of_ours_is_none_and_leads_nowhere(client, path):
    nowhere = await client.get("/v1/nowhere", headers=signed())

    answer = await client.get(path, headers=signed() | {"host": "evil.example"})

    assert (answer.status_code, answer.json()) == (404, nowhere.json())
    assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize(
    "path", ["/docs/assets/%2e%2e/%2e%2e/v1/contacts", "/docs/assets/..%2f..%2fv1/contacts"]
)
async def test_from_the_files_that_are_for_everybody_no_way_leads_to_anything_else(client, path):
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "DELETE"])
async def test_another_method_does_nothing_for_anybody(client, method):
    answer = await client.request(method, "/v1/incidents", headers=signed())

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/assets/favicon.png"])
async def test_the_description_of_the_door_is_for_everybody(client, path):
    assert (await client.get(path)).status_code == 200


async def test_while_the_issuer_never_answered_it_is_said_when_to_come_again():
    issuer = Issuer()
    issuer.answers = False
    app = an_app(issuer)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://d") as opened:
        answer = await opened.get("/v1/incidents", headers={"authorization": f"Bearer {issuer.token()}"})

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    in_both_languages(answer.json())
