"""Years of days as a locality may have them: weekdays, days off, seasons, and noise; seeded."""

import math
from datetime import date, timedelta
from random import Random

from policy.calendar import Calendar
from services.metrics.unusual import Series, weekday

BEGIN = date(2023, 1, 2)
LIKE = weekday(Calendar())
SHARES = (1.2, 1.1, 1.0, 1.0, 1.1, 0.4, 0.3)
"""From Monday to Sunday; a day off is as quiet as a Sunday."""


def days(begin, number):
    return [begin + timedelta(days=at) for at in range(number)]


def a_year(seed, level, *, scatter=1.0, number=365 * 3, swing=0.3):
    """What came in on each day: a Poisson number, or one that scatters so many times as much."""
    dice, seen = Random(seed), {}
    for day in days(BEGIN, number):
        season = 1 + swing * math.sin(2 * math.pi * day.timetuple().tm_yday / 365)
        mean = level * SHARES[LIKE(day)] * season
        if scatter > 1:
            mean = dice.gammavariate(mean / (scatter**2 - 1), scatter**2 - 1)
        seen[day] = poisson(dice, mean)
    return Series(seen, BEGIN)


def poisson(dice, mean):
    """Knuth's way, twenty at a time."""
    found = 0
    while mean > 0:
        step, mean = min(mean, 20.0), mean - 20.0
        limit, product = math.exp(-step), dice.random()
        while product > limit:
            found, product = found + 1, product * dice.random()
    return found
