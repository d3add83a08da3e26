"""A visit recorded without a network says what it was based on: another's answer is not overwritten."""

from typing import get_args

import pytest

from schemas.actions import Visit
from schemas.care import Counsel
from schemas.offline import Belief, Difference
from services.followup.basis import check_basis
from services.followup.refusal import SENTENCES, Conflict, Reason, Refused
from services.followup.state import Answer
from tests.builders import APPLICANT, RESPONDENT, a_revisit

VISIT = Visit(party="p1", means="means/1:home", result="revisit-result/1:satisfied")
CALLED = a_revisit(Answer(APPLICANT, "revisit-result/1:unreachable", 1), Answer(RESPONDENT))


def believed(**fields):
    return tuple(Belief(field=name, value=value) for name, value in fields.items())


@pytest.mark.parametrize(
    ("revisit", "basis"),
    [
        (None, {"status": "due"}),
        (CALLED, {}),
        (CALLED, {"result": "unreachable", "status": "due", "attempt": "1"}),
        (a_revisit(), {"result": None}),
    ],
)
def test_what_is_as_it_was_believed_is_no_conflict(revisit, basis):
    check_basis(revisit, VISIT, believed(**basis))


def test_an_answer_that_somebody_else_recorded_meanwhile_is_shown():
    with pytest.raises(Conflict) as caught:
        check_basis(CALLED, VISIT, believed(result=None))

    found = Difference(field="result", expected=None, found="revisit-result/1:unreachable")
    assert caught.value.conflicts == (found,)


def test_what_somebody_else_recorded_of_the_counselling_is_shown_and_not_overwritten():
    declined = Counsel(party="p1", counselling="counselling/1:declined")
    taken = a_revisit(counselling={"p1": "counselling/1:taken", "p2": "counselling/1:offered"})

    with pytest.raises(Conflict) as caught:
        check_basis(taken, declined, believed(counselling="offered"))

    found = Difference(field="counselling", expected="offered", found="counselling/1:taken")
    assert caught.value.conflicts == (found,)


def test_every_reason_has_its_sentences():
    assert set(SENTENCES) == set(get_args(Reason))
    assert all(zh and en for zh, en in SENTENCES.values())


def test_a_field_that_cannot_be_compared_is_refused():
    with pytest.raises(Refused, match="unknown-basis"):
        check_basis(CALLED, VISIT, believed(mood="calm"))
