"""A client of the public doors as patient people use them: each request has a name and is sent again after doubt."""

import asyncio
import time
import uuid

import asyncpg
import httpx

from tests.system import diagnosis

VILLAGE, TOWN = "620522100001", "620522100"
PATIENCE_S = 240.0
PAUSE_S = 0.2
TRY_AGAIN = 503


def a_report(**changes):
    """A report from a village of the registry, of a matter between two parties."""
    return {
        "area": VILLAGE,
        "category": "land",
        "channel": "walk-in",
        "parties": [{"role": "applicant"}, {"role": "respondent"}],
    } | changes


class GaveUp(AssertionError):
    """Something that had to come true did not, in time."""


class World:
    """The stack as its users see it, and its databases as an auditor does."""

    def __init__(self, stack, promised=None):
        self.stack = stack
        self.promised = set() if promised is None else promised
        """Every incident somebody was told is accepted."""
        self._urls = {}
        self.asked_again = 0

    async def __aenter__(self):
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        self._http = httpx.AsyncClient(timeout=10, limits=limits)
        return self

    async def __aexit__(self, *_):
        await self._http.aclose()

    async def once(self, method, program, path, **options):
        """One request to a service such as `village-intake`; raises `httpx.TransportError`."""
        if program not in self._urls:
            self._urls[program] = self.stack.url(program)
        return await self._http.request(method, self._urls[program] + path, **options)

    async def post(self, program, path, body, key=None):
        """Posts until there is an answer that is one: the same name every time, through restarts and outages."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = await self.once("POST", program, path, json=body, headers=headers)
                if answer.status_code != TRY_AGAIN:
                    return answer
            except httpx.TransportError:
                pass
            if time.monotonic() > end:
                raise GaveUp(f"{program} gave no answer to POST {path}")
            self.asked_again += 1
            await asyncio.sleep(PAUSE_S)

    async def get(self, program, path, **query):
        """Reads until there is an answer; the JSON, or None for 404."""
        return await self.until(lambda: self._read(program, path, query), f"{program} answers GET {path}")

    async def _read(self, program, path, query):
        try:
            answer = await self.once("GET", program, path, params=query)
        except httpx.TransportError:
            return None
        if answer.status_code == TRY_AGAIN:
            return None
        return {"absent": True} if answer.status_code == 404 else answer.json()

    async def until(self, look, what, seconds=PATIENCE_S, pause=PAUSE_S):
        """What `look` returns, once it is true. Raises `GaveUp`."""
        end = time.monotonic() + seconds
        while not (found := await look()):
            if time.monotonic() > end:
                raise GaveUp(f"not within {seconds:.0f} s: {what}\n{await diagnosis.of(self)}")
            await asyncio.sleep(pause)
        return found

    async def report(self, tier="village", key=None, **changes):
        """Reports a matter; its incident id."""
        answer = await self.post(f"{tier}-intake", "/v1/reports", a_report(**changes), key)
        assert answer.status_code == 201, answer.text
        incident = answer.json()["incident_id"]
        self.promised.add(incident)
        return incident

    async def act(self, tier, incident, action, key=None, **fields):
        """An action at a tier's routing, once the incident has reached it; the answer, whatever it is."""
        key = key or uuid.uuid4().hex
        body = {"action": {"action": action, **fields}}
        path = f"/v1/incidents/{incident}/actions"

        async def tried():
            answer = await self.post(f"{tier}-routing", path, body, key)
            return None if answer.status_code == 404 else answer

        return await self.until(tried, f"the incident reaches {tier}")

    async def done(self, tier, incident, action, key=None, **fields):
        """An action that must be carried out."""
        answer = await self.act(tier, incident, action, key, **fields)
        assert answer.status_code in (201, 202), answer.text
        return answer.json()

    async def resolve(self, tier, incident, key=None):
        """A successful mediation."""
        fields = {"method": "mediation", "outcome": "success", "agreement": True}
        return await self.done(tier, incident, "resolve", key, **fields)

    async def visit(self, tier, incident, party, result, attempt=1):
        """A party's answer, once the revisit of this attempt is planned; the answer, whatever it is."""
        await self.until(lambda: self._planned(tier, incident, attempt), f"revisit {attempt} is planned")
        body = {"party": party, "means": "home", "result": result}
        path = f"/v1/revisits/{incident}/visits"
        return await self.post(f"{tier}-followup", path, body)

    async def satisfied(self, tier, incident, attempt=1, parties=("p1", "p2")):
        """Every party is visited and satisfied."""
        for party in parties:
            answer = await self.visit(tier, incident, party, "satisfied", attempt)
            assert answer.status_code == 201, answer.text

    async def _planned(self, tier, incident, attempt):
        revisit = await self.get(f"{tier}-followup", f"/v1/revisits/{incident}")
        return revisit.get("attempt", 0) >= attempt

    async def incident(self, tier, incident):
        """The incident in the books of a tier; `{"absent": True}` when it is not there."""
        return await self.get(f"{tier}-routing", f"/v1/incidents/{incident}")

    async def comes_to(self, tier, incident, status, attempt=1, seconds=PATIENCE_S):
        """The incident, once it has this status and attempt at a tier."""

        async def there():
            found = await self.incident(tier, incident)
            return found if (found.get("status"), found.get("attempt")) == (status, attempt) else None

        return await self.until(there, f"{incident} is {status}/{attempt} at {tier}", seconds)

    async def settled(self, count=1, seconds=PATIENCE_S):
        """Matters of a village go from report to closing, one after another."""
        for _ in range(count):
            incident = await self.report()
            await self.done("village", incident, "accept")
            await self.resolve("village", incident)
            await self.satisfied("village", incident)
            await self.comes_to("village", incident, "closed", seconds=seconds)

    async def timeline(self, incident, ends_with, tier="village", after=None, lines=1):
        """The reporter's view, once its last line is of this type, comes after one of the type `after`, and no line
        that another topic brings, which may come later, is missing of so many.
        """

        async def told():
            view = await self.get(f"{tier}-intake", f"/v1/reports/{incident}")
            types = [line["type"] for line in view.get("timeline", ())]
            whole = len(types) >= lines and after in (None, *types)
            return view if types[-1:] == [ends_with] and whole else None

        return await self.until(told, f"the reporter of {incident} is told {ends_with}")

    async def query(self, database, statement, *values):
        """Rows of a database such as `routing_village`."""
        connection = await asyncpg.connect(self.stack.postgres(database), timeout=10)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    async def answers(self, database):
        """Whether a database can be queried."""
        try:
            return bool(await self.query(database, "select 1"))
        except (OSError, asyncpg.PostgresError):
            return False

    async def ready(self, *programs, seconds=90):
        """Returns once these programs answer ready."""
        for program in programs:
            await self.until(lambda one=program: self._ready(one), f"{program} is ready", seconds)

    async def _ready(self, program):
        probe = await self.probe(program)
        return probe is not None and probe["ready"]

    async def probe(self, program):
        """What a service says on its probe port, None while it says nothing."""
        try:
            answer = await self._http.get(f"http://127.0.0.1:{self.stack.port(f'{program}-probe')}/ready")
        except httpx.TransportError:
            return None
        return answer.json()
