"""Figures as the API shows them, over a period that is open-ended."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.metrics import showing
from services.metrics.catalogue import catalogue
from services.metrics.finality import Standing
from services.metrics.own import PRODUCT
from services.metrics.sums import Sums

PRODUCTS = catalogue()
FIGURES = PRODUCTS.figures()
RATES = [one for one in FIGURES if one.kind in {"share", "ratio"}]
MOMENT = datetime(2026, 1, 5, tzinfo=UTC)
KNOWN = Standing(MOMENT, MOMENT, complete=True, zone=ZoneInfo("Asia/Shanghai"))


def rates(counts, own=PRODUCT):
    return showing.rates_of(PRODUCTS.figures(own), counts, KNOWN)


def counters(counts, own=PRODUCT):
    return showing.counters_of(PRODUCTS.figures(own), Sums(counts, counts), KNOWN)


def distributions(counts, own=PRODUCT):
    return showing.distributions_of(PRODUCTS.figures(own), counts, KNOWN)
