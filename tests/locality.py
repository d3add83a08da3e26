"""A pastoral county: code lists of its own, beside those of the product."""

import json
from pathlib import Path

LISTS: dict[str, dict[str, tuple[str, str]]] = {
    "severity": {"simple": ("简单", "Simple"), "complex": ("复杂", "Complex")},
    "category": {"grassland": ("草场边界", "Grassland"), "water-right": ("水源", "Water")},
    "contact-role": {"herd-head": ("牧长", "Herd head"), "elder": ("长者", "Elder")},
    "party-role": {"herder": ("牧户", "herders")},
    "revisit-result": {"fairly-satisfied": ("基本满意", "Fairly satisfied"), "shrugs": ("未表态", "Shrugs")},
    "channel": {"grass-station": ("草原站移送", "Grass station")},
    "referral-body": {"grass-station": ("草原站", "Grass station")},
    "reason": {
        "snowed-in": ("大雪封山", "Snowed in"),
        "pasture-conflict": ("草场纠纷", "Conflict of pastures"),
    },
}


def lists(folder: Path) -> Path:
    """A folder with the lists of the county."""
    codes = folder / "codes"
    codes.mkdir(exist_ok=True)
    for kind, named in LISTS.items():
        labels = {code: {"zh": zh, "en": en} for code, (zh, en) in named.items()}
        body = {"id": f"gannan.{kind}/1", "zh": kind, "en": kind, "codes": labels}
        (codes / f"{kind}.json").write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return codes
