"""A name and a password for Kafka: over TLS only, from a file or the environment, never shown."""

import asyncio
import logging

import pytest
from aiokafka.conn import ScramAuthenticator
from click.testing import CliRunner
from faststream.kafka.security import parse_security
from pydantic import SecretStr, ValidationError

from cli.__main__ import fengqiao
from messaging.broker import Broker
from messaging.login import Login
from messaging.settings import ServiceSettings, wrong
from policy.files import DEFAULT
from tests.certificates import Authority

SECRET = "hunter2"  # what must not be shown


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "password"
    made.write_text(f"{SECRET}\n")
    return made


def settings(**given):
    return ServiceSettings(TIER="village", kafka="127.0.0.1:1", postgres="postgresql://h/x", **given)


def said(**given):
    with pytest.raises(ValidationError) as caught:
        settings(**given)
    assert SECRET not in wrong(caught.value, "routing")
    assert SECRET not in str(caught.value)
    return wrong(caught.value, "routing")


def test_a_name_and_a_password_make_every_client_speak_scram_over_tls(authority):
    broker = settings(
        kafka_tls_ca=authority.ca, kafka_username="village-routing", kafka_password=SECRET
    ).broker()

    client, stream = broker.client(), parse_security(broker.security())

    for one in (client, stream):
        assert (one["security_protocol"], one["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
        assert one["sasl_plain_username"] == "village-routing"
        assert one["sasl_plain_password"].encode("utf-8") == SECRET.encode()
        assert one["ssl_context"] is broker.tls


def test_a_password_is_not_said_in_clear(file):
    for given in ({"kafka_password": SECRET}, {"kafka_password_file": file}):
        assert "ROUTING_KAFKA_USERNAME" in said(kafka_username="village-routing", **given)
        assert "KAFKA_TLS_CA" in said(kafka_username="village-routing", **given)
    with pytest.raises(ValueError, match="TLS"):
        Broker("h:1", login=Login.of("village-routing", SecretStr(SECRET), None))


def test_who_shows_a_certificate_says_no_name(authority):
    files = authority.issue("village-routing")

    told = said(
        kafka_tls_ca=files.ca, kafka_tls_cert=files.cert, kafka_tls_key=files.key,
        kafka_username="village-routing", kafka_password=SECRET,
    )  # fmt: skip

    assert "not by both" in told


def test_a_name_goes_with_one_password_and_a_password_with_a_name(authority, file, tmp_path):
    ca, name = {"kafka_tls_ca": authority.ca}, {"kafka_username": "village-routing"}
    empty = tmp_path / "empty"
    empty.touch()

    assert "one of the two" in said(**ca, **name)
    assert "one of the two" in said(**ca, **name, kafka_password=SECRET, kafka_password_file=file)
    assert "need KAFKA_USERNAME" in said(**ca, kafka_password=SECRET)
    assert "need KAFKA_USERNAME" in said(kafka_password_file=file)
    assert "is empty" in said(**ca, **name, kafka_password_file=empty)
    assert "is empty" in said(**ca, **name, kafka_password="")
    assert "cannot be read" in said(**ca, **name, kafka_password_file=tmp_path / "none")


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    told = said(kafka_tls_ca=tmp_path / "none", kafka_username="", kafka_password_file=tmp_path / "none")

    assert [one.partition(": ")[0] for one in told.splitlines()] == [
        "ROUTING_KAFKA_TLS_CA",
        "ROUTING_KAFKA_USERNAME",
        "ROUTING_KAFKA_PASSWORD_FILE",
    ]


def test_a_password_is_in_no_text_of_what_holds_it(authority, file):
    for given in ({"kafka_password": SECRET}, {"kafka_password_file": file}):
        made = settings(kafka_tls_ca=authority.ca, kafka_username="village-routing", **given)

        for one in (made, made.broker(), made.broker().login, made.broker().client(), made.model_dump()):
            assert SECRET not in f"{one} {one!r}"


def test_the_client_library_asks_for_the_password_once_for_each_connection(authority, file):
    """A canary of its own: it turns what it was given into bytes when a connection begins, and uses those."""
    given = (
        settings(kafka_tls_ca=authority.ca, kafka_username="n", kafka_password_file=file).broker().client()
    )

    def connected():
        loop = asyncio.new_event_loop()
        try:
            return ScramAuthenticator(
                loop=loop,
                sasl_plain_password=given["sasl_plain_password"],
                sasl_plain_username=given["sasl_plain_username"],
                sasl_mechanism=given["sasl_mechanism"],
            )._sasl_plain_password
        finally:
            loop.close()

    first = connected()
    file.write_text("another")

    assert (first, connected()) == (SECRET.encode(), b"another")


def test_a_file_that_cannot_be_read_leaves_the_last_password_in_force(file, caplog):
    password = Login.of("n", None, file).password
    file.unlink()

    with caplog.at_level(logging.WARNING):
        assert password.encode() == SECRET.encode()

    assert "the old one serves on" in caplog.text
    assert SECRET not in caplog.text


def commanded(monkeypatch, *options, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    command = ["doctor", "--kafka", "127.0.0.1:1", "--policy", str(DEFAULT), *map(str, options)]
    answer = CliRunner().invoke(fengqiao, command)
    assert SECRET not in answer.output
    return answer


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"FENGQIAO_KAFKA_USERNAME": "operator", "FENGQIAO_KAFKA_PASSWORD": SECRET}, "KAFKA_TLS_CA"),
        ({"FENGQIAO_KAFKA_PASSWORD": SECRET}, "need KAFKA_USERNAME"),
    ],
)
def test_a_command_refuses_what_a_service_refuses(monkeypatch, environment, told):
    answer = commanded(monkeypatch, **environment)

    assert answer.exit_code == 2
    assert told in answer.output


def test_a_command_takes_a_name_and_a_file(monkeypatch, authority, file):
    monkeypatch.setenv("FENGQIAO_DSN_VILLAGE_ROUTING", "postgresql://u:p@127.0.0.1:1/one")

    answer = commanded(
        monkeypatch,
        "--kafka-tls-ca",
        authority.ca,
        "--kafka-username",
        "operator",
        "--kafka-password-file",
        file,
    )

    assert "127.0.0.1:1 cannot be asked" in answer.output
