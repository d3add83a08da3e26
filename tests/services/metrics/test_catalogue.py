"""Definitions are checked when the service starts: every error of every file, with its line and field."""

import shutil

import pytest

from policy.load import Refused
from services.metrics.catalogue import PRODUCTS, Unknown, catalogue
from services.metrics.own import PRODUCT

GOOD = """\
id: grass.closed
version: 1
zh: 草场纠纷销号率
en: Closure rate of pastures
kind: share
cohort:
  zh: 所选期间受理的事件
  en: incidents reported in the period
  by: report
settles_days: 90
numerator: [cohort.closed]
denominator: [received]
unit: "%"
rounding: {digits: 1, mode: truncate}
smallest: 30
"""
EACH = GOOD.replace("id: grass.closed", "id: grass.each\neach: ring").replace(
    "zh: 草场纠纷销号率", 'zh: "{each}销号率"'
)


def written(folder, text, name="grass.closed@1.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def refused(folder):
    """The errors, without the folder."""
    with pytest.raises(Refused) as caught:
        catalogue(folder)
    return [one.replace(f"{folder}/", "") for one in str(caught.value).splitlines()]


def test_a_locality_adds_a_figure_with_a_file_and_the_product_s_stay(tmp_path):
    own = catalogue(written(tmp_path, GOOD))

    [grass] = own.named(["grass.closed"])
    assert (grass.key, grass.rounding.mode, grass.smallest) == ("grass.closed@1", "truncate", 30)
    assert {one.key for one in catalogue().figures()} < {one.key for one in own.figures()}


def test_a_new_version_runs_beside_the_old_one_and_the_id_alone_names_the_newest(tmp_path):
    newer = GOOD.replace("id: grass.closed", "id: closure_rate").replace("version: 1", "version: 2")

    found = catalogue(written(tmp_path, newer, "closure_rate@2.yaml"))

    assert [one.key for one in found.named(["closure_rate", "closure_rate@1"])] == [
        "closure_rate@2",
        "closure_rate@1",
    ]


def test_a_figure_of_the_product_is_never_replaced(tmp_path):
    taken = GOOD.replace("id: grass.closed", "id: closure_rate")

    [said] = refused(written(tmp_path, taken, "closure_rate@1.yaml"))

    assert said.startswith("closure_rate@1.yaml:2: version: ")
    assert "a change is a new version" in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("cohort.closed", "cohort.clsoed"), "11: numerator.0: Value error, nothing is counted under this name"),
        (("[received]", "[received, whistle.x.y]"), "12: denominator.1: Value error, nothing is counted"),
        (("denominator: [received]\n", ""), "1: denominator: Value error, a share or ratio has either"),
        (("kind: share", "kind: count"), "12: denominator: Value error, only a share or ratio is divided"),
        (("kind: share", "kind: rate"), "5: kind: Input should be 'count', 'share', "),
        (("[cohort.closed]", "[time_to_accept]"), "11: numerator: Value error, this measure is kept in buckets"),
        (("kind: share", "kind: duration"), "11: numerator: Value error, a duration is of one measure"),
        (("kind: share", "kind: age"), "11: numerator: Value error, an age is of what is open by the day of its"),
        (("digits: 1", "digits: 9"), "14: rounding.digits: Input should be less than or equal to 6"),
        (("mode: truncate", "mode: up"), "14: rounding.mode: Input should be 'half-up' or 'truncate'"),
        (("by: report", "by: chance"), "9: cohort.by: Input should be"),
        (("smallest: 30", "smalest: 30"), "15: smalest: Extra inputs are not permitted"),
        (("smallest: 30", "unit: days"), "15: unit: stands there twice"),
        (("id: grass.closed", "id: Grass"), "1: id: String should match pattern"),
        (("id: grass.closed", "id: grass.open"), "1: id: the file must be called grass.open@1.yaml"),
        (("version: 1", "version: 2"), "1: id: the file must be called grass.closed@2.yaml"),
        (("[received]", '["whistle.{each}.called"]'), "12: denominator: Value error, {each} stands here"),
        (("id: grass.closed", "id: satisfaction.herder"), "1: id: is taken for one of satisfaction.each"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_field(tmp_path, wrong, said):
    name = "satisfaction.herder@1.yaml" if "herder" in wrong[1] else "grass.closed@1.yaml"
    before, after = wrong

    found = refused(written(tmp_path, GOOD.replace(before, after, 1), name))

    assert any(one.startswith(f"{name}:{said}") for one in found), found


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("id: grass.each", "id: grass"), "each: Value error, the id of a figure with each"),
        (("en: Closure rate of pastures", "en: Closed in {each}"), None),
        (("", ""), "each: Value error, with each, zh and en need {each}"),
    ],
)
def test_a_figure_of_each_word_says_where_the_word_stands(tmp_path, wrong, said):
    text = EACH.replace(*wrong, 1) if wrong[0] else EACH
    name = "grass@1.yaml" if "id: grass\n" in text else "grass.each@1.yaml"
    folder = written(tmp_path, text, name)

    if said is None:
        rings = [one.id for one in catalogue(folder).named(["grass.each"])]
        assert rings == [f"grass.{ring.name}" for ring in PRODUCT.rings]
    else:
        assert said in refused(folder)[0]


def test_the_errors_of_all_files_come_at_once(tmp_path):
    written(tmp_path, GOOD.replace("digits: 1", "digits: 9").replace("[received]", "[recieved]"))
    written(tmp_path, "id: [", "broken@1.yaml")
    written(tmp_path, GOOD, "grass.md")

    found = refused(tmp_path)

    assert [one.partition(":")[0] for one in found] == [
        "broken@1.yaml", "grass.closed@1.yaml", "grass.closed@1.yaml", "grass.md",
    ]  # fmt: skip


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        catalogue(tmp_path / "nowhere")


def test_a_name_nobody_knows_is_said(tmp_path):
    with pytest.raises(Unknown) as caught:
        catalogue().named(["closure_rate", "happiness", "closure_rate@9"])

    assert caught.value.names == ("happiness", "closure_rate@9")
    assert catalogue().strange(["closure_rate", "happiness", "satisfaction.herder"]) == ("happiness",)


def test_the_product_s_files_can_be_taken_as_they_are(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(PRODUCTS, copy)

    assert all("a change is a new version" in one for one in refused(copy))
