"""How much memory a process may have is read where its container says so, and is not known elsewhere."""

import pytest

from messaging.memory import limit


@pytest.mark.parametrize(
    ("said", "known"),
    [("201326592\n", 201326592), ("max\n", None), ("9223372036854771712\n", None), ("", None)],
    ids=["a bound", "none", "none, in the first version", "nothing"],
)
def test_the_first_file_there_is_says_it(tmp_path, said, known):
    there = tmp_path / "memory.max"
    there.write_text(said, encoding="ascii")

    assert limit((tmp_path / "absent", there, tmp_path / "never")) == known


def test_where_nothing_says_it_nobody_knows(tmp_path):
    assert limit((tmp_path / "absent",)) is None
