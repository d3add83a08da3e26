"""What doors do is read out of the very files by which it is granted."""

import hashlib

import pytest

from messaging import granting, migrate
from messaging.granted import _COMMENT, Grant, needed, read

SERVICES = ("intake", "routing", "followup", "metrics")
GIVEN = {
    "intake": (5, 9, "435f51d2dd6b05ed994285f6f341e9a3ca6e19b68309515bc0aa55e2f0d0761f"),
    "routing": (5, 12, "a4583bd5331fcdc81ddde44963a6132007224b3b6af5fcc7b4aca1520bd2f19c"),
    "followup": (5, 4, "9ae81e62a4c938b97da9e78d2acd3a14044ad7c48e703d42b0d963a998e8bcfe"),
    "metrics": (5, 9, "5fa5e394d8aad64e33e70cba372dd41627ea49c0d751971bd8f9a60b1b152918"),
}
"""The grants as they were changed last: by which files of delivery and of the service a database shows that it has
them, and the SHA-256 of what is granted."""


def test_each_right_on_each_thing_is_looked_for_by_itself():
    text = """
        -- Why; and what else.
        grant select, insert, update (lines, at) on batch, item to "door";
        grant select on sequence to "door"; grant usage on sequence unsent_id_seq to "door";
        grant execute on function one, other
            to "door";
    """

    assert [str(one) for one in read(text)] == [
        "select on batch", "insert on batch", "update (lines) on batch", "update (at) on batch",
        "select on item", "insert on item", "update (lines) on item", "update (at) on item",
        "select on sequence", "usage on unsent_id_seq", "execute on one", "execute on other",
    ]  # fmt: skip
    assert [one.kind for one in read(text)][-4:] == ["table", "sequence", "function", "function"]


def test_what_only_programs_of_before_do_is_granted_and_not_looked_for():
    text = 'grant select on batch to "door";\n-- of the release before: it wrote\ngrant insert on batch to "door";\n'

    assert read(text) == [Grant("table", "select", "batch")]


def test_what_is_no_grant_is_not_passed_over():
    with pytest.raises(ValueError, match="no grant to the door: revoke select"):
        read('revoke select on batch from "door";')


@pytest.mark.parametrize("service", SERVICES)
def test_the_files_of_every_service_can_be_read(service):
    assert Grant("table", "insert", "answered") in needed(service)
    assert Grant("sequence", "usage", "unsent_id_seq") in needed(service)


@pytest.mark.parametrize("service", SERVICES)
def test_grants_change_with_the_schema_only_by_which_an_older_release_knows_that_it_is_older(service):
    """Else its migration, run again by who goes back, would take from newer doors what they do.

    Red after a change of a `grants.sql`: add a migration, be it a comment that says why, and write its number here.
    """
    delivery, own, digest = GIVEN[service]
    newest = migrate.newest(service)

    said = " ".join(_COMMENT.sub("", granting.of(service)).split())

    assert hashlib.sha256(said.encode()).hexdigest() == digest
    assert delivery <= newest["messaging"] and own <= newest[service]
