"""What a figure is, as other systems read it on the topic. Pure."""

from schemas.base import Tier
from schemas.metrics import MetricCohort, MetricDefinition, MetricRounding
from services.metrics.definition import Definition


def said(tier: Tier, one: Definition) -> MetricDefinition:
    """A definition as an event."""
    return MetricDefinition(
        tier=tier,
        id=one.id,
        version=one.version,
        zh=one.zh,
        en=one.en,
        kind=one.kind,
        formula=one.formula,
        numerator=one.numerator,
        numerator_tier=one.tier,
        denominator=one.denominator,
        per=one.per,
        apart=one.apart,
        cohort=MetricCohort.model_validate(one.cohort.model_dump()),
        settles_days=one.settles_days,
        unit_zh=one.unit.zh,
        unit_en=one.unit.en,
        rounding=MetricRounding.model_validate(one.rounding.model_dump()),
        smallest=one.smallest,
        within=one.within,
        whole_months=one.whole_months,
        headcount=one.headcount,
        better=one.better,
        rank_from=one.rank_from,
    )
