"""What doors do is read out of the very files by which it is granted."""

import pytest

from messaging.granted import Grant, needed, read

SERVICES = ("intake", "routing", "followup", "metrics")


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
