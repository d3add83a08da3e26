"""From rows to cases: what is refused goes to its file, what comes twice is passed over."""

from collections.abc import Iterator
from dataclasses import dataclass

from cli.importing.refusals import Refusals
from cli.importing.rows import Case, Reader, RowRefused
from cli.importing.seen import Seen
from cli.importing.source import Row, Source


@dataclass(slots=True)
class Tally:
    """What has become of the rows so far."""

    rows: int = 0
    cases: int = 0
    repeated: int = 0
    refused: int = 0


def cases(source: Source, reader: Reader, refusals: Refusals, tally: Tally) -> Iterator[Case]:
    """Every case of a file once, in the order of the file. Raises `policy.load.Refused` for a file that is torn."""
    seen = Seen()
    for row in source.rows():
        tally.rows += 1
        try:
            case = _case(row, reader, seen)
        except RowRefused as refusal:
            tally.refused += 1
            refusals.add(row.line, str(refusal), _name(row, reader))
            continue
        if case is None:
            tally.repeated += 1
            continue
        tally.cases += 1
        yield case


def _case(row: Row, reader: Reader, seen: Seen) -> Case | None:
    """The case of a row; None when the file has said the same before. Raises `RowRefused`."""
    if row.broken:
        raise RowRefused(row.broken)
    case = reader.case(row.cells)
    before = seen.before(case)
    if before is False:
        raise RowRefused("duplicate-id (the file says something else of this case before)")
    return None if before else case


def _name(row: Row, reader: Reader) -> str:
    """The case id of a refused row; empty when it cannot be told or could be anything."""
    try:
        return "" if row.broken else reader.case_id(row.cells)
    except RowRefused:
        return ""
