"""The door's own role at the database, as settings name it: another than the owner, and never shown."""

import pytest

from messaging.settings import DatabaseSettings, settings_of

OWNER = "postgresql://routing_village:hunter2@postgres/routing_village"
DOOR = "postgresql://routing_village_door@postgres/routing_village"
PASSWORD = "p/w@1:#"


@pytest.fixture
def given(tmp_path, monkeypatch):
    """The settings of routing with this DSN for the door, and this in the file of its password."""

    def make(door=DOOR, text=None, owner=OWNER):
        monkeypatch.setenv("TIER", "village")
        monkeypatch.setenv("ROUTING_POSTGRES", owner)
        if door is not None:
            monkeypatch.setenv("ROUTING_DOOR_POSTGRES", door)
        if text is not None:
            (tmp_path / "password").write_text(text)
            monkeypatch.setenv("ROUTING_DOOR_POSTGRES_PASSWORD_FILE", str(tmp_path / "password"))
        return settings_of(DatabaseSettings, "routing")

    return make


def test_a_door_has_no_role_of_its_own_unless_one_is_named(given):
    settings = given(door=None)

    assert (settings.door_dsn(), settings.door_role) == (None, None)


def test_its_password_comes_from_a_file_or_stands_in_the_dsn(given):
    assert given(text=PASSWORD + "\n").door_dsn() == DOOR.replace("@", ":p%2Fw%401%3A%23@")


def test_a_password_in_the_dsn_is_taken_as_it_is(given):
    assert given(door=DOOR.replace("@", ":known@")).door_dsn() == DOOR.replace("@", ":known@")


@pytest.mark.parametrize("door", [DOOR, DOOR.replace("@", ":known@")])
def test_the_role_is_known_with_and_without_its_password(given, door):
    assert given(door=door).door_role == "routing_village_door"


def test_a_name_that_is_written_in_percents_is_read_as_it_is_meant(given):
    assert given(door="postgresql://routing%2Bdoor@postgres/x").door_role == "routing+door"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"door": OWNER}, "ROUTING_DOOR_POSTGRES: .*another role than POSTGRES"),
        ({"door": OWNER.replace("_village:", "%5Fvillage:")}, "another role than POSTGRES"),
        ({"door": "postgresql://postgres/routing_village"}, "ROUTING_DOOR_POSTGRES: .*must name the role"),
        (
            {"door": "postgresql://door:hunter2#x@postgres/x"},
            "ROUTING_DOOR_POSTGRES: .*must be postgresql://",
        ),
        ({"door": "mysql://door@postgres/x"}, "must be postgresql://"),
        ({"door": None, "text": PASSWORD}, "DOOR_POSTGRES_PASSWORD_FILE: .*which is not given"),
        ({"door": DOOR.replace("@", ":known@"), "text": PASSWORD}, "names a user and no password"),
        ({"text": "\n"}, "is empty"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_secret_with_it(given, wrong, told):
    with pytest.raises(ValueError, match=told) as refused:
        given(**wrong)

    assert not [one for one in (PASSWORD, "known", "hunter2") if one in str(refused.value)]


def test_neither_password_is_printed_with_the_settings(given):
    settings = given(door=DOOR.replace("@", ":known@"))

    assert not [one for one in ("known", "hunter2") if one in f"{settings!r} {settings}"]
