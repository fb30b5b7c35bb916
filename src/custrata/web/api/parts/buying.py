"""What is bought together, what goes with a product, and what a customer would buy next."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from ninja.params.functions import Query

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.baskets_told import as_document
from custrata.usecases.recommend import Fitted, for_one, likes
from custrata.usecases.recommend_words import trial_day
from custrata.web.access import Can
from custrata.web.api import operation
from custrata.web.api import shapes_products as shapes
from custrata.web.api.shapes import ANY_ID
from custrata.web.buying import CHOICE, models, together
from custrata.web.trail import record

TAGS = ["products"]


@operation("GET", "/baskets", can=Can.LOOK, response=shapes.Baskets, tags=TAGS, of_run=True)
def get_baskets(
    request: Any, by: Literal["product", "category", "brand"] = "product", segment: str = Query("", max_length=200),
    class_: str = Query("", max_length=200, alias="class"), within: int = Query(90, ge=1, le=3650),
    least: int | None = Query(None, ge=1, le=2**31), most: int = Query(50, ge=1, le=5000), run: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What customers buy together in an order, and what they buy after it; of a segment class by class, or of one.

    Only what chance can hardly explain is listed, the strongest first; `…_found` says how many there are. `within` is
    the days in which one thing follows another, `least` how many orders must have a pair. Who sees some customers only
    is told of their orders.
    """
    result = request.result(run or None)
    if class_ and not segment:
        raise CustrataError(Problem("E-CLI-012", "class", {"segment": "segment", "class_": class_}))
    meant = result.meant(segment) if segment else None
    found = together(request, by, meant, class_ or None, window=within, least=least, run=run or None)
    return as_document(found, most, request.sight.lang)


@operation("GET", "/products/{path:id}/related", can=Can.LOOK, response=shapes.Likes, tags=TAGS, said=ANY_ID,
           of_run=True)  # fmt: skip
def get_related(request: Any, id: str, most: int = Query(10, ge=1, le=50), run: str | None = None) -> dict[str, Any]:
    """What the buyers of a product buy too, and what could stand in its place; the product by its number or name."""
    fit = models(request, run or None)
    number = fit.number(id)
    own = str(fit.params.products[number])
    related, similar = ([asdict(r) for r in rows] for rows in likes(fit, own, most))
    return {"product_id": own, "product": fit.title(number), "related": related, "similar": similar}


@operation("GET", "/customers/{path:id}/recommendations", can=Can.LOOK, response=shapes.Recommendations, tags=TAGS,
           said=ANY_ID)  # fmt: skip
def get_recommendations(
    request: Any, id: str, most: int = Query(10, ge=1, le=50), run: str | None = None
) -> dict[str, Any]:
    """What a customer would buy next, with how far such recommendations were right on held-out days."""
    result = request.result(run or None)
    own = result.surviving(id)
    record(request.sight.name, "see customer", own)
    fit = models(request, run or None)
    found = for_one(result, fit, own, CHOICE, most)
    return {
        "run": result.run_id, "as_of": result.as_of, "id": own, "recommended": [asdict(r) for r in found],
        "trial": _trial(fit),
    }  # fmt: skip


def _trial(fit: Fitted) -> dict[str, Any] | None:
    t = fit.trial
    return None if t is None else {
        "as_of": trial_day(t.as_of), "days": t.days, "customers": t.customers, "recall": t.own.recall,
        "recall_of_best_sellers": t.popular.recall, "hit": t.own.hit, "coverage": t.own.coverage,
    }  # fmt: skip
