"""Where a door listens: nobody who cannot sign in reaches it from another machine, and it is said why."""

import json

import pytest

from doors.identity.opening import host_of
from doors.identity.settings import DoorSettings
from messaging.settings import settings_of
from tests.doors.identity.issuing import Issuer
from tests.doors.identity.test_senders import a_sender
from tests.services.doors import SERVICES, SETTINGS

ISSUER = {"OIDC_ISSUER": "https://id.county.example", "OIDC_AUDIENCE": "fengqiao"}


@pytest.fixture
def given(monkeypatch, tmp_path):
    """Settings of routing from an environment."""

    def read(**settings):
        monkeypatch.setenv("TIER", "village")
        for name, value in ({"POSTGRES": "postgresql://u@nowhere/x"} | settings).items():
            monkeypatch.setenv(f"ROUTING_{name}", value)
        return settings_of(DoorSettings, "routing")

    return read


@pytest.fixture
def jwks(tmp_path):
    """The document of an issuer, as a file."""
    file = tmp_path / "jwks.json"
    file.write_bytes(Issuer().document())
    return str(file)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "fengqiao.county.example"])
def test_without_sign_in_a_door_stays_on_this_machine_and_says_why(given, host):
    address, why = host_of(given(HOST=host))

    assert address == "127.0.0.1"
    assert "OIDC_ISSUER" in why
    assert host in why


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_loopback_nothing_needs_to_be_said(given, host):
    assert host_of(given(HOST=host)) == (host, None)


def test_with_an_issuer_it_listens_where_it_was_told_to(given, jwks):
    assert host_of(given(HOST="0.0.0.0", OIDC_JWKS=jwks, **ISSUER)) == ("0.0.0.0", None)


def test_with_keys_of_senders_it_does_too(given, tmp_path):
    _, line = a_sender("hotline")

    assert host_of(given(HOST="0.0.0.0", SENDER_KEYS=json.dumps([line]))) == ("0.0.0.0", None)


def test_a_container_whose_door_is_published_on_loopback_alone_may_say_so(given):
    assert host_of(given(HOST="0.0.0.0", PUBLISHED_ON_LOOPBACK="true")) == ("0.0.0.0", None)


@pytest.mark.parametrize("more", [{}, {"PUBLISHED_ON_LOOPBACK": "true"}])
def test_the_issuer_of_a_local_stack_is_believed_on_loopback_only(given, jwks, more):
    local = ISSUER | {"OIDC_ISSUER": "urn:fengqiao:dev:1234", "OIDC_JWKS": jwks}

    assert host_of(given(HOST="127.0.0.1", **local)) == ("127.0.0.1", None)
    with pytest.raises(ValueError, match="loopback only"):
        host_of(given(HOST="0.0.0.0", **local, **more))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"OIDC_ISSUER": "https://id"}, "needed together"),
        ({"OIDC_AUDIENCE": "fengqiao"}, "needed together"),
        ({"OIDC_JWKS": "https://id/keys"}, "needed together"),
        (ISSUER | {"OIDC_JWKS": "http://id.county.example/keys"}, "https"),
        (ISSUER | {"OIDC_JWKS": "/nowhere/jwks.json"}, "file that is there"),
        (ISSUER | {"OIDC_JWKS": "ftp://id/keys"}, "https"),
        (ISSUER | {"OIDC_JWKS": "https://id/keys", "OIDC_ALGORITHMS": "HS256"}, "must be some of"),
        (ISSUER | {"OIDC_JWKS": "https://id/keys", "OIDC_ALGORITHMS": "none"}, "must be some of"),
        (ISSUER | {"OIDC_JWKS": "https://id/keys", "OIDC_ALGORITHMS": " "}, "must be some of"),
        (ISSUER | {"OIDC_JWKS": "https://id/keys", "OIDC_LEEWAY_S": "86400"}, "300"),
        ({"SENDER_KEYS": "fqk_hotline_secret"}, "cannot be used"),
        ({"SENDER_KEYS": "[]", "SENDER_KEYS_FILE": "/nowhere"}, "one of the two"),
        ({"SENDER_KEYS_FILE": "/nowhere"}, "cannot be read"),
        ({"OIDC_JWKS_CA": "/nowhere"}, "no such file"),
    ],
)
def test_settings_that_do_not_fit_are_refused_and_nothing_secret_is_shown(given, settings, says):
    with pytest.raises(ValueError, match=says) as caught:
        given(**settings)

    assert "hotline_secret" not in str(caught.value)


def test_keys_of_senders_are_not_printed(given):
    _, line = a_sender("hotline")

    assert line["sha256"] not in repr(given(SENDER_KEYS=json.dumps([line])))


def believing(monkeypatch, service, jwks, **more):
    """Tells a service whom it believes."""
    local = ISSUER | {"OIDC_JWKS": jwks, "HOST": "0.0.0.0"} | more
    for name, value in (SETTINGS | {f"{service.upper()}_{name}": one for name, one in local.items()}).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_signs_in_unless_its_door_has_a_role_of_its_own_at_the_database(
    service, monkeypatch, jwks
):
    import importlib

    believing(monkeypatch, service, jwks)

    with pytest.raises(ValueError, match=f"{service.upper()}_DOOR_POSTGRES: is needed .*sign-in.md"):
        importlib.import_module(f"services.{service}.app").compose()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_signs_in_once_it_is_told_to(service, monkeypatch, jwks):
    import importlib

    believing(monkeypatch, service, jwks, DOOR_POSTGRES="postgresql://door@nowhere/nothing")

    process = importlib.import_module(f"services.{service}.app").compose()

    guard = process.door.state.guard
    assert (guard.service, guard.tier, process.door_host) == (service, "village", "0.0.0.0")
    assert guard.sign_in is not None


SPARE = [
    ({"DOOR_POOL_SIZE": "4", "EXPORTS_AT_ONCE": "4"}, "must be fewer than DOOR_POOL_SIZE, which is 4"),
    ({"DOOR_POOL_SIZE": "2"}, "2 must be fewer than DOOR_POOL_SIZE, which is 2"),
    ({"DOOR_POOL_SIZE": "4", "EXPORTS_AT_ONCE": "3"}, None),
]


@pytest.mark.parametrize(("more", "said"), SPARE)
@pytest.mark.parametrize("service", SERVICES)
def test_exports_leave_a_connection_to_whoever_else_asks_or_the_service_does_not_start(
    service, more, said, monkeypatch, jwks
):
    import importlib

    believing(monkeypatch, service, jwks, DOOR_POSTGRES="postgresql://door@nowhere/nothing", **more)
    compose = importlib.import_module(f"services.{service}.app").compose

    if said is None or service not in {"intake", "routing"}:  # others export nothing
        assert compose().door is not None
        return
    with pytest.raises(ValueError, match=f"{service.upper()}_EXPORTS_AT_ONCE: .*{said}"):
        compose()


def test_where_nobody_signs_in_exports_are_counted_against_the_connections_that_all_share(monkeypatch):
    import importlib

    for name, value in (SETTINGS | {"ROUTING_EXPORTS_AT_ONCE": "8"}).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ValueError, match="must be fewer than POOL_SIZE, which is 8"):
        importlib.import_module("services.routing.app").compose()


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_listens_to_others_unless_it_signs_in(service, monkeypatch):
    import importlib

    for name, value in (SETTINGS | {f"{service.upper()}_HOST": "0.0.0.0"}).items():
        monkeypatch.setenv(name, value)

    process = importlib.import_module(f"services.{service}.app").compose()

    assert process.door_host == "127.0.0.1"
    assert "OIDC_ISSUER" in process.health.doubts["sign-in"]
