"""Files a locality writes are judged before anything starts: all errors at once, each with its line."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from deploy.local.plan import PROJECT


def run(*arguments):
    return CliRunner().invoke(fengqiao, [str(one) for one in arguments])


def test_the_policies_and_the_registry_of_the_project_are_good():
    found = run("policy", "check", *sorted((PROJECT / "policy").glob("*.yaml")))

    assert found.exit_code == 0
    assert "default/2" in found.output
    assert "demo/2" in found.output

    found = run("areas", "check", PROJECT / "policy" / "areas-620522.csv")

    assert found.exit_code == 0
    assert "1 county, 17 town, 436 village" in found.output


def test_every_error_of_every_policy_is_named_with_its_line(tmp_path):
    bad, worse = tmp_path / "bad.yaml", tmp_path / "worse.yaml"
    good = (PROJECT / "policy" / "demo.yaml").read_text()
    bad.write_text(good.replace("ordinary: village", "ordinary: hamlet").replace("calls: 2", "calls: 0"))
    worse.write_text("version: [")

    found = run("policy", "check", bad, worse, PROJECT / "policy" / "demo.yaml")

    assert found.exit_code == 1
    lines = [line for line in found.output.splitlines() if line.startswith(f"{bad}:")]
    assert [line.split(": ")[1] for line in lines] == ["first_tier.ordinary", "revisit.calls"]
    assert f"{worse}:1: not YAML" in found.output
    assert "good, demo/2" in found.output


def test_policies_that_say_different_things_under_one_version_are_not_good_together(tmp_path):
    text = (PROJECT / "policy" / "demo.yaml").read_text(encoding="utf-8")
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(text, encoding="utf-8")
    other.write_text(text.replace("calls: 2", "calls: 3"), encoding="utf-8")

    found = run("policy", "check", one, other)

    assert found.exit_code == 1
    assert f"{other}:3: version: {one} has the same one and other rules" in found.output


def test_every_error_of_a_registry_is_named_with_its_line(tmp_path):
    bad = tmp_path / "areas.csv"
    bad.write_text(
        "code,tier,name,parent\n620522,county,a,\n12,village,b,620522\n620522100,village,c,620522\n"
    )

    found = run("areas", "check", bad)

    assert found.exit_code == 1
    assert f"{bad}:3: code" in found.output
    assert f"{bad}:4: tier" in found.output


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    assert "No such file" in run("policy", "check", tmp_path / "none.yaml").output
    assert run("areas", "check", tmp_path / "none.csv").exit_code == 1


@pytest.mark.parametrize("command", [("policy", "check"), ("contacts", "check")])
def test_a_folder_of_code_lists_without_one_is_not_passed_over(tmp_path, command):
    file = tmp_path / "file"
    file.touch()

    missing = run(*command, file, "--codes", tmp_path / "none")
    empty = run(*command, file, "--codes", tmp_path)

    assert (missing.exit_code, "does not exist" in missing.output) == (2, True)
    assert (empty.exit_code, str(empty.exception)) == (
        1,
        f"{tmp_path}: there is no code list (*.json) in it",
    )


def test_nothing_is_started_with_files_that_are_wrong_and_all_is_said_at_once(tmp_path):
    policy, areas = tmp_path / "policy.yaml", tmp_path / "areas.csv"
    good = (PROJECT / "policy" / "demo.yaml").read_text()
    policy.write_text(good.replace("ordinary: village", "ordinary: hamlet"))
    areas.write_bytes(b"\xff\x00")

    found = run("up", "--data", tmp_path / "data", "--policy", policy, "--areas", areas)

    assert found.exit_code == 1
    told = str(found.exception)
    assert f"{policy}:" in told
    assert "first_tier.ordinary" in told
    assert f"{areas}: cannot be read" in told
    assert not (tmp_path / "data").exists()


def test_definitions_of_a_locality_are_judged_beside_the_product_s(tmp_path):
    product = PROJECT / "services" / "metrics" / "definitions" / "closure_rate@1.yaml"
    text = product.read_text().replace("id: closure_rate", "id: pasture_rate")
    (tmp_path / "pasture_rate@1.yaml").write_text(text)

    good = run("definitions", "check", tmp_path)
    (tmp_path / "pasture_rate@2.yaml").write_text(text.replace("[received]", "[recieved]"))
    bad = run("definitions", "check", tmp_path)

    assert (good.exit_code, good.output.count("good")) == (0, 1)
    assert "pasture_rate@1: good" in good.output
    assert "100 × (cohort.closed) / (received)" in good.output
    assert (bad.exit_code, "pasture_rate@2.yaml:" in bad.output) == (1, True)
    assert "denominator.0" in bad.output
