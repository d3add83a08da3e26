"""What services keep of an incident is copied with changes, and never changed itself."""

from dataclasses import replace

import pytest

from tests.builders import a_revisit, an_incident

STATES = pytest.mark.parametrize("state", [an_incident(), a_revisit()], ids=["incident", "revisit"])


@STATES
def test_a_changed_copy_is_what_replacing_fields_gives_and_the_state_is_as_it_was(state):
    before = replace(state)

    copy = state.changed(severity="severity/1:major", policy="demo/1")

    assert copy == replace(before, severity="severity/1:major", policy="demo/1")
    assert state == before


@STATES
def test_a_field_that_a_state_does_not_have_is_refused(state):
    with pytest.raises(TypeError, match=r"not fields of (Incident|Revisit): \['colour'\]"):
        state.changed(severity="severity/1:major", colour="red")
