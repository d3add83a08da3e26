"""No proof that did not run goes unsaid, whatever the reason."""

from tests.absences import FILES, REAL_DATA, told


def skipped(reason):
    return ("tests/test_one.py", 7, f"Skipped: {reason}")


def test_every_reason_is_told_with_how_many_tests_it_kept_from_running():
    assert told([skipped(FILES), skipped(REAL_DATA), skipped(FILES)]) == [
        f"1 proofs on real data did NOT run: {REAL_DATA}",
        f"2 looks for personal data into files did NOT run: {FILES}",
    ]


def test_what_is_skipped_for_a_reason_nobody_thought_of_is_told_last():
    assert told([skipped("a whim"), skipped(REAL_DATA)])[1] == "1 tests did NOT run: a whim"


def test_where_all_was_run_nothing_is_told():
    assert told([]) == []
