"""What is kept with a batch of what was wrong in it names fields of ours, and nobody."""

import json

import pytest

from services.intake.batch import BatchRequest, items_of, without_own_names
from services.intake.items import Line
from services.intake.vault import Vault

REPORT = {
    "kind": "report", "id": "i-1", "occurred_at": "2026-09-14T09:20:00+08:00", "area": "620522101203",
    "category": "land", "channel": "patrol",
}  # fmt: skip


def kept_of(item):
    [one] = items_of(BatchRequest.model_validate({"device": "d-1", "items": [item]}), Vault(bytes(32)))
    return json.dumps(one.problem, ensure_ascii=False)


@pytest.mark.parametrize(
    "wrong",
    [{"王小明": 1}, {"家住上袁村的 王小明": 1}, {"parties": [{"王小明": "a"}]}, {"tel 13812341234": 1}],
)
def test_a_field_that_is_called_as_somebody_is_is_not_repeated(wrong):
    kept = kept_of(REPORT | wrong)

    assert "is not a field" in kept
    assert not any(one in kept for one in ("王", "小明", "上袁", "13812341234"))


def test_a_field_that_is_misspelt_is_still_named():
    assert '"severety"' in kept_of(REPORT | {"severety": "grave"})
    assert '"parties.0.telefone"' in kept_of(REPORT | {"parties": [{"telefone": "1"}]})


def test_with_the_batch_a_name_of_the_devices_own_is_not_kept_however_it_is_spelt():
    wrong = REPORT | {"wangxiaoming": 1, "parties": [{"li.si": "a"}], "area": "1"}
    [one] = items_of(BatchRequest.model_validate({"device": "d-1", "items": [wrong]}), Vault(bytes(32)))

    kept = without_own_names(Line("i-1", problem=one.problem)).problem["errors"]

    assert {each["field"] for each in one.problem["errors"]} == {"wangxiaoming", "parties.0.li.si", "area"}
    assert sorted(each["field"] for each in kept) == ["area", "…", "…"]
    assert without_own_names(Line("i-1", repeated=True)) == Line("i-1", repeated=True)
