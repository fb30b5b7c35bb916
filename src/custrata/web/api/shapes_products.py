"""What operations about products give: what is bought together, and what a customer would buy next."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Schema
from pydantic import Field


class BoughtSet(Schema):
    """Products (or categories, or brands) that orders have together."""

    items: list[str]
    titles: list[str]
    orders: int = Field(description="Orders that have all of them.")
    support: float = Field(description="Their share of all orders.")
    confidence: list[float] = Field(description="Of each: the share of the orders with the others that have it, too.")
    lift: float
    leverage: float = Field(description="The share of all orders in which they are together beyond chance.")
    beyond: int = Field(description="The same in orders.")
    p: float
    q: float = Field(description="p, corrected for all that were tested.")


class BoughtAfter(Schema):
    """The first thing, then the other on a later day within the window."""

    items: list[str]
    titles: list[str]
    buyers: int
    followed: int
    share: float
    usual: float = Field(description="The same share after first buying anything else.")
    lift: float
    p: float
    q: float


class BasketsOf(Schema):
    """What goes together among all customers, or those of one class."""

    class_: str | None = Field(alias="class")
    customers: int
    orders: int
    least: int = Field(description="Orders that must have a pair or set.")
    tested: int
    pairs: list[BoughtSet]
    pairs_found: int
    triples: list[BoughtSet]
    triples_found: int
    sequences: list[BoughtAfter]
    sequences_found: int
    notes: list[dict[str, Any]]

    model_config = {"populate_by_name": True}


class Baskets(Schema):
    """What is bought together, of the customers whom the reader sees."""

    run: str
    as_of: date
    by: str
    segment: str | None
    within_days: int
    of: list[BasketsOf]


class Liked(Schema):
    """A product of a list, the first place the best."""

    place: int
    product_id: str
    product: str
    score: float


class Likes(Schema):
    """What goes with a product: `related` its buyers buy too, `similar` could stand in its place."""

    product_id: str
    product: str
    related: list[Liked]
    similar: list[Liked]


class Recommended(Liked):
    """`popular`: it is there because it sells of late, not by the customer's own purchases."""

    popular: bool


class RecommendTrial(Schema):
    """How far to trust recommendations: made as of a past day, held against what was bought after."""

    as_of: date
    days: int
    customers: int
    recall: float
    recall_of_best_sellers: float
    hit: float
    coverage: float


class Recommendations(Schema):
    """What a customer would buy next."""

    run: str
    as_of: date
    id: str
    recommended: list[Recommended]
    trial: RecommendTrial | None = Field(description="Null where the data are too short to try.")
