"""Recommendations for every customer in one pass, as a list that Excel or another program opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.ids import like
from custrata.core.predict.recommend_rank import Ranked
from custrata.locale import Lang, text
from custrata.report.customers import About, Column
from custrata.usecases.baskets import class_numbers
from custrata.usecases.baskets_read import sold
from custrata.usecases.export import ENDINGS, write_list
from custrata.usecases.look import Result
from custrata.usecases.recommend import Fitted, given_back, places
from custrata.usecases.recommend_fit import Choice


def for_all(result: Result, fit: Fitted, choice: Choice, most: int = 10) -> tuple[list[str], Ranked]:
    """All customers of a run by their ids, and recommendations for each: for those who bought nothing, what sells."""
    import numpy as np

    from custrata.core.predict.recommend import Purchases
    from custrata.core.predict.recommend_rank import recommend

    people = result.engine.arrow(result.customers.select(customer_id=like(result.customers.customer_id, dt.string)))
    ids = np.sort(np.asarray(people["customer_id"].to_pylist(), dtype=str))
    params, rows = fit.params, sold(result)
    who = np.searchsorted(ids, rows.customers)[rows.customer]
    product = places(params, rows.items)[rows.item]
    own = Purchases.of(who, product, rows.day, params.as_of, params.half_life)
    customers, given = given_back(result)
    back = places(params, given)
    at = np.searchsorted(ids, np.asarray(customers, dtype=ids.dtype)) if customers else np.zeros(0, np.int64)
    known = back >= 0
    class_of = None
    if choice.segment is not None:
        class_of = class_numbers(result, ids, choice.segment, params.classes.tolist())
    found = recommend(params, own, len(ids), most=most, banned=(at[known], back[known]), class_of=class_of,
                      durable=choice.durable, only_new=choice.only_new)  # fmt: skip
    return ids.tolist(), found


def write_all(result: Result, fit: Fitted, choice: Choice, path: Path, lang: Lang, most: int = 10) -> int:
    """Writes one row a customer and place: customer_id, place, product_id, product, score, by. Gives the number of
    customers. Raises E-CLI-005 another ending, E-RUN-009 more rows than a sheet holds, E-RUN-006."""
    if path.suffix.lower() not in ENDINGS:
        values = {"ending": path.suffix.lower(), "known": ", ".join(ENDINGS)}
        raise CustrataError(Problem("E-CLI-005", str(path), values))
    customers, table = table_for_all(result, fit, choice, lang, most)
    listed = result.engine.from_arrow("recommended", table).order_by(["customer_id", "place"])
    styles = {"place": "count", "score": "number"}
    shown = [
        Column(name, text(f"baskets.column_{name}", lang), styles.get(name, "text"), text(f"baskets.is_{name}", lang))
        for name in table.column_names
    ]
    about = About(
        title=result.scheme.name, currency=result.scheme.currency, as_of=result.as_of, run_id=result.run_id,
        published_at=result.published_at, version=result.version, customers=table.num_rows, segment=None, classes=[],
        ordered_by=text("baskets.column_customer_id", lang),
    )  # fmt: skip
    write_list(result, listed, shown, about, path, lang)
    return customers


def table_for_all(result: Result, fit: Fitted, choice: Choice, lang: Lang, most: int = 10) -> tuple[int, Any]:
    """The number of customers, and their recommendations as an Arrow table with the columns that `write_all` has."""
    import numpy as np
    import pyarrow as pa

    ids, found = for_all(result, fit, choice, most)
    row, place = np.nonzero(found.product >= 0)
    product = found.product[row, place]
    products = fit.params.products
    called = np.asarray([fit.names.get(str(p), str(p)) for p in products], dtype=str)
    why = [text(f"baskets.by_{word}", lang) for word in ("own", "popular")]
    columns: dict[str, Any] = {
        "customer_id": pa.array(ids).take(pa.array(row)),
        "place": pa.array(place + 1),
        "product_id": pa.array(products.tolist()).take(pa.array(product)),
        "product": pa.array(called.tolist()).take(pa.array(product)),
        "score": pa.array(np.round(found.score[row, place], 6)),
        "by": pa.array(why).take(pa.array(found.popular[row, place].astype(np.int64))),
    }
    return len(ids), pa.table(columns)
