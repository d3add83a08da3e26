"""Feeds with figures of a village in them, and a reader who takes frames when told to."""

import json
from datetime import UTC

from schemas.base import TIERS
from services.metrics.catalogue import catalogue
from services.metrics.feeds import Asked, Feeds
from services.metrics.finality import standing
from tests.builders import NOW

VILLAGE, OTHER, TOWN = "620522101203", "620522200001", "620522101"
HEAD = '"as_of":null,"tiers":{}'
KNOWN = standing(NOW, {}, TIERS, UTC)
CATALOGUE = catalogue()


def a_place(area=VILLAGE, tier="village"):
    return tier, area


def rows(frame):
    """Key → value of the totals in a frame."""
    data = json.loads(frame.decode().split("data: ", 1)[1])
    return {tuple(one[:3]): one[3] for one in data["totals"]}


def the_feeds(**values):
    feeds = Feeds("boot")
    feeds.take({a_place(): values}, KNOWN)
    return feeds


class Reader:
    """A listener who takes frames when told to."""

    def __init__(self, feeds, asked):
        self.feed = feeds.join(asked, KNOWN)
        self.at, frame = self.feed.snapshot(HEAD, 0.0)
        self.seen = rows(frame)
        self.figures = figures(frame) if self.feed.asked.figures else {}

    def read(self):
        """Takes what there is."""
        frame = self.feed.change(self.at, HEAD)
        self.seen |= rows(frame)
        self.figures = figures(frame) if self.feed.asked.figures else {}
        self.at = self.feed.last
        return frame


def figures(frame):
    """Id → the figure in a frame."""
    return {one["id"]: one for one in json.loads(frame.decode().split("data: ", 1)[1])["figures"]}


def watching(*names, area=TOWN, **more):
    return Asked(area, frozenset(), CATALOGUE.named(names), **more)
