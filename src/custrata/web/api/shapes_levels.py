"""What operations about ladders and exports take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from custrata.web.api.shapes import Job, Money, Words
from custrata.web.api.shapes_customers import Cell


class LevelShown(Schema):
    """A level: what it asks, what it brings, who is on it."""

    level: str
    title: str
    enter: str | None = Field(description="What it takes to reach it; null: it is the lowest.")
    keep: str | None = Field(description="What it takes to stay on it.")
    benefits: dict[str, Cell] = Field(examples=[{"折扣": "9折", "积分倍率": 2}])
    customers: int
    customer_share: float | None
    spend: Money


class LadderShown(Schema):
    """A ladder from the highest level down."""

    name: str
    title: str
    levels: list[LevelShown]
    without: int = Field(description="Customers on none of them.")


class Moves(Schema):
    """One level in a stretch of days; what it won and lost, by ground."""

    level: str
    opening: int
    won: dict[str, int] = Field(examples=[{"up": 12, "new": 3}])
    lost: dict[str, int]
    closing: int


class Pair(Schema):
    """Customers who were on one level before and are on another after; null is none."""

    before: str | None
    after: str | None
    customers: int


class AppliedPlan(Schema):
    """A plan that was applied in the stretch of days."""

    day: date
    run: str
    moves: int


class MovementShown(Schema):
    """Customers of each level before `first` and at the end of `last`, what lies between, and who went where."""

    ladder: str
    title: str
    first: date
    last: date
    levels: list[Moves]
    pairs: list[Pair]
    plans: list[AppliedPlan]


class Bounds(Schema):
    """Lowest and highest value, both inside, as people write them (2万, 20%); empty leaves that side open."""

    min: Words = Field("", max_length=40)
    max: Words = Field("", max_length=40)


class WantedExport(Schema):
    """A list of customers as a file: searched, filtered, sorted and composed as GET /customers has it."""

    format: Literal["xlsx", "csv", "parquet"] = "xlsx"
    q: Words = Field("", max_length=200)
    where: Words = Field("", max_length=4000, examples=["年消费 >= 2万"])
    classes: dict[Words, list[Words]] = Field({}, description="Segment or ladder → classes.", max_length=50)
    ranges: dict[Words, Bounds] = Field({}, description="Metric → lowest and highest value.", max_length=50)
    values: dict[Words, list[Words]] = Field({}, description="Attribute → values.", max_length=50)
    sort: Words = Field("", max_length=200)
    columns: list[Words] = Field([], max_length=200)
    run: Words | None = Field(None, max_length=60, description="The current one, where none is named.")


class Fault(Schema):
    """What went wrong with some work."""

    code: str
    place: str
    message: str
    mend: str

    model_config = {"title": "WorkFault"}


class Export(Schema):
    """An export and how far it is; `file` is there when it can be downloaded, until it is deleted."""

    job: Job
    format: str
    customers: int | None
    bytes: int | None
    file: str | None = Field(description="Its name; download it at /exports/{id}/file.")
    until: datetime | None = Field(description="When it is deleted.")
    masked: bool = Field(description="Whether telephone, e-mail, address and identity numbers are masked in it.")
    problems: list[Fault]
