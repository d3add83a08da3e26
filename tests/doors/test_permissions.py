"""The table: closed for what is not in it, complete for what there is, and told on a page that is of today."""

from pathlib import Path
from typing import get_args

import pytest
from starlette.routing import Mount

from doors import generate, permissions
from doors.caller import ROLES, Caller
from doors.permissions import BESIDE, DOWN, HERE, OPEN, ROUTES, TABLE, allowed, may, may_any, relation
from schemas.actions import Following, Handling
from schemas.base import TIERS
from tests.services.doors import SERVICES, compose

HOME = "620522100"


def somebody(*roles, area=HOME, tier="town"):
    return Caller("token:u-1", frozenset(roles), area, tier)


@pytest.mark.parametrize("service", SERVICES)
def test_every_address_of_a_service_is_in_the_table_or_open(service):
    found = {
        (service, method, one.path)
        for one in compose(service).router.routes
        if not isinstance(one, Mount) and one.path not in OPEN
        for method in one.methods
    }

    assert found == {one for one in ROUTES if one[0] == service}


@pytest.mark.parametrize("service", SERVICES)
def test_every_folder_of_files_is_named_as_open(service):
    assert {one.path for one in compose(service).router.routes if isinstance(one, Mount)} <= OPEN


def _names(union):
    return {get_args(one.model_fields["action"].annotation)[0] for one in get_args(union)}


def test_every_action_that_there_is_has_a_line_and_no_line_is_of_none():
    lines = {one for one in TABLE if one.startswith(("incident.", "revisit."))} - {
        "incident.see",
        "revisit.see",
    }

    assert lines == {f"incident.{one}" for one in _names(Handling)} | {
        f"revisit.{one}" for one in _names(Following)
    }


def test_every_line_is_reached_by_an_address_and_leads_to_somebody():
    named = set(ROUTES.values())
    named |= {line for line, beside in BESIDE.items() if beside in named}

    assert all(one in named or f"{one.partition('.')[0]}.*" in named for one in TABLE)
    assert all(one.roles and set(one.roles) <= set(ROLES) for one in TABLE.values())


@pytest.mark.parametrize(
    ("thing", "how"),
    [
        (HOME, "own"), ("620522100201", "below"), ("620522100201001", "below"), ("620522", "above"),
        ("620522101", "elsewhere"), ("620523", "elsewhere"), ("620522101201", "elsewhere"),
    ],
)  # fmt: skip
def test_how_an_area_lies_to_the_caller_s_is_told_by_their_codes(thing, how):
    assert relation(thing, HOME) == how
    assert allowed(somebody("centre-staff"), "incident.see", thing, "town") is (how in {"own", "below"})


def test_who_may_do_it_here_may_do_it_at_no_other_tier_and_who_may_further_down_at_none_above():
    reach = {
        far: [tier for tier in TIERS if may(somebody(role), action, tier)]
        for far, role, action in (
            (HERE, "centre-staff", "incident.assign"),
            (DOWN, "centre-head", "incident.list"),
        )
    }

    assert reach == {HERE: ["town"], DOWN: ["village", "town"]}


@pytest.mark.parametrize("role", ROLES)
def test_who_reaches_everything_still_may_do_only_what_stands_at_the_role(role):
    one = somebody(role, area="620522", tier="county")

    done = {action for action in TABLE if may(one, action, "county")}

    assert done == {action for action, grant in TABLE.items() if role in grant.roles}
    assert 0 < len(done) < len(TABLE)


def test_what_is_in_no_table_and_who_has_no_role_may_nothing():
    assert not may(somebody(*ROLES), "incident.erase", "town")
    assert not may_any(somebody(*ROLES), "vault.*", "town")
    assert not any(may(somebody(), action, tier) for action in TABLE for tier in TIERS)


def test_nobody_who_only_looks_may_change_anything():
    writing = {action for (_, method, _), action in ROUTES.items() if method != "GET"}
    changing = {one for one in TABLE if one in writing or one.startswith(("incident.", "revisit."))}
    changing -= {"incident.see", "revisit.see", "referral.reconcile"}

    assert not [one for one in changing for role in ("auditor", "board-viewer") if role in TABLE[one].roles]


def test_who_sees_a_board_or_runs_the_machines_sees_no_matter_of_anybody():
    seen = {"incident.see", "revisit.see", "report.follow", "ledger.export", "batch.follow", "figure.flags"}

    assert not [one for one in seen for role in ("operator", "board-viewer") if role in TABLE[one].roles]


def test_the_page_is_what_the_table_says_today():
    assert Path(generate.PAGE).read_text(encoding="utf-8") == generate.page(), (
        "run `python -m doors.generate`"
    )


def test_the_page_changes_with_the_table(monkeypatch):
    before = generate.page()
    grant = permissions.Grant("毁灭", "destroy", {"operator": HERE})
    monkeypatch.setattr(generate, "TABLE", {**TABLE, "incident.destroy": grant})

    assert generate.page() != before
