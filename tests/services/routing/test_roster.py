"""Who is asked next: the nearest, then who has least in hand, then by reference, always the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.roster import Contact, Roster, around
from tests.builders import VILLAGE

GRID, TOWN, COUNTY = VILLAGE + "001", VILLAGE[:9], VILLAGE[:6]


def a_mediator(reference, area=VILLAGE, role="contact-role/1:mediator", **changes):
    return Contact(reference=reference, kind="person", role=role, area=area, **changes)


def best(roster, area=GRID, role="mediator", without=()):
    found = roster.best(role, area, without)
    return found and found.reference


def test_the_nearest_is_asked_first_however_much_is_in_hand_there():
    everywhere = [a_mediator(f"m-{len(area)}", area) for area in (COUNTY, TOWN, VILLAGE, GRID)]
    roster = Roster(everywhere, {"m-15": 9})

    asked, without = [], []
    while found := best(roster, without=without):
        asked.append(found)
        without.append(found)

    assert asked == ["m-15", "m-12", "m-9", "m-6"]


def test_nobody_of_another_village_or_role_is_asked():
    roster = Roster([a_mediator("m-1", TOWN + "999"), a_mediator("m-2", role="contact-role/1:officer")])

    assert best(roster) is None


def test_a_contact_of_a_grid_is_not_asked_for_the_whole_village():
    assert best(Roster([a_mediator("m-1", GRID)]), VILLAGE) is None


def test_who_has_least_in_hand_is_next_and_ties_go_by_reference():
    roster = Roster([a_mediator(name) for name in ("m-3", "m-1", "m-2")], {"m-1": 1})

    asked = []
    for _ in range(5):
        asked.append(best(roster))
        roster.moved(None, asked[-1])

    assert asked == ["m-2", "m-3", "m-1", "m-2", "m-3"]


def test_who_is_at_capacity_is_not_asked_until_something_leaves_the_hand():
    roster = Roster([a_mediator("m-1", capacity=1), a_mediator("m-2", TOWN)], {"m-1": 1})

    busy = best(roster)
    roster.moved("m-1", None)

    assert (busy, best(roster)) == ("m-2", "m-1")


def test_what_is_passed_on_is_in_one_hand_only():
    roster = Roster([a_mediator("m-1"), a_mediator("m-2")], {"m-1": 1})

    roster.moved("m-1", "m-2")
    roster.moved("m-2", "m-2")

    assert best(roster) == "m-1"


def test_a_locality_s_own_role_is_found_by_its_bare_code():
    assert best(Roster([a_mediator("e-1", role="qinan.contact-role/1:elder")]), role="elder") == "e-1"


@given(st.permutations([a_mediator(f"m-{at}", area) for at in range(3) for area in (VILLAGE, TOWN)]))
def test_the_order_in_which_a_registry_is_read_decides_nothing(contacts):
    assert best(Roster(contacts)) == "m-0"


@pytest.mark.parametrize(
    ("area", "all_around"),
    [(GRID, [GRID, VILLAGE, TOWN, COUNTY]), (TOWN, [TOWN, COUNTY]), (COUNTY, [COUNTY])],
)
def test_around_an_area_is_all_it_lies_in(area, all_around):
    assert list(around(area)) == all_around
