"""Files to be read, and what is refused of them."""

import re

import pytest

from policy.load import Refused


def a_file(tmp_path, text, name="p.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def lines(read, path):
    """What is refused, as line → problem."""
    with pytest.raises(Refused) as caught:
        read(path)
    found = [
        re.fullmatch(rf"{re.escape(str(path))}(?::(\d+))?: (.*)", one)
        for one in str(caught.value).split("\n")
    ]
    assert all(found)
    return {int(one[1] or 0): one[2] for one in found if one}


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1
