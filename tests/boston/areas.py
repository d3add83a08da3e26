"""The area registry of the Boston file, made from the file itself; the codes are invented, but always the same."""

import csv
import gzip
import re
import sys
from pathlib import Path

COUNTY = "250025"


def ward_of(cell):
    """The number of a ward, however it is written; None without one."""
    found = re.fullmatch(r"\s*(?:Ward\s+)?0*(\d+)\s*", cell)
    return int(found[1]) if found else None


def registry(rows):
    """Lines of `code,tier,name,parent`: the city, its neighbourhoods by name, and the wards within each by number."""
    wards = {}
    for row in rows:
        if name := row["neighborhood"].strip():
            wards.setdefault(name, set()).add(ward_of(row["ward"]))
    lines = [("code", "tier", "name", "parent"), (COUNTY, "county", "Boston", "")]
    for at, name in enumerate(sorted(wards), start=1):
        town = f"{COUNTY}{at:03}"
        lines.append((town, "town", name, COUNTY))
        numbers = sorted(number for number in wards[name] if number is not None)
        lines += [(f"{town}{number:03}", "village", f"Ward {number}", town) for number in numbers]
    return lines


def write(source, target):
    """Writes the registry of a gzipped file of cases."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        lines = registry(csv.DictReader(file))
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


if __name__ == "__main__":
    write(*sys.argv[1:3])
