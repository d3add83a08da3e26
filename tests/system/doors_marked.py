"""Every way in: each takes a marked word and puts it where somebody might, as allowed or against the rules."""

import json
from urllib.parse import quote

from aiokafka import AIOKafkaProducer

from services.intake.report import incident_id_of
from tests.system.marked import a_name
from tests.system.partner import STRUCTURED, a_submission, headers
from tests.system.world import VILLAGE, a_report

AT = "2026-09-14T09:20:00+08:00"
SOURCE = "/hotline/marked"


class Ways:
    """The doors of a village's services and its inbound topic; what they answered is kept to be looked at."""

    def __init__(self, http, stack, kafka):
        self._http, self._stack, self._kafka = http, stack, kafka
        self.answers = []
        self.taken = {}
        """Word → the matter or activity in whose vault it has to be."""

    async def ask(self, service, method, path, **options):
        given = {"Idempotency-Key": a_name()} | options.pop("headers", {})
        answer = await self._http.request(
            method, self._stack.url(f"village-{service}") + path, headers=given, **options
        )
        self.answers.append(answer)
        return answer

    async def report(self, **changes):
        return await self.ask("intake", "POST", "/v1/reports", json=a_report(**changes))

    async def told(self, word, **changes):
        self.taken[word] = (await self.report(**changes)).json()["incident_id"]

    async def name(self, word):
        await self.told(word, parties=[{"role": "applicant", "name": word}])

    async def telephone(self, word):
        await self.told(word, parties=[{"role": "applicant"}, {"role": "respondent", "telephone": word}])

    async def address(self, word):
        await self.told(word, parties=[{"role": "applicant", "address": word, "identity_number": word[::-1]}])

    async def description(self, word):
        await self.told(word, description=f"邻居{word}的水")

    async def note(self, word):
        body = {"activity": "patrol", "area": VILLAGE, "role": "grid-staff", "note": word}
        self.taken[word] = (await self.ask("intake", "POST", "/v1/activities", json=body)).json()[
            "activity_id"
        ]

    async def item(self, word):
        items = [
            a_report(id="i-1", kind="report", occurred_at=AT, description=word),
            {"id": "i-2", "kind": "activity", "occurred_at": AT, "activity": word, "area": VILLAGE, word: word},
            {"id": "i-3", "kind": "action", "occurred_at": AT, "report_id": "i-1",
             "action": {"action": "assign", "assignee": word}},
        ]  # fmt: skip
        answer = await self.ask("intake", "POST", "/v1/batches", json={"device": a_name(), "items": items})
        self.taken[word] = answer.json()["items"][0]["incident_id"]
        assert [one["state"] for one in answer.json()["items"]] == ["accepted", "refused", "refused"]

    async def triage(self, word):
        await self.ask("intake", "POST", "/v1/triage", json=a_report(description=word))

    async def refused(self, word):
        party = {"role": "applicant", "name": word}
        await self.report(area="1", description=word, parties=[party])
        await self.report(category=word, parties=[party], **{word: "a field of its own"})
        await self.ask("intake", "POST", "/v1/reports", content=f'{{"name": "{word}", '.encode())
        await self.ask("intake", "POST", "/v1/reports", json=[word])

    async def header(self, word):
        await self.ask("intake", "POST", "/v1/reports", json=a_report(), headers={"X-Name": word.encode()})
        for given in (word.encode(), quote(word).encode() * 20):
            await self.ask(
                "intake", "POST", "/v1/reports", json=a_report(), headers={"Idempotency-Key": given}
            )
        await self.ask("intake", "POST", "/v1/reports", json=a_report(), headers={"traceparent": quote(word)})

    async def address_line(self, word):
        for service, path in (
            ("intake", "/v1/reports/"), ("routing", "/v1/incidents/"), ("followup", "/v1/revisits/"),
            ("intake", "/v1/batches/"), ("metrics", "/v1/"),
        ):  # fmt: skip
            await self.ask(service, "GET", path + quote(word))
        for service, path in (
            ("routing", "/v1/incidents?area="), ("metrics", "/v1/metrics?metric="),
            ("intake", "/v1/referrals/ledger?source="),
            ("routing", "/v1/ledger?from="), ("followup", "/v1/revisits?status="), ("metrics", "/v1/metrics/rankings?"),
        ):  # fmt: skip
            await self.ask(service, "GET", path + quote(word))

    async def action(self, word):
        incident = incident_id_of(SOURCE, "nobody")
        fields = {"action": "assign", "assignee": word, "note": word}
        await self.ask("routing", "POST", f"/v1/incidents/{incident}/actions", json={"action": fields})
        await self.ask(
            "routing", "POST", f"/v1/incidents/{incident}/actions", json={"action": {"action": word}}
        )
        visit = {"party": word, "means": "home", "result": "satisfied", "note": word}
        await self.ask("followup", "POST", f"/v1/revisits/{incident}/visits", json=visit)

    async def file(self, word):
        csv = {"Content-Type": "text/csv"}
        lines = f"reference,kind,role,area,{word}\no-1,{word},officer,620522,\n"
        await self.ask("routing", "PUT", "/v1/contacts", content=lines.encode(), headers=csv)
        await self.ask("routing", "PUT", "/v1/contacts", content=lines.encode("gb18030"), headers=csv)
        path = "/v1/referrals/reconciliations?source=court&month=2026-09"
        await self.ask(
            "intake", "POST", path, content=f"number,state,{word}\n1,{word},\n".encode(), headers=csv
        )
        eligible = {"source": word, "area": "620522", "month": "2026-09", "count": 4, "occurred_at": AT}
        await self.ask("intake", "POST", "/v1/referrals/eligible", json=eligible)

    async def submitted(self, word):
        """In order, beside the fields of the schema; binary and structured."""
        for at, mode in enumerate(("binary", STRUCTURED)):
            await self._send(
                "report.submitted.v1", f"{a_name()}-{at}", a_submission(who=word, **{word: word}), mode
            )

    async def submitted_wrong(self, word):
        for mode in ("binary", STRUCTURED):
            await self._send("report.submitted.v1", a_name(), {"name": word, word: 1}, mode)
            await self._send("report.submitted.v1", a_name(), a_submission(category=word), mode)
            await self._send("gossip.told.v1", a_name(), {"name": word}, mode)

    async def submitted_action(self, word):
        body = {"report_id": a_name(), "occurred_at": AT, "action": {"action": "assign", "assignee": word}}
        await self._send("action.submitted.v1", a_name(), body)
        activity = {
            "activity": "patrol",
            "area": VILLAGE,
            "role": "grid-staff",
            "occurred_at": AT,
            "note": word,
        }
        await self._send("activity.submitted.v1", a_name(), activity)

    async def around(self, word):
        """In the key, in headers of its own, in the name of what is refused; not JSON, not UTF-8."""
        kind = "report.submitted.v1"
        good = json.dumps(a_submission()).encode()
        await self._raw(word, good, [*headers(kind, a_name(), SOURCE), (word, word.encode())])
        await self._raw(word, b'{"a": ', headers(kind, a_name(), SOURCE, ce_subject=word.encode()))
        await self._raw(word, word.encode(), headers(kind, f"{word} 1", f"/{word}"))
        await self._raw(word, word.encode("utf-16"), headers(kind, a_name(), SOURCE))
        await self._raw(word, word.encode(), [("content-type", b"application/cloudevents+json")])

    async def _send(self, kind, name, body, mode="binary"):
        given = headers(kind, name, SOURCE)
        if mode == STRUCTURED:
            body = {"specversion": "1.0", "id": name, "source": SOURCE, "type": kind, "data": body}
            given = [("content-type", b"application/cloudevents+json")]
        await self._raw(name, json.dumps(body, ensure_ascii=mode != STRUCTURED).encode(), given)

    async def _raw(self, key, value, given):
        await self._kafka.send_and_wait("village.inbound", value, key=key.encode(), headers=given)


PERSONAL = (Ways.name, Ways.telephone, Ways.address, Ways.description, Ways.note, Ways.item)
STRAY = (
    Ways.triage, Ways.refused, Ways.header, Ways.address_line, Ways.action, Ways.file, Ways.submitted,
    Ways.submitted_wrong, Ways.submitted_action, Ways.around,
)  # fmt: skip


def producer(kafka):
    """As a partner's client may be set: what it sends lies compressed on the topic."""
    return AIOKafkaProducer(bootstrap_servers=kafka, compression_type="gzip", acks="all", linger_ms=5)
