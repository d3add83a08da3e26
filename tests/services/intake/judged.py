"""What intake must make of a record, without a database: let in, or refused for a reason that repeats nothing."""

from collections import Counter, defaultdict

from messaging.cloudevents import decode, signed
from messaging.errors import Rejected
from messaging.spans import taken
from schemas.topics import TOPICS
from services.intake.app import LISTENS_TO
from services.intake.desk import Desk, _Batch
from services.intake.docket import Docket
from services.intake.refusals import Refusal
from services.intake.said import digest_of
from services.intake.vault import Vault
from tests.services.intake.oddities import NAME, TELEPHONE
from tests.services.intake.strange import TOPIC

WANTED = {one.type: one for one in LISTENS_TO}


class Judge:
    """Remembers what was let in, as the tables do; judges each record by the time the clock tells then."""

    def __init__(self, registry, clock):
        self._desk, self._clock = Desk(registry, Vault(bytes(32))), clock
        self._batch = _Batch({}, Docket(registry))

    def reason(self, record):
        """The word a record is refused with; None when it is let in."""
        message, why = read(record)
        now = self._clock()
        if message is not None:
            try:
                self._desk._submitted(self._batch, message, now)
            except Rejected as refusal:
                why, told = refusal, Refusal(message, refusal)
                assert told.identity
                assert not personal(told.said(now).model_dump_json())
        if why is not None:
            assert why.detail
            assert all(name and what for name, what in why.fields)
            assert not personal(str(why))
        return None if why is None else why.reason


class Claims:
    """What came under each name: who is first is let in, and then whatever says the same; all else is refused.

    Who that is depends on the order in which partitions are read.
    """

    def __init__(self, registry, clock):
        self._registry, self._clock = registry, clock
        self._said = defaultdict(Counter)

    def note(self, record):
        """One that would be let in if nothing had come before."""
        if Judge(self._registry, self._clock).reason(record) is None:
            message, _ = read(record)
            self._said[message.source, message.id][digest_of(message)] += 1

    def let_in(self, first):
        """How many were, by what was said first under each name."""
        assert first.keys() == self._said.keys()
        return sum(said[first[name]] for name, said in self._said.items())


def read(record):
    """The message, also one that is handed over only so that its sender hears why; else why there is none."""
    try:
        return taken(decode(record, TOPICS[TOPIC], WANTED), TOPICS[TOPIC]), None
    except Rejected as why:
        return signed(record, TOPICS[TOPIC], why), why


def personal(text):
    return NAME in text or TELEPHONE in text
