"""What operations about drift and about what sets customers apart give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field


class DriftPart(Schema):
    """A bin of a metric, or a class, in both runs."""

    label: str
    before: int
    now: int
    missing: bool = Field(description="Whether it holds those without the number.")


class DriftOf(Schema):
    """A metric, segment or ladder in both runs."""

    name: str
    title: str
    what: Literal["metric", "segment", "ladder"]
    psi: float | None = Field(description="The population stability index; null where a run has nobody.")
    chance: float = Field(description="The index that chance alone may make.")
    verdict: Literal["stable", "moved", "shifted"] | None
    redefined: bool = Field(description="Whether the scheme says otherwise now what it is.")
    by_earlier_cuts: bool = Field(description="Whether the parts are by the cuts of the earlier run.")
    parts: list[DriftPart]
    published: list[DriftPart] | None = Field(description="The parts as each run published them, where those differ.")


class DriftLost(Schema):
    """A cut, rule or class that tells no customers apart any more."""

    segment: str
    fault: Literal["cut", "empty", "everybody"]
    said: str
    before: float
    now: float
    sentence: str


class DriftPair(Schema):
    """Customers of one class before and one now; null is not among the customers."""

    before: str | None
    now: str | None
    customers: int


class DriftMoves(Schema):
    """Who went where on a segment."""

    segment: str
    both: int
    moved: int
    pairs: list[DriftPair]


class DriftShown(Schema):
    """A run beside an earlier one, with what to say of it."""

    run: str
    as_of: date
    customers: int
    against: str
    against_as_of: date
    customers_before: int
    found: list[DriftOf]
    lost: list[DriftLost]
    moves: list[DriftMoves]
    left_out: list[str] = Field(description="Metrics and segments that one of the runs lacks.")
    sentences: list[str]


class ApartRange(Schema):
    """What a rule asks: of a metric, above < value ≤ up_to; or that a customer is in a class, or is not."""

    metric: str | None = None
    above: float | None = None
    up_to: float | None = None
    or_none: bool | None = Field(None, description="Whether customers without the number belong.")
    any: bool | None = Field(None, description="Whether customers with the number belong.")
    segment: str | None = None
    class_: str | None = Field(None, alias="class")
    is_: bool | None = Field(None, alias="is")

    model_config = {"populate_by_name": True}


class ApartRule(Schema):
    """A rule, and how it fared among the customers who took no part in finding it."""

    rule: str
    ranges: list[ApartRange]
    customers: int
    own: int = Field(description="How many of them are the asked-for ones.")
    share: float
    p: float


class ApartShown(Schema):
    """What sets a class, or those who stopped buying, apart; shares are of the third of the customers that decides."""

    segment: str | None
    class_: str | None = Field(alias="class")
    customers: int
    own: int
    held_out: int
    held_own: int
    rules: list[ApartRule]
    within: int = Field(description="For how many of the third any rule holds.")
    found: int = Field(description="How many of these are the asked-for ones.")
    right: float = Field(description="The share whom the rules put on the right side, one by one.")
    guess: float = Field(description="The share that always saying the more frequent side gets right.")
    left_out: list[str] = Field(description="Metrics that took no part, for they decide about the class.")
    sentences: list[str]

    model_config = {"populate_by_name": True}


class LeaversShown(Schema):
    """Those who stopped buying, as it was worked out last."""

    at: datetime
    day: date = Field(description="The day from which it is seen.")
    days: int = Field(description="Days of buying before that day, and of silence after it.")
    until: date = Field(description="The day up to which the data reached.")
    apart: ApartShown


class WantedLeavers(Schema):
    """With how many days who stopped buying is worked out."""

    days: int = Field(90, ge=7, le=3650)
