"""A few dead letters are set aside, many stop the consumer."""

import pytest

from messaging.budget import IN_A_ROW, WINDOW, Budget


def test_nine_in_a_row_are_set_aside():
    budget = Budget()

    for _ in range(IN_A_ROW - 1):
        budget.note(applied=0, dead=1)

    assert not budget.spent


@pytest.mark.parametrize("batches", [[1] * IN_A_ROW, [IN_A_ROW], [4, 6]])
def test_ten_in_a_row_spend_it_however_they_were_batched(batches):
    budget = Budget()

    for dead in batches:
        budget.note(applied=0, dead=dead)

    assert budget.spent


def test_one_good_message_between_begins_the_row_anew():
    budget = Budget()

    for _ in range(3):
        budget.note(applied=0, dead=IN_A_ROW - 1)
        budget.note(applied=1, dead=0)

    assert not budget.spent


def test_one_per_cent_of_a_thousand_is_still_borne():
    budget = Budget()

    for _ in range(10):
        budget.note(applied=WINDOW // 10 - 1, dead=1)

    assert not budget.spent


def test_more_than_one_per_cent_of_a_thousand_spends_it():
    budget = Budget()

    for _ in range(13):
        budget.note(applied=80, dead=1)

    assert budget.spent


def test_a_share_is_judged_only_once_there_are_a_thousand():
    budget = Budget()

    budget.note(applied=WINDOW // 2, dead=0)
    for _ in range(9):
        budget.note(applied=0, dead=1)

    assert not budget.spent
