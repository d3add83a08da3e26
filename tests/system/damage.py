"""Ways in which books could be wrong, each done to a copy: the audit must notice every one of them."""

import json
import pickle
from dataclasses import replace
from datetime import timedelta


def _rows(books, table, **where):
    return next(
        rows[table]
        for rows in books.rows.values()
        if any(all(row[name] == value for name, value in where.items()) for row in rows.get(table, ()))
    )


def _said(books, kind):
    return next(
        (said, at) for said in books.streams.values() for at, one in enumerate(said) if one.type == kind
    )


def an_event_is_lost(books):
    said, at = _said(books, "incident.accepted.v1")
    del said[at]


def an_event_is_doubled(books):
    said, at = _said(books, "incident.accepted.v1")
    said.append(replace(said[at], seq=said[-1].seq + 1))


def an_event_is_not_sent(books):
    _rows(books, "outbox")[0]["sent"] = False


def a_reader_is_behind(books):
    _rows(books, "guard")[0]["last_seq"] -= 1


def a_reader_has_missed_an_incident(books):
    _rows(books, "guard").pop()


def a_reader_waits(books):
    _rows(books, "guard")[0]["waiting"] = True


def a_letter_is_open(books):
    letter = {"id": 1, "topic": "t", "key": "k", "seq": None, "reason": "not-json", "status": "open"}
    books.rows["village", "routing"]["dead_letter"].append(letter)


def an_event_is_held(books):
    books.rows["village", "routing"]["held"].append({"topic": "t", "key": "k", "seq": 2})


def a_report_is_lost(books):
    _rows(books, "report").pop()


def a_report_is_doubled(books):
    _rows(books, "report").append(_rows(books, "report")[0])


def an_incident_is_lost(books):
    _rows(books, "incident").pop()


def two_tiers_own_it(books):
    row = next(
        row for row in _rows(books, "incident", status="handed-over") if row["status"] == "handed-over"
    )
    row["state"] = json.dumps(json.loads(row["state"]) | {"owner": "village", "status": "accepted"})


def a_revisit_is_lost(books):
    _rows(books, "revisit").pop()


def a_reporter_was_not_told(books):
    _rows(books, "timeline").pop()


def a_figure_is_wrong(books):
    _rows(books, "cell", tier="village")[0]["value"] += 1


def a_copy_of_a_figure_is_old(books):
    row = next(row for row in books.of("county", "metrics", "cell") if row["tier"] == "village")
    row["value"] -= 1


def a_total_is_wrong(books):
    _rows(books, "total")[0]["value"] += 1


def a_restatement_is_silent(books):
    """What was said of yesterday changed it, and no row says so."""
    said, at = _said(books, "incident.accepted.v1")
    said[at] = replace(said[at], recorded_at=said[at].recorded_at + timedelta(days=1))


def a_restatement_is_made_up(books):
    cell = next(row for row in books.of("county", "metrics", "cell") if row["tier"] == "village")
    made_up = cell | {"event": "village.routing/0/1", "value": 1, "unpublished": False}
    books.of("county", "metrics", "restatement").append(made_up)


def a_clock_is_lost(books):
    _rows(books, "deadline", step="handle").clear()


def a_clock_did_not_fire(books):
    now = books.of("village", "routing", "clock")[0]
    now["now"] += timedelta(days=30)


def a_deadline_fired_twice(books):
    said, at = _said(books, "incident.overdue.v1")
    said.insert(at, said[at])


def a_deadline_fired_early(books):
    said, at = _said(books, "incident.overdue.v1")
    said[at] = replace(said[at], recorded_at=said[at].event.due_at - timedelta(seconds=1))


DAMAGES = (
    an_event_is_lost, an_event_is_doubled, an_event_is_not_sent, a_reader_is_behind, a_reader_has_missed_an_incident,
    a_reader_waits, a_letter_is_open, an_event_is_held, a_report_is_lost, a_report_is_doubled, an_incident_is_lost,
    two_tiers_own_it, a_revisit_is_lost, a_reporter_was_not_told, a_figure_is_wrong, a_copy_of_a_figure_is_old,
    a_total_is_wrong, a_restatement_is_silent, a_restatement_is_made_up,
    a_clock_is_lost, a_clock_did_not_fire, a_deadline_fired_twice, a_deadline_fired_early,
)  # fmt: skip


def damaged(books, damage):
    """A copy of the books with one thing wrong."""
    copy = pickle.loads(pickle.dumps(books))
    damage(copy)
    return copy
