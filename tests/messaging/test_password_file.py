"""A password that is handed out as a file: put where it belongs, and never said."""

import pytest

from messaging.settings import DatabaseSettings, settings_of

DSN = "postgresql://routing_village@postgres/routing_village"
PASSWORD = "p/w@1:#"


@pytest.fixture
def given(tmp_path, monkeypatch):
    """The settings of routing with this DSN and this in the file."""

    def make(dsn=DSN, text=PASSWORD + "\n"):
        file = tmp_path / "password"
        if text is not None:
            file.write_text(text)
        monkeypatch.setenv("TIER", "village")
        monkeypatch.setenv("ROUTING_POSTGRES", dsn)
        monkeypatch.setenv("ROUTING_POSTGRES_PASSWORD_FILE", str(file))
        return settings_of(DatabaseSettings, "routing")

    return make


def test_it_stands_where_the_dsn_has_none(given):
    assert given().dsn() == "postgresql://routing_village:p%2Fw%401%3A%23@postgres/routing_village"


def test_without_a_file_the_dsn_is_as_it_was_given(monkeypatch):
    monkeypatch.setenv("TIER", "village")
    monkeypatch.setenv("ROUTING_POSTGRES", DSN.replace("@", ":known@"))

    assert settings_of(DatabaseSettings, "routing").dsn() == DSN.replace("@", ":known@")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"dsn": DSN.replace("@", ":known@")}, "is for a POSTGRES that names a user and no password"),
        ({"dsn": DSN.replace("routing_village@", "")}, "is for a POSTGRES that names a user and no password"),
        ({"text": None}, "cannot be read: FileNotFoundError"),
        ({"text": "\n"}, "is empty"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(given, wrong, told):
    with pytest.raises(ValueError, match=told) as refused:
        given(**wrong)

    assert "ROUTING_POSTGRES_PASSWORD_FILE" in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert "known" not in str(refused.value)
