"""Metrics: the figures, with numerator, denominator, cohort and as-of."""
