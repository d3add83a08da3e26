"""What a trial found over all incidents: counted by kind, with examples. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from cli.trials.wording import Difference, Kind

EXAMPLES = 3
PART_WORDS: dict[str, Kind] = {
    "assignment": ("指派", "assignment"),
    "referrals": ("移交分流", "transfers and referrals"),
    "supervision": ("督办", "supervision"),
    "whistles": ("吹哨", "whistles"),
    "sessions": ("联合调解", "sessions of joint mediation"),
}
LIMITS = (
    "无法推演 not derivable: 假定各人在同样的时间做同样的事。换了规则谁会来、会怎样答复、当时谁有空，"
    "凭原文的研判与合并，回访通话与帮扶，移交前各层级的联合调解，无从得知 "
    "People are taken to do the same at the same times: who else would have come, answered or been free, what rests on "
    "the words of a report (triage, duplicates), calls and support after a revisit, and sessions of a tier that handed "
    "it over cannot be told"
)
"""What no trial can tell, said with every one."""


@dataclass(slots=True)
class Tally:
    """What a trial found: every incident is in exactly one of the first four counts."""

    same: int = 0
    different: int = 0
    other_record: int = 0
    """Their own policy does not lead to what is recorded, so nothing follows from comparing them."""
    no_policy: int = 0
    """Their own policy is not at hand."""
    parts: Counter[str] = field(default_factory=Counter)
    """Of how many incidents a part was left out, because under their own policy it is not as recorded."""
    kinds: Counter[Kind] = field(default_factory=Counter)
    """How many incidents have a difference of each kind."""
    examples: dict[Kind, list[tuple[str, str]]] = field(default_factory=dict)

    def note(self, incident: str, found: list[Difference]) -> None:
        """Counts one incident."""
        if not found:
            self.same += 1
            return
        self.different += 1
        for kind, how in dict(reversed(found)).items():
            self.kinds[kind] += 1
            some = self.examples.setdefault(kind, [])
            if len(some) < EXAMPLES:
                some.append((incident, how))


def told(tally: Tally, version: str) -> list[str]:
    """What the trial found, Chinese first."""
    compared = tally.same + tally.different
    counted = f"有变化 {tally.different} 件 differ, 无变化 {tally.same} 件 do not"
    found = [f"草案 draft {version}: 比较 {compared} 件 incidents compared, {counted}"]
    if tally.other_record:
        found.append(
            f"另有 {tally.other_record} 件按原规则重演与记录不符，未比较 "
            f"{tally.other_record} were not compared: their own policy does not replay to what is recorded"
        )
    if tally.no_policy:
        found.append(
            f"另有 {tally.no_policy} 件的规则版本不在本地，未比较 "
            f"{tally.no_policy} were not compared: their policy's version is not at hand"
        )
    for part, count in sorted(tally.parts.items()):
        zh, en = PART_WORDS[part]
        found.append(
            f"其中 {count} 件的{zh}按原规则重演与记录不符，此项未比较 "
            f"of {count} the {en} were left out: their own policy does not replay to what is recorded"
        )
    for kind, count in sorted(tally.kinds.items(), key=lambda one: (-one[1], one[0])):
        zh, en = kind
        found.append(f"{zh} {en}: {count}")
        found += [f"    {incident}  {how}" for incident, how in tally.examples[kind]]
    return [*found, LIMITS]
