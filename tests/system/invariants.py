"""The promise, as an audit: what must be true of all books together once nothing moves any more."""

import asyncio
import time
from collections import Counter, defaultdict

import asyncpg

from schemas.base import TIERS, height
from schemas.topics import TOPICS, topics_read_by
from tests.system import books as reading
from tests.system import clocks, recount
from tests.system.books import SERVICES
from tests.system.catching_up import CatchingUp

HEAL_S = 60.0
SHOWN = 12
ANSWERS = ("action.refused.v1", "action.done.v1")
"""What senders of actions are told; no line of a history."""
FOLLOWED = ("revisit.", "round.", "counselling.", "support-plan.")
UNWRITTEN = ("revisit.planned.v1", *ANSWERS)
"""What followup says that is no line: the resolution implies the plan."""
WAITING = ("open", "redrive", "discard")


def delivered(books, foreign):
    """Numbers are dense, every reader stands where its writer does, nothing waits and nothing is unsent."""
    for (topic, key), said in books.streams.items():
        if [one.seq for one in said] != list(range(1, len(said) + 1)):
            yield f"{topic} {key}: numbers {[one.seq for one in said]}"
    for tier, service, row in books.each("sequence"):
        if row["last_seq"] != len(books.streams.get((row["topic"], row["key"]), ())):
            yield f"{tier}-{service}: {row['topic']} {row['key']} drew {row['last_seq']} numbers"
    for _, _, row in books.each("outbox"):
        if not row["sent"]:
            yield f"{row['topic']} {row['key']}/{row['seq']} is not sent"
    for tier, service, row in books.each("held"):
        yield f"{tier}-{service} holds {row['topic']} {row['key']}/{row['seq']}"
    for tier, service, row in books.each("dead_letter"):
        if row["status"] in WAITING:
            yield f"{tier}-{service}: dead letter {row['id']} {row['topic']} {row['reason']}"
    yield from _guards(books, foreign)


def _guards(books, foreign):
    for tier in books.tiers:
        for service in SERVICES:
            topics = {one.name for one in topics_read_by(service, tier) if one.sequenced}
            last = {
                stream: said[-1].seq
                for stream, said in books.streams.items()
                if stream[0] in topics and TOPICS[stream[0]].tier in books.tiers
            }
            here = {(row["topic"], row["key"]): row for row in books.of(tier, service, "guard")}
            for stream in sorted(last.keys() | {one for one in here if one[1] not in foreign}):
                row = here.get(stream)
                if row is None or row["waiting"] or row["last_seq"] != last.get(stream):
                    at = None if row is None else row["last_seq"]
                    yield f"{tier}-{service} has {stream} up to {at}, its writer wrote {last.get(stream)}"


def kept(books, promised):
    """Everything that was answered "accepted" is in every store, once, and nothing else is."""
    reported = Counter(said.key for tier in books.tiers for said in _reports(books, tier))
    stored = Counter(row["incident_id"] for tier, service, row in books.each("report"))
    known = set().union(*(books.incidents(tier) for tier in books.tiers))
    for store, found in (("intake", stored), ("intake's outbox", reported), ("routing", Counter(known))):
        for incident in promised:
            if found[incident] != 1:
                yield f"{incident} is {found[incident]} times in {store}"
        for incident in found.keys() - promised:
            yield f"{incident} is in {store}, nobody was told"


def _reports(books, tier):
    return (said for said in books.events(f"{tier}.intake") if said.type == "incident.reported.v1")


def agreed(books):
    """One tier owns each incident, and routing, followup and the reporter's timeline tell the same story."""
    states = {tier: books.incidents(tier) for tier in books.tiers}
    revisits = {tier: books.revisits(tier) for tier in books.tiers}
    for incident in set().union(*states.values()):
        holders = {tier: here[incident] for tier, here in states.items() if incident in here}
        owners = [tier for tier, state in holders.items() if state["owner"] == tier]
        moved = [tier for tier, state in holders.items() if state["status"] == "handed-over"]
        if len(owners) != 1 or sorted(moved) != sorted(holders.keys() - set(owners)):
            yield f"{incident} is owned by {owners}, handed over by {moved}"
            continue
        yield from _revisited(incident, holders[owners[0]], owners[0], revisits)
    yield from _timelines(books)
    yield from _histories(books)


def _revisited(incident, state, owner, revisits):
    status, attempt = state["status"], state["attempt"]
    found = revisits[owner].get(incident, {})
    seen = (found.get("attempt"), found.get("status"), found.get("outcome"))
    done = [
        (here[incident]["attempt"], here[incident]["outcome"])
        for here in revisits.values()
        if incident in here
    ]
    match status:
        case "resolved":
            fits = seen == (attempt, "due", None)
        case "closed":
            again = found.get("attempt") == attempt and found.get("round", 1) > 1
            fits = again or seen in ((attempt, "done", "satisfied"), (attempt, "done", "unheard"))
        case _:
            fits = (not done) if attempt == 1 else (attempt - 1, "relapse") in done
    if not fits:
        yield f"{incident} is {status}/{attempt} at {owner}, its revisit {seen}, all {done}"


def _timelines(books):
    for tier in books.tiers:
        read = [
            f"{one}.{kind}"
            for one in books.tiers
            for kind in ("routing", "followup")
            if height(one) >= height(tier)
        ]
        mine = {row["incident_id"] for row in books.of(tier, "intake", "report")}
        told = {
            (row["incident_id"], row["topic"], row["seq"], row["type"])
            for row in books.of(tier, "intake", "timeline")
            if row["incident_id"] in mine  # others are leads, followed since one of these was linked to them
        }
        happened = {
            (said.key, topic, said.seq, said.type)
            for topic in read
            for said in books.events(topic)
            if said.key in mine
        }
        for one in sorted(told ^ happened):
            yield f"{tier}-intake: {'only told' if one in told else 'never told'} {one}"


def _histories(books):
    """Each history is as long as its incident says, its numbers dense, and what a tier said is in its own books."""
    for tier in books.tiers:
        lines, said, followed = defaultdict(list), defaultdict(list), defaultdict(list)
        told = {row["incident_id"]: row["told"] for row in books.of(tier, "routing", "incident")}
        for row in books.of(tier, "routing", "history"):
            lines[row["incident_id"]].append(row)
        for one in books.events(f"{tier}.routing"):
            said[one.key] += [one.type] if one.type not in ANSWERS else []
        for one in books.events(f"{tier}.followup"):
            followed[one.key] += [one.type] if _is_line(one) else []
        for incident, state in books.incidents(tier).items():
            here = lines.pop(incident, [])
            if [row["number"] for row in here] != list(range(1, sum(state["lines"]) + told[incident] + 1)):
                yield f"{incident} has {len(here)} lines at {tier}, its state says {state['lines']}"
            own = [row["event"] for row in here if row["tier"] == tier]
            decided = [one for one in own if not one.startswith(FOLLOWED)]
            if decided != said[incident]:
                yield f"{incident} at {tier} tells {decided}, but said {said[incident]}"
            if (visits := [one for one in own if one.startswith(FOLLOWED)]) != followed[incident]:
                yield f"{incident} at {tier} tells {visits}, but followup said {followed[incident]}"
        for incident in lines:
            yield f"{tier} has a history of {incident}, which it does not know"


def _is_line(one):
    """Whether something that followup said is a line of its own: a good revisit ends with the closing."""
    ended_well = one.type == "revisit.completed.v1" and one.event.outcome != "relapse"
    return one.type not in UNWRITTEN and not ended_well


def violations(books, promised=None, foreign=frozenset()):
    """Everything that is wrong, as sentences; `foreign` are keys that a test wrote itself."""
    found = [*delivered(books, foreign), *agreed(books), *recount.figures(books), *clocks.clocks(books)]
    return found if promised is None else [*found, *kept(books, set(promised))]


async def hold(world, promised=None, *, foreign=frozenset(), probes=True, tiers=TIERS, within=HEAL_S):
    """Asserts that in time all books agree and all groups have read what there was; returns the seconds it took."""
    begin = time.monotonic()
    reading_on = CatchingUp(world, tiers)
    while True:
        try:
            books = await reading.opened(world.stack, tiers)
            found = await asyncio.to_thread(violations, books, promised, foreign)
        except (OSError, asyncpg.PostgresError) as error:
            found = [f"the books cannot be read: {type(error).__name__}"]
        behind = await reading_on.behind() if probes else set()
        took = time.monotonic() - begin
        if not found and not behind:
            return took
        shown = "\n".join(found[:SHOWN])
        assert took < within, (
            f"after {took:.0f} s: behind are {sorted(behind)}, {len(found)} violations:\n{shown}"
        )
        await asyncio.sleep(0.5)
