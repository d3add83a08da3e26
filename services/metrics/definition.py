"""What a published figure is: of what, out of what, counted under which day, rounded how. Data, checked and pure."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from schemas.base import Tier
from services.metrics.measures import is_counted, is_duration
from services.metrics.own import Own
from services.metrics.standing import OPEN_BY_REPORT

EACH = "{each}"
"""Stands in names and measures for one word of the locality, such as a ring or a role."""
Kind = Literal["count", "share", "ratio", "stock", "duration", "age"]
Each = Literal["role", "ring", "arriving-ring", "headcount"]
Better = Literal["higher", "lower", "none"]
AGED = (OPEN_BY_REPORT,)
DIVIDED = ("share", "ratio")


def _measure(value: str) -> str:
    """Knows what can be counted; a word of the locality may be any."""
    name = value.replace(EACH, "x")
    if not is_counted(name) and not is_duration(name):
        raise ValueError("nothing is counted under this name")
    return value


def _both(value: object) -> object:
    """A unit that is written alike in both languages may be written once."""
    return {"zh": value, "en": value} if isinstance(value, str) else value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)*$", max_length=80)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Measure = Annotated[str, AfterValidator(_measure)]


class Fixed(BaseModel):
    """Frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Fixed):
    """The same in Chinese and English."""

    zh: Said
    en: Said


class Cohort(Words):
    """Of what: which matters, and under which moment's day the parts of a figure are counted."""

    by: Literal[
        "event", "report", "opening", "acceptance", "resolution", "listing", "offer", "month", "whistle"
    ]  # fmt: skip


class Rounding(Fixed):
    """How a value is written; published figures differ by it alone."""

    digits: Annotated[int, Field(ge=0, le=6)]
    mode: Literal["half-up", "truncate"] = "half-up"


class Definition(Fixed):
    """One published figure, or with `each` one for every such word of a locality."""

    id: Id
    version: Annotated[int, Field(ge=1)]
    zh: Said
    en: Said
    kind: Kind
    cohort: Cohort
    settles_days: Annotated[int, Field(ge=0, le=3660)]
    """So long after the last day of a period its facts may still change by their nature."""
    each: Annotated[Each | None, Field(validate_default=True)] = None
    numerator: Annotated[tuple[Measure, ...], Field(min_length=1)]
    per: Literal["headcount"] | None = None
    """What is divided by where that is no sum of measures."""
    headcount: Annotated[str | None, Field(validate_default=True)] = None
    """Which way of counting heads; with `each: headcount` one figure for every way the locality has."""
    denominator: Annotated[tuple[Measure, ...], Field(validate_default=True)] = ()
    tier: Tier | None = None
    """Restricts the numerator; the denominator always covers all tiers."""
    unit: Annotated[Words, BeforeValidator(_both)]
    rounding: Rounding
    smallest: Annotated[int, Field(ge=1)] = 1
    """The smallest denominator worth showing."""
    within: bool = False
    """Whether what is counted is a part of the denominator: more than that shows the denominator to be incomplete."""
    better: Annotated[Better, Field(validate_default=True)] = "none"
    """Which way areas are ranked by it; `none`: not at all."""
    rank_from: Annotated[int, Field(ge=1)] = 20
    """From which denominator on an area has a rank: below it chance alone decides."""
    whole_months: bool = False
    """Whether it has a value for whole months only, because something of it is known by the month."""
    apart: tuple[Measure, ...] = ()
    """Measures shown beside the figure because they must not disappear in it."""

    @field_validator("numerator", "denominator", "apart")
    @classmethod
    def _fit(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Durations are counted in buckets and cannot be added to anything else."""
        if info.data.get("kind") == "duration" and info.field_name == "numerator":
            if len(value) != 1 or not is_duration(value[0].replace(EACH, "x")):
                raise ValueError(
                    "a duration is of one measure that is kept in buckets, such as time_to_accept"
                )
        elif any(is_duration(one.replace(EACH, "x")) for one in value):
            raise ValueError(
                "this measure is kept in buckets; only a figure of the kind duration can show it"
            )
        if info.data.get("kind") == "age" and info.field_name == "numerator" and value != AGED:
            raise ValueError(f"an age is of what is open by the day of its report: {AGED[0]}")
        if info.data.get("each") is None and any(EACH in one for one in value):
            raise ValueError(f"{EACH} stands here, and each does not say of what")
        return value

    @field_validator("denominator")
    @classmethod
    def _divided(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        given = bool(value) + (info.data.get("per") is not None)
        if info.data.get("kind") in DIVIDED and given != 1:
            raise ValueError("a share or ratio has either a denominator or per")
        if info.data.get("kind") not in {*DIVIDED, None} and given:
            raise ValueError("only a share or ratio is divided")
        return value

    @field_validator("headcount")
    @classmethod
    def _counted_how(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Heads that are counted differently are not the same denominator."""
        if not {"each", "per"} <= info.data.keys():  # what is wrong there is said there
            return value
        named = (value is not None) + (info.data["each"] == "headcount")
        if named != (info.data["per"] == "headcount"):
            raise ValueError(
                "with per: headcount, and only then, either each: headcount or headcount says which"
            )
        return value

    @field_validator("better")
    @classmethod
    def _comparable(cls, value: Better, info: ValidationInfo) -> Better:
        if value != "none" and info.data.get("kind") not in {*DIVIDED, None}:
            raise ValueError(
                "areas are ranked by shares and ratios only: what is not divided grows with the area"
            )
        return value

    @field_validator("each")
    @classmethod
    def _named(cls, value: Each | None, info: ValidationInfo) -> Each | None:
        named = [EACH in info.data.get(one, "") for one in ("zh", "en")]
        apart = info.data.get("id", ".each" if value else "").endswith(".each")
        if apart != (value is not None):
            raise ValueError(
                "the id of a figure with each, and of no other, ends with .each, where its word is to stand"
            )
        if value is not None and not all(named):
            raise ValueError(f"with each, zh and en need {EACH} where its name is to stand")
        if value is None and any(named):
            raise ValueError(f"{EACH} stands in zh or en, and each does not say of what")
        return value

    @property
    def key(self) -> str:
        """How the figure is named wherever it is published."""
        return f"{self.id}@{self.version}"

    @property
    def formula(self) -> str:
        """How it is counted, in measures."""
        counted = " + ".join(self.numerator) + (f" [{self.tier}]" if self.tier else "")
        if self.kind not in DIVIDED:
            return counted
        divided = f"({counted}) / ({self.per or ' + '.join(self.denominator)})"
        return f"100 × {divided}" if self.kind == "share" else divided

    def figures(self, own: Own) -> "tuple[Definition, ...]":
        """The figures of a locality by this definition; a locality's own answers count as its policy says."""
        if self.each is None:
            return (self._of(None, own),)
        return tuple(self._of(word, own) for word in words(self.each, own))

    def _of(self, word: tuple[str, str, str] | None, own: Own) -> "Definition":
        code, zh, en = word or ("", "", "")
        changed: dict[str, Any] = {
            part: tuple(
                one for name in getattr(self, part) for one in _known_as(name.replace(EACH, code), own)
            )
            for part in ("numerator", "denominator", "apart")
        }
        if word:
            names = {"zh": self.zh.replace(EACH, zh), "en": self.en.replace(EACH, en)}
            changed |= {"id": f"{self.id.removesuffix('each')}{code}", "each": None, **names}
            changed["headcount"] = code if self.each == "headcount" else self.headcount
        return self.model_copy(update=changed)


def words(each: Each, own: Own) -> tuple[tuple[str, str, str], ...]:
    """Code, Chinese and English name of everything a locality has of a sort."""
    match each:
        case "role":
            return tuple((one.code, one.zh, one.many) for one in own.roles)
        case "ring":
            return tuple((one.name, one.zh, one.en) for one in own.rings)
        case "arriving-ring":
            return tuple((one.name, one.zh, one.en) for one in own.arriving)
        case "headcount":
            return own.headcounts.definitions


def _known_as(measure: str, own: Own) -> tuple[str, ...]:
    """A measure, and of an answer also the locality's answers that count as it."""
    if not measure.startswith("answer."):
        return (measure,)
    before, _, answer = measure.rpartition(".")
    return tuple(f"{before}.{one}" for one in own.answers(answer))
