"""How we show who we are: files that cannot be used are refused by name, and files that change are read again."""

import asyncio
import contextlib
import ssl

import pytest
import uvloop
from pydantic import ValidationError

from messaging.broker import Broker
from messaging.settings import ServiceSettings, wrong
from messaging.tls import Identity, Renewing
from tests.builders import ROOT
from tests.certificates import Authority

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def settings(**given):
    return ServiceSettings(TIER="village", kafka="127.0.0.1:1", postgres="postgresql://h/x", **given)


def said(**given):
    with pytest.raises(ValidationError) as caught:
        settings(**given)
    return [one.partition(": ")[0] for one in wrong(caught.value, "routing").splitlines()]


def named(files):
    return {"kafka_tls_ca": files.ca, "kafka_tls_cert": files.cert, "kafka_tls_key": files.key}


def test_without_files_kafka_is_spoken_to_in_clear():
    assert settings().broker().client() == {"bootstrap_servers": "127.0.0.1:1"}
    assert settings().broker().security() is None


def test_with_files_no_client_speaks_in_clear(authority):
    broker = settings(**named(authority.issue("village-routing"))).broker()

    assert broker.client()["security_protocol"] == "SSL"
    assert broker.client()["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert broker.security().use_ssl
    assert broker.security().ssl_context is broker.tls


def test_a_bare_address_is_a_broker_and_a_broker_stays_what_it_is(authority):
    broker = settings(**named(authority.issue("village-routing"))).broker()

    assert Broker.at("h:1") == Broker("h:1")
    assert Broker.at(broker) is broker


def test_files_that_are_not_there_are_each_named(tmp_path):
    none = str(tmp_path / "none.pem")

    assert said(kafka_tls_ca=none, kafka_tls_cert=none, kafka_tls_key=none) == [
        "ROUTING_KAFKA_TLS_CA",
        "ROUTING_KAFKA_TLS_CERT",
        "ROUTING_KAFKA_TLS_KEY",
    ]


def test_a_certificate_and_its_key_go_together(authority):
    files = named(authority.issue("village-routing"))

    for missing in ("kafka_tls_cert", "kafka_tls_key"):
        assert said(**{name: file for name, file in files.items() if name != missing}) == [
            "ROUTING_KAFKA_TLS_KEY"
        ]


def test_a_certificate_needs_an_authority_to_be_shown_to(authority):
    files = named(authority.issue("village-routing"))

    assert said(kafka_tls_cert=files["kafka_tls_cert"], kafka_tls_key=files["kafka_tls_key"]) == [
        "ROUTING_KAFKA_TLS_CERT"
    ]


def test_another_ones_key_is_refused(authority):
    ours, theirs = authority.issue("village-routing"), authority.issue("village-intake")

    assert said(**named(ours) | {"kafka_tls_key": theirs.key}) == ["ROUTING_KAFKA_TLS_KEY"]


def test_what_is_no_certificate_is_refused_without_a_piece_of_it(authority, tmp_path):
    secret = tmp_path / "secret.pem"
    secret.write_text("hunter2")

    with pytest.raises(ValidationError) as caught:
        settings(**named(authority.issue("village-routing")) | {"kafka_tls_ca": str(secret)})

    assert "hunter2" not in wrong(caught.value, "routing")
    assert "ROUTING_KAFKA_TLS_CA" in wrong(caught.value, "routing")


def test_no_client_of_ours_is_made_without_what_connections_are_wrapped_in():
    """`client()` says both; the one that names servers itself is of a cluster in memory, which knows no TLS."""
    folders = ("messaging", "services", "cli", "deploy")
    made = {
        str(file.relative_to(ROOT))
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        if "bootstrap_servers" in file.read_text("utf-8")
    }

    assert made == {"messaging/broker.py", "deploy/local/topics.py"}


@pytest.fixture(params=LOOPS)
def loop(request):
    made = LOOPS[request.param]()
    yield made
    made.close()


@contextlib.asynccontextmanager
async def listening(authority):
    """A door that asks who knocks; the names it was told, and its port."""
    files, names = authority.issue("broker"), []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=files.ca)
    context.load_cert_chain(files.cert, files.key)
    context.verify_mode = ssl.CERT_REQUIRED

    async def opened(reader, writer):
        subject = dict(one[0] for one in writer.get_extra_info("peercert")["subject"])
        names.append(subject["commonName"])
        writer.write(b"x")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(opened, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], names


async def knock(port, context):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    await reader.read()
    writer.close()


def test_a_new_connection_shows_the_certificate_of_now(loop, authority):
    async def play():
        files = authority.issue("first", file="ours")
        ours = Renewing(Identity(files.ca, files.cert, files.key))
        async with listening(authority) as (port, names):
            await knock(port, ours)
            authority.issue("second", file="ours")
            await knock(port, ours)
        return names

    assert loop.run_until_complete(play()) == ["first", "second"]


def test_files_that_cannot_be_used_yet_leave_the_old_ones_in_force(loop, authority, tmp_path):
    async def play():
        files = authority.issue("first", file="ours")
        ours = Renewing(Identity(files.ca, files.cert, files.key))
        authority.issue("second", file="next")
        async with listening(authority) as (port, names):
            (tmp_path / "ours.crt").write_bytes((tmp_path / "next.crt").read_bytes())
            await knock(port, ours)
            (tmp_path / "ours.key").unlink()
            await knock(port, ours)
            (tmp_path / "ours.key").write_bytes((tmp_path / "next.key").read_bytes())
            await knock(port, ours)
        return names

    assert loop.run_until_complete(play()) == ["first", "first", "second"]


def test_who_is_signed_by_somebody_else_is_not_spoken_to(loop, authority, tmp_path):
    async def play():
        files, stranger = authority.issue("first"), Authority(tmp_path, "a stranger")
        ours = Renewing(Identity(stranger.ca, files.cert, files.key))
        async with listening(authority) as (port, _):
            await knock(port, ours)

    with pytest.raises(ssl.SSLCertVerificationError):
        loop.run_until_complete(play())


def test_whose_name_does_not_fit_the_address_is_not_spoken_to(loop, authority):
    async def play():
        files = authority.issue("first")
        ours = Renewing(Identity(files.ca, files.cert, files.key))
        async with listening(authority) as (port, _):
            await asyncio.open_connection("127.0.0.1", port, ssl=ours, server_hostname="kafka.example")

    with pytest.raises(ssl.SSLCertVerificationError):
        loop.run_until_complete(play())
