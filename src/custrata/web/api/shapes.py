"""What operations take and give, as JSON has it: money and ratios as text or numbers that lose nothing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from ninja import Schema
from pydantic import Field


class Share(Schema):
    """One class of a segment."""

    class_: str = Field(alias="class")
    customers: int
    customer_share: float | None
    spend: Decimal
    spend_share: float | None
    average_spend: Decimal | None
    average_orders: float | None
    average_recency: float | None

    model_config = {"populate_by_name": True}


class Segment(Schema):
    """A segment or ladder with its composition."""

    name: str
    title: str
    kind: str
    rules: list[str]
    classes: list[Share]


class SegmentName(Schema):
    """A segment or ladder as lists name it."""

    name: str
    title: str
    kind: str


class Run(Schema):
    """A published run."""

    id: str
    as_of: date
    published_at: datetime
    state: str
    current: bool
    customers: int
    moves: int
    plan: str | None


class Plan(Schema):
    """A plan of moves on the ladders."""

    id: str
    as_of: date
    created_at: datetime
    state: str
    moves: int
    brakes: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]


class Decision(Schema):
    """What somebody decides about a plan."""

    comment: str = Field("", max_length=2000)


class Job(Schema):
    """Long work and how far it is."""

    id: int
    kind: str
    state: Literal["waiting", "running", "done", "failed", "ended", "lost"]
    who: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    step: str


class Fresh(Schema):
    """What a run is to do."""

    anew: bool = Field(False, description="Read everything again.")


class Page(Schema):
    """How much of a list there is, and where the rest of it is."""

    total: int
    page: int
    size: int
