"""研判: which severity a report is proposed to have, and why. A person may decide otherwise. Pure."""

import unicodedata
from dataclasses import dataclass

from policy.model import Policy
from policy.parts import SEVERITIES
from policy.triage import TriageRule


@dataclass(frozen=True, slots=True)
class Told:
    """What a triage may look at; `text` is personal data, which this memory holds and no event does."""

    category: str
    channel: str
    people: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A severity with the rules that say so; without a rule it is ordinary."""

    severity: str
    rules: tuple[TriageRule, ...]
    policy: str

    @property
    def names(self) -> tuple[str, ...]:
        """The rules as history keeps them: `default/2 triage.wage-claim`."""
        return tuple(f"{self.policy} triage.{one.name}" for one in self.rules)


def propose(policy: Policy, told: Told) -> Proposal:
    """The gravest severity any rule sees in a report, with all rules that see it; codes are bare."""
    text = folded(told.text or "")
    seen = [one for one in policy.triage if _applies(one, told, text)]
    named = (one.severity for one in seen)
    gravest = max(named, key=lambda one: SEVERITIES.index(policy.severity(one)), default=SEVERITIES[0])
    return Proposal(gravest, tuple(one for one in seen if one.severity == gravest), policy.version)


def _applies(rule: TriageRule, told: Told, text: str) -> bool:
    return (
        (not rule.categories or told.category in rule.categories)
        and (not rule.channels or told.channel in rule.channels)
        and (rule.people is None or (told.people is not None and told.people >= rule.people))
        and (not rule.words or any(folded(word) in text for word in rule.words))
    )


def folded(text: str) -> str:
    """A text as words are looked for in it: full-width letters, capitals and white space make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
