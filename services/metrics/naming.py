"""What areas, tiers, codes and figures are called, in Chinese and English."""

from collections.abc import Collection, Mapping
from copy import copy

from policy.load import Area
from schemas.base import TIERS, Tier
from schemas.codes import CodeList
from services.metrics.catalogue import Catalogue, catalogue
from services.metrics.own import PRODUCT, Own

STEP = 3
"""Digits by which the code of an area is usually longer than that of the one it lies in."""
TIER_NAMES = {"village": ("村级", "Village"), "town": ("镇级", "Town"), "county": ("县级", "County")}


class Naming:
    """Chinese and English names of figures and of whatever they are grouped by, and which tiers there are."""

    def __init__(
        self,
        areas: Mapping[str, Area],
        codes: dict[str, CodeList],
        own: Own = PRODUCT,
        figures: Catalogue | None = None,
        tiers: Collection[Tier] = TIERS,
    ) -> None:
        self._narrowed: dict[str, Naming] = {}
        self.own = own
        self.tiers = tiers
        """Those the county has."""
        self.catalogue = figures or catalogue()
        self.areas = areas
        self.codes = codes
        self.root = min(areas, key=len)
        self.labels = {code: (one.name, one.name) for code, one in areas.items()} | TIER_NAMES
        self.labels |= {
            f"{one.id}:{code}": label for one in codes.values() for code, label in one.codes.items()
        }

    def narrowed(self, area: str | None) -> "Naming":
        """The same for who sees an area with all below it, and nothing else: it is their root."""
        if area is None:
            return self
        if area not in self._narrowed:
            mine = copy(self)
            mine.areas = {code: one for code, one in self.areas.items() if code.startswith(area)}
            mine.root = area
            if area not in self.areas:
                return mine  # not kept: whoever issues tokens could think of any number of them
            self._narrowed[area] = mine
        return self._narrowed[area]

    def below(self, area: str) -> tuple[str, ...]:
        """The areas that lie in one directly although their codes are longer by more than a step."""
        codes = (code for code, one in self.areas.items() if one.parent == area)
        return tuple(code for code in codes if len(code) > len(area) + STEP)
