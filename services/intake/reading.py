"""The only way to personal data: asked for by field and purpose, answered masked, and audited whatever comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cryptography.exceptions import InvalidTag

from messaging.database import Connection
from schemas.codes import CodeList, find
from services.intake import audit, vault_store
from services.intake.access import chosen, is_field, masked, not_granted
from services.intake.audit import Accountable, Entry
from services.intake.envelope import KeyMissing
from services.intake.rotation import fields_of
from services.intake.vault import AUDIT, Vault

Outcome = Literal[
    "granted", "unknown purpose", "unknown field", "not needed for this purpose", "not known here",
    "nothing personal", "erased", "unreadable",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know: fields as `telephone` or `p1.telephone`, the purpose a code of `access-purpose`."""

    incident_id: str
    fields: Sequence[str]
    purpose: str
    clear: bool = False
    """Whether the whole is needed; else it comes masked."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered; `values` are empty unless it was granted."""

    outcome: Outcome
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """Binds a vault and the code lists in force."""

    vault: Vault
    codes: dict[str, CodeList]

    async def ask(self, tx: Connection, question: Question, who: Accountable) -> Told:
        """The answer, to be given once the transaction has committed: its entry in the audit is written with it."""
        purpose = find(self.codes, "access-purpose", question.purpose)
        told = await self._answer(tx, question, purpose)
        fields = list(told.values) or sorted(one for one in question.fields if is_field(one))
        outcome = (
            f"{told.outcome}, {'clear' if question.clear else 'masked'}" if told.values else told.outcome
        )
        entry = Entry("read", who, question.incident_id, fields, purpose or "unknown", outcome)
        await audit.append(tx, self.vault.house[AUDIT], [entry])
        return told

    async def _answer(self, tx: Connection, question: Question, purpose: str | None) -> Told:
        if purpose is None:
            return Told("unknown purpose")
        if not question.fields or not all(is_field(one) for one in question.fields):
            return Told("unknown field")
        if not_granted(purpose, question.fields):
            return Told("not needed for this purpose")
        found = await vault_store.kept(tx, question.incident_id)
        if found is None:
            return Told(await vault_store.why_nothing(tx, question.incident_id))
        try:
            values = self._opened(question, found)
        except (KeyMissing, InvalidTag):
            return Told("unreadable")
        return Told("granted", values) if values else Told("nothing personal")

    def _opened(self, question: Question, found: vault_store.Kept) -> dict[str, str]:
        """Only what was asked for is decrypted; what an older program sealed as one cannot be opened otherwise."""
        about = question.incident_id
        if found.key is None:
            plain = self.vault.decrypt(about, found.nonce, found.ciphertext)
            every = dict(fields_of(plain, is_report=found.is_report))
            clear = {name: every[name] for name in chosen(every, question.fields)}
        else:
            key = self.vault.ring.unwrap(about, found.key)
            clear = {
                name: key.open(name, found.sealed[name]).decode()
                for name in chosen(found.sealed, question.fields)
            }
        return clear if question.clear else {name: masked(name, said) for name, said in clear.items()}
