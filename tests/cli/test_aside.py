"""What was set aside is told before anybody says that everything has taken effect."""

from cli.aside import Aside


def test_where_nothing_was_set_aside_there_is_nothing_to_tell() -> None:
    assert Aside(0, 0).told() is None


def test_only_what_came_since_is_told() -> None:
    assert Aside(7, 3).since(Aside(5, 3)).told() == (
        "2 dead letters and 0 events behind them have not taken effect; see: fengqiao dead-letters list"
    )


def test_what_an_operator_decided_meanwhile_hides_nothing_and_adds_nothing() -> None:
    assert Aside(1, 0).since(Aside(4, 9)).told() is None
