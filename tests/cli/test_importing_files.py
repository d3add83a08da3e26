"""Files in and out: lines are counted as an editor counts them, and what is refused is all there or not at all."""

import csv
import gzip
import re
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.importing.applied import QUIET_S, Chain, Quiet, chain_of
from cli.importing.mapping import CaseMapping
from cli.importing.reading import Tally, cases
from cli.importing.refusals import Refusals
from cli.importing.rows import Reader
from cli.importing.source import LONGEST_LINE, Source
from policy.load import Area, Refused
from schemas import codes

MAPPING = CaseMapping.model_validate({
    "source": "/county/old",
    "time_zone": "Asia/Shanghai",
    "time_formats": ["iso"],
    "columns": {"id": "id", "opened": "opened"},
    "area": {"root": "620522"},
    "category": {"default": "land"},
    "channel": {"default": "hotline"},
})  # fmt: skip
READER = Reader(
    MAPPING,
    codes.load(),
    {"620522": Area("620522", "county", "秦安县", None)},
    datetime(2026, 1, 1, tzinfo=UTC),
)
DAY = "2025-01-01"


def read(tmp_path: Path, content: bytes) -> tuple[list[str], Tally, list[list[str]]]:
    """Case ids, counts, and what stands in the file of refused rows."""
    file = tmp_path / "cases.csv"
    file.write_bytes(content)
    refusals, tally = Refusals(tmp_path / "refused.csv"), Tally()
    source = Source(file, MAPPING)
    found = [case.id for case in cases(source, READER, refusals, tally)]
    source.close()
    refusals.finish()
    with (tmp_path / "refused.csv").open(encoding="utf-8", newline="") as out:
        return found, tally, list(csv.reader(out))[1:]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_read_plain_or_compressed_whatever_its_name(tmp_path: Path, pack) -> None:
    found, tally, _ = read(tmp_path, pack(f"id,opened\r\na,{DAY}\r\nb,{DAY}\r\n".encode()))

    assert found == ["a", "b"]
    assert (tally.rows, tally.cases, tally.refused) == (2, 2, 0)


def test_a_refused_row_is_named_by_the_line_it_begins_on_and_nothing_else_of_it_is_told(
    tmp_path: Path,
) -> None:
    text = f'id,opened,note\na,{DAY},"two\nlines"\n\nb,never,Mr Wang\nc,{DAY},x,y\n'

    found, _, refused = read(tmp_path, text.encode())

    assert found == ["a"]
    assert refused == [["5", "unreadable-time (opened)", "b"], ["6", "wrong-number-of-columns", ""]]


def test_a_case_said_twice_counts_once_and_said_otherwise_is_refused(tmp_path: Path) -> None:
    text = f"id,opened\na,{DAY}\na,{DAY}\na,2025-02-02\n"

    found, tally, refused = read(tmp_path, text.encode())

    assert found == ["a"]
    assert tally.repeated == 1
    assert [(line, name, reason.split()[0]) for line, reason, name in refused] == [("4", "a", "duplicate-id")]


def test_a_case_whose_first_row_was_refused_is_taken_from_its_next(tmp_path: Path) -> None:
    found, _, refused = read(tmp_path, f"id,opened\na,never\na,{DAY}\n".encode())

    assert (found, len(refused)) == (["a"], 1)


def test_bytes_that_are_no_text_stop_only_the_rows_that_need_them(tmp_path: Path) -> None:
    content = f"id,opened,note\na,{DAY},\xff\n\xff,{DAY},x\n".encode("latin-1")

    found, _, refused = read(tmp_path, content)

    assert found == ["a"]
    assert refused == [["3", "unusable-id (id)", ""]]


def test_a_cell_too_large_to_read_is_one_refused_row(tmp_path: Path) -> None:
    content = f"id,opened,note\na,{DAY},{'x' * 2_000_000}\nb,{DAY},x\n".encode()

    found, _, refused = read(tmp_path, content)

    assert found == ["b"]
    assert refused[0][:2] == ["2", "unreadable-row"]


@pytest.mark.wide
def test_a_line_without_end_in_a_small_compressed_file_is_one_refused_row_and_fills_no_memory(
    tmp_path: Path,
) -> None:
    endless = b"a" * 64 * LONGEST_LINE
    packed = gzip.compress(b"id,opened\n" + endless + f"\nb,{DAY}\n".encode(), compresslevel=1)
    del endless
    tracemalloc.start()

    found, _, refused = read(tmp_path, packed)

    assert found == ["b"]
    assert [one[:2] for one in refused] == [["2", "unreadable-row"]]
    assert tracemalloc.get_traced_memory()[1] < 16 * LONGEST_LINE
    tracemalloc.stop()


def test_a_first_line_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"cases\.csv:1: "):
        read(tmp_path, b"a" * (LONGEST_LINE + 1))


@pytest.mark.parametrize("name", ["=HYPERLINK(A1)", "@SUM(A1)", "+1", "-1", "\uff1d1"])
def test_a_refused_row_s_id_is_nothing_a_spreadsheet_would_compute(tmp_path: Path, name: str) -> None:
    _, _, refused = read(tmp_path, f"id,opened\n{name},yesterday\n".encode())

    assert refused == [["2", "unreadable-time (opened)", f"'{name}"]]


def test_missing_columns_are_all_named_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, b"name\nx\n")

    assert len(re.findall(r"cases\.csv:1: there is no column '(id|opened)'", str(refused.value))) == 2


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no column"):
        read(tmp_path, b"")


def test_a_torn_compressed_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"id,opened\n" + b"a,2025-01-01\n" * 1000)

    with pytest.raises(Refused, match="damaged"):
        read(tmp_path, whole[:-12])


def test_an_abandoned_import_leaves_the_older_refusals(tmp_path: Path) -> None:
    (tmp_path / "refused.csv").write_text("older")

    refusals = Refusals(tmp_path / "refused.csv")
    refusals.add(2, "missing-id", "")
    refusals.abandon()

    assert [one.name for one in tmp_path.iterdir()] == ["refused.csv"]
    assert (tmp_path / "refused.csv").read_text() == "older"


def test_a_folder_that_cannot_be_written_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="--refused"):
        Refusals(tmp_path / "absent" / "refused.csv")


def a_body(lag: int | None, **conditions: str) -> dict[str, object]:
    return {"conditions": {"consumer": "ok"} | conditions, "figures": {"lag village-intake": lag, "other": 7}}


def test_the_chain_is_quiet_only_when_every_service_says_so() -> None:
    assert chain_of({"a": a_body(0), "b": a_body(0)}).quiet
    assert not chain_of({"a": a_body(0), "b": a_body(1)}).quiet
    assert not chain_of({"a": a_body(0), "b": None}).quiet
    assert chain_of({"a": a_body(3), "b": a_body(4)}).waiting == 7
    assert chain_of({"a": a_body(0), "b": a_body(None)}).troubled == ("b",)
    assert chain_of({"a": a_body(0), "b": None}).troubled == ("b",)
    assert chain_of({"a": a_body(0, relay="the broker is away")}).troubled == ("a",)
    assert chain_of({"a": {"conditions": {"database": "not yet"}, "figures": {}}}).troubled == ("a",)


def test_what_has_not_left_a_service_is_waited_for_although_nobody_lags_behind_it() -> None:
    def holding(unsent: int | None) -> dict[str, object]:
        return {"conditions": {"consumer": "ok"}, "figures": {"lag a": 0, "queue unsent": unsent}}

    assert chain_of({"a": holding(0)}).quiet
    assert not chain_of({"a": holding(1)}).quiet
    assert chain_of({"a": holding(None)}).troubled == ("a",)


def hearing(lag: int, queue: int = 0) -> Chain:
    figures = {"lag town-metrics": 0, "queue unpublished": queue, "lag town-metrics-board": lag}
    return chain_of({"town-metrics": {"conditions": {"consumer": "ok"}, "figures": figures}})


def test_heartbeats_of_other_tiers_keep_nobody_waiting_once_their_reader_was_at_its_end() -> None:
    quiet, end = Quiet(), QUIET_S + 1

    looks = [(hearing(1), 0.0), (hearing(0), 5.0), (hearing(1), end), (hearing(2), end + 5)]
    before = [quiet.reached(*one) for one in looks]

    assert before == [False] * 4
    assert quiet.reached(hearing(0), end + 10)


def test_what_still_leaves_a_service_begins_the_wait_anew() -> None:
    quiet, end = Quiet(), QUIET_S + 1

    looks = [(hearing(0), 0.0), (hearing(0, queue=3), 6.0), (hearing(0), end), (hearing(0), 2 * end)]

    assert [quiet.reached(*one) for one in looks] == [False, False, False, True]


def test_how_far_it_is_can_be_asked_when_a_short_file_has_been_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("id,opened\na,2025-01-01\n")
    source = Source(path, MAPPING)

    before = source.position
    rows = list(source.rows())

    assert (before, len(rows), source.position) == (0, 1, source.size)
