"""What a database counts in the city's file by itself: `recount.sql` over the CSV, with nothing of ours in between."""

from pathlib import Path

import duckdb

SQL = Path(__file__).with_name("recount.sql")
QUANTILES = "count(*), min(seconds), max(seconds), quantile_disc(seconds, [0.5, 0.9, 0.99])"


class Recount:
    """The file in a database of its own."""

    def __init__(self, file):
        self._database = duckdb.connect(":memory:")
        self._database.execute("set variable file = ?", [str(file)])
        self._database.execute(SQL.read_text(encoding="utf-8"))

    def rows(self, query):
        return self._database.execute(query).fetchall()

    def refused(self):
        """The ids of the cases that cannot be true."""
        return {one for [one] in self.rows("select id from case_of_the_city where refused")}

    def figures(self, *by):
        """(What is counted by…, measure) → how many."""
        keys = ", ".join((*by, "measure"))
        return {
            tuple(key): count
            for *key, count in self.rows(f"select {keys}, count(*) from figure group by all")
        }

    def durations(self, *by):
        """What is counted by → how many, the shortest, the longest, and three quantiles, in seconds."""
        keys = "".join(f"{one}, " for one in by)
        rows = self.rows(f"select {keys}{QUANTILES} from duration group by all")
        return {tuple(row[: len(by)]): (*row[len(by) : -1], *row[-1]) for row in rows}

    def contradictions(self):
        """Closed cases of which the city says something else than their times, and open ones with a time of closing."""
        return self.rows(
            "select id from case_of_the_city where refused is not true and ("
            " (status = 'Closed') <> (closed is not null)"
            " or said = 'ONTIME' and closed > target or said = 'OVERDUE' and closed <= target)"
        )
