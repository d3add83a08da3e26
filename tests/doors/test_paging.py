"""Tokens continue a list where it ended, and moments are not in the future."""

import base64
from datetime import timedelta

import pytest

from doors.paging import CLOCK_SKEW, moment_of, token_of, untoken
from doors.problems import Problem
from tests.builders import INCIDENT, NOW


def test_a_token_stands_for_its_row():
    assert untoken(token_of(NOW, INCIDENT)) == (NOW, INCIDENT)
    assert untoken(None) is None


@pytest.mark.parametrize(
    "token", ["", "x", "é", "!!!!", base64.urlsafe_b64encode(b"yesterday x").decode(), "_w=="]
)
def test_a_token_of_somebody_else_is_refused(token):
    with pytest.raises(Problem) as caught:
        untoken(token)

    assert (caught.value.status, caught.value.fields[0][0]) == (422, "after")


def test_a_moment_is_as_given_or_now():
    assert moment_of(NOW - timedelta(days=9), NOW) == NOW - timedelta(days=9)
    assert moment_of(NOW + CLOCK_SKEW, NOW) == NOW + CLOCK_SKEW
    assert moment_of(None, NOW) == NOW


def test_the_future_is_refused():
    with pytest.raises(Problem, match="not happened yet"):
        moment_of(NOW + CLOCK_SKEW * 2, NOW)
