"""What may be asked of the figures is looked up; what may not is said by its field; definitions can be read."""

import pytest

from messaging.database import Database
from tests.services.metrics.test_asked import NAMING, asked

NOWHERE = Database("postgresql://nobody@nowhere/nothing", name="asked")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"metric": ["closure_rate", "happiness"]}, "query.metric.1"),
        ({"metric": "closure_rate@7"}, "query.metric.0"),
        ({"period": "2026-W60"}, "query.period"),
        ({"period": "last-week"}, "query.period"),
        ({"period": "2026-11", "first": "2026-11-03"}, "query.period"),
        ({"period": "2026", "last": "2026-11-03"}, "query.period"),
        ({"group_by": "decade"}, "query.group_by"),
        ({"first": "2026-11-31"}, "query.first"),
        ({"first": "2026-11-03", "last": "2026-11-02"}, "query"),
        ({"format": "xlsx"}, "query.format"),
        ({"first": "0001-01-01", "category": "land"}, "query.first"),
        ({"last": "9999-12-31"}, "query.last"),
    ],
)
async def test_what_cannot_be_asked_is_said_by_its_field_in_both_languages(params, field):
    answer = await asked(NOWHERE, **params)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert "happiness" not in answer.text


@pytest.mark.parametrize(
    "params",
    [
        {"metric": ["closure_rate", "closure_rate@1", "satisfaction.each", "satisfaction.herder"]},
        {"metric": "open", "period": "2026-W47", "group_by": "day"},
        {"period": "2026-Q4", "group_by": "week", "format": "csv"},
    ],
)
async def test_what_can_be_asked_is_looked_up(params):
    assert (await asked(NOWHERE, **params)).status_code == 503


async def test_every_definition_can_be_read_and_every_figure_has_one():
    answer = await asked(NOWHERE, "/v1/metrics/definitions")

    found = {one["id"]: one for one in answer.json()["definitions"]}
    assert found.keys() == {one.key for one in NAMING.catalogue.figures()}
    assert found["closure_rate@1"]["formula"] == "100 × (cohort.closed) / (received)"
    assert found["satisfaction.applicant@1"]["file"] == "satisfaction.each@1"
    assert found["diversion_success.truncated@1"]["rounding"] == {"digits": 1, "mode": "truncate"}
    assert "矛盾不上交率" in found["resolved_in_village@1"]["zh"]
