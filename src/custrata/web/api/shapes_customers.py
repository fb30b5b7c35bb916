"""What operations about customers take and give."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, Field

from custrata.web.api.shapes import Money, Words


def _cell(value: Any) -> Any:
    """A value as JSON has it: amounts and other decimals as text that loses nothing, days as ISO dates."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


Cell = Annotated[bool | int | float | str | None, BeforeValidator(_cell)]


class ListedColumn(Schema):
    """A column of a list; `key` is what filters, `sort` and `columns` call it."""

    key: str = Field(examples=["年消费"])
    title: str
    style: Literal["id", "text", "class", "money", "number", "count", "percent", "date"]
    group: Literal["who", "level", "segment", "metric", "attribute"]
    meaning: str
    masked: bool = Field(description="Whether this reader sees its values masked.")


class CustomerPage(Schema):
    """A page of a list of customers. Beyond the last page there are no rows."""

    run: str
    as_of: date
    total: int
    page: int
    size: int
    sort: str = Field(description="The key it is sorted by, with - before it from the largest down.")
    columns: list[ListedColumn]
    rows: list[dict[str, Cell]] = Field(
        description="Values by the keys of the columns; decimals are text.",
        examples=[[{"customer_id": "C0017", "@name": "王芳", "年消费": "18250.0000", "会员等级": "金卡"}]],
    )


class ProfileValue(Schema):
    """A column of the customers source."""

    column: str
    title: str
    value: Cell
    masked: bool


class MetricShown(Schema):
    """A number of a customer, and the days that count for it."""

    name: str
    kind: str
    value: Cell
    unit: str
    meaning: str
    first: date | None
    last: date | None
    because: str | None = Field(None, description="Of a prediction: what the customer did that it comes from.")


class Held(Schema):
    """The level of a customer on a ladder."""

    ladder: str
    level: str | None
    title: str
    since: date | None


class BoughtShown(Schema):
    """A product, category, brand or kind that a customer bought, over all time up to the run."""

    name: str | None = Field(description="Null where nothing tells it.")
    id: str | None = Field(description="The number of a product.")
    orders: int = Field(description="Purchases with a sale of it.")
    quantity: Cell = Field(description="Units kept; null where no line tells any.")
    spend: Money = Field(description="Net of refunds.")
    share: float | None = Field(description="Its part of the customer's net spend.")
    usual: float | None = Field(description="Its part of the net spend of all customers whom the reader may see.")
    last: date | None = Field(description="The last day of such a purchase.")


class BasketShown(Schema):
    """The largest of one sort; with `rest`, what `more` others come to, they are the net spend of the customer."""

    by: Literal["category", "brand", "product", "kind"]
    rows: list[BoughtShown]
    more: int
    rest: Money


class Customer(Schema):
    """One customer as the run has him."""

    run: str
    as_of: date
    id: str
    asked: str | None = Field(description="The id that was asked for, where it counts under another one now.")
    merged: list[str] = Field(description="Ids that count for this customer.")
    name: str | None
    profile: list[ProfileValue]
    metrics: list[MetricShown]
    classes: dict[str, str] = Field(description="Segment → class, in the language of the user.")
    levels: list[Held]
    orders: int
    interactions: int
    bought: list[BasketShown] = Field(description="What he buys; empty where the data tells no products.")


class Tried(Schema):
    """A comparison that was looked at, and whether it holds (null: a number is missing)."""

    class_: str = Field(alias="class")
    condition: str
    holds: bool | None

    model_config = {"populate_by_name": True}


class Why(Schema):
    """A class and why: the rule that decided, the numbers it looked at, the cuts between classes."""

    segment: str
    title: str
    kind: str
    class_: str = Field(alias="class")
    key: str
    rule: str
    numbers: dict[str, Cell]
    cuts: dict[str, list[Cell]]
    conditions: list[Tried]

    model_config = {"populate_by_name": True}


class Explained(Schema):
    """Every class of a customer with its reason."""

    run: str
    as_of: date
    id: str
    metrics: list[MetricShown]
    classes: list[Why]


class Step(Schema):
    """A comparison that a level asks for, and how far the customer is from it (null: it holds, or has no bound)."""

    condition: str
    holds: bool | None
    value: Cell
    gap: Money | None
    until: date | None


class Override(Schema):
    """A level given by hand: a pin is that level, a floor that one or a higher one."""

    id: int
    customer_id: str
    ladder: str
    level: str
    kind: Literal["pin", "floor"]
    reason: str
    who: str
    starts: date
    until: date | None
    created_at: datetime
    ended_at: datetime | None


class Standing(Held):
    """Where a customer stands on a ladder, what is asked to rise and to stay, and what holds it."""

    rule_level: str | None = Field(description="What the rules alone give.")
    promised: date | None = Field(description="Until this day it is kept whatever happens.")
    failing: date | None
    grace_ends: date | None
    next: str | None
    to_next: list[Step]
    to_keep: list[Step]
    benefits: dict[str, Cell]
    override: Override | None


class Order(Schema):
    """An order, or a return that is of none (then without a number)."""

    order_id: str | None
    day: date
    purchase: bool
    gross: Money
    refunded: Money
    net: Money


class OrderList(Schema):
    """A page of the orders of a customer, the latest first."""

    id: str
    total: int
    page: int
    size: int
    rows: list[Order]


class Happened(Schema):
    """A move between levels, a level given by hand or its end, or a correction of the profile."""

    day: date
    kind: Literal["move", "override", "end of override", "correction"]
    ladder: str | None = None
    before: Cell = None
    after: Cell = None
    column: str | None = None
    cause: str | None = None
    reason: str | None = None
    who: str | None = None
    run: str | None = None


class Past(Schema):
    """What has happened to a customer's levels and profile, the latest first."""

    id: str
    events: list[Happened]


class WantedOverride(Schema):
    """A level to give by hand."""

    level: Words = Field(max_length=200, description="Its key, or its name in either language.", examples=["VIP"])
    kind: Literal["pin", "floor"] = "pin"
    ladder: Words | None = Field(None, max_length=200, description="May be left out where there is only one.")
    until: date | None = None
    reason: Words = Field(max_length=500, examples=["与总部签订年度协议"])
