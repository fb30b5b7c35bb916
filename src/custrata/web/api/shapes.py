"""What operations take and give, as JSON has it: money and ratios as text or numbers that lose nothing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, Field, PlainSerializer

#: An amount as text, with a point and no exponent.
Money = Annotated[Decimal, PlainSerializer(lambda d: format(d, "f"), return_type=str, when_used="unless-none")]
#: The number of a job, an override and the like: what a database can hold.
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _kept(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL is no text")
    return text


#: What operations say whose address has an id in it that may be any text.
ANY_ID: dict[str, Any] = {"parameters": [{
    "name": "id", "in": "query", "required": False, "schema": {"type": "string", "maxLength": 200},
    "description": "The id, where a path cannot carry it: `.`, `..`, one with a slash, backslash or percent sign. "
    "Then ~ stands in its place in the path.",
}]}  # fmt: skip
#: What somebody writes.
Words = Annotated[str, AfterValidator(_kept)]


class Share(Schema):
    """One class of a segment."""

    class_: str = Field(alias="class")
    customers: int
    customer_share: float | None
    spend: Money
    spend_share: float | None
    average_spend: Money | None
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
    customers: int | None = Field(description="Null for who sees some of the customers only, as are moves.")
    moves: int | None
    plan: str | None


class Plan(Schema):
    """A plan of moves on the ladders."""

    id: str
    as_of: date
    created_at: datetime
    state: str
    moves: int | None = Field(description="Null for who sees some of the customers only.")
    brakes: list[dict[str, Any]] = Field(description="Brakes that it trips; which and where only, for those readers.")
    changed: list[Literal["facts", "rules", "overrides", "levels", "files"]] = Field(
        description="What has changed since it was made, as far as can be told without reading data: then nobody can "
        "approve or apply it, and a new one is to be made. Empty of one that holds or is decided."
    )
    verdicts: list[dict[str, Any]]


class Decision(Schema):
    """What somebody decides about a plan."""

    comment: Words = Field("", max_length=2000)


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
