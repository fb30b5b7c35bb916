"""`custrata recommend`: what one customer would buy next, and what goes with a product or could stand in its place.

Models are fitted once a run, and kept in `.custrata/recommendations/RUN/`: the next answer reads them and the
customer's own lines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.ids import like
from custrata.usecases.baskets import class_numbers
from custrata.usecases.baskets_read import column_of, day_number, names, require_lines
from custrata.usecases.look import Result
from custrata.usecases.recommend_fit import HELD_OUT, Choice, fit_run, keep, kept_file
from custrata.usecases.workspace import Workspace

if TYPE_CHECKING:
    from custrata.core.predict.recommend import Params, Purchases
    from custrata.core.predict.recommend_trial import RecommendTrial

@dataclass(frozen=True)
class Fitted:
    """Frozen parameters, what products are called, and the back-test (null where the data are too short for one)."""

    params: Params
    names: Mapping[str, str]
    trial: RecommendTrial | None
    notes: Sequence[Problem]

    def title(self, product: int) -> str:
        """A product's name and number."""
        word = str(self.params.products[product])
        return f"{self.names[word]} ({word})" if word in self.names else word

    def number(self, product: str) -> int:
        """The place of a product by its id or by its name. Raises E-PREDICT-036."""
        ids = self.params.products.tolist()
        said = product.strip()
        named = [i for i in ids if self.names.get(i, "").casefold() == said.casefold()]
        found = said if said in ids else named[0] if named else None
        if found is None:
            near = did_you_mean(said, [*ids[:20_000], *self.names.values()])
            raise CustrataError(Problem("E-PREDICT-036", "--product", {"product": said, "suggestion": near}))
        return int(ids.index(found))


@dataclass(frozen=True)
class Recommended:
    """One place of a list. `popular`: it is there because it sells, not by the customer's own purchases."""

    place: int
    product_id: str
    product: str
    score: float
    popular: bool


def fitted(result: Result, workspace: Workspace, choice: Choice) -> Fitted:
    """The models of a run: those that are kept, else fitted anew and kept. Raises E-PREDICT-030 where nothing tells
    what was sold, E-PREDICT-032 where only one product is, E-RUN-003 no such segment."""
    from custrata.core.predict.recommend import Params
    from custrata.core.predict.recommend_trial import RecommendTrial, Score

    require_lines(result)
    if choice.segment is not None:
        result.require(choice.segment)
    file = kept_file(workspace, result.run_id, choice)
    try:
        params = Params.load(file)
        kept = json.loads(file.with_suffix(".json").read_text("utf-8"))
        trial, found = None, kept["trial"]
        if found is not None:
            scores = {name: Score(**found[name]) for name in ("own", "popular")}
            trial = RecommendTrial(**{**found, **scores})
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        params, trial = fit_run(result, choice)
        keep(file, params, trial, workspace)
    return Fitted(params, names(result), trial, _notes(result, trial))


def fitted_anew(result: Result, choice: Choice) -> Fitted:
    """The models of what this result has, which may be a part of the customers; nothing is kept. Raises as `fitted`."""
    require_lines(result)
    if choice.segment is not None:
        result.require(choice.segment)
    params, trial = fit_run(result, choice)
    return Fitted(params, names(result), trial, _notes(result, trial))


def for_one(result: Result, fit: Fitted, customer_id: str, choice: Choice, most: int = 10) -> list[Recommended]:
    """Recommendations for one customer, by his id or by one that was merged into it. Raises E-RUN-004."""
    import numpy as np

    from custrata.core.predict.recommend_rank import recommend

    who = result.surviving(customer_id)
    items, days, back = _bought_by(result, who)
    own = _known(fit.params, items, np.zeros(len(items), np.int64), np.asarray(days, dtype=np.int64))
    banned = places(fit.params, back)
    here = banned >= 0
    class_of = _class(result, fit.params, [who], choice)
    found = recommend(fit.params, own, 1, most=most, banned=(np.zeros(int(here.sum()), np.int64), banned[here]),
                      class_of=class_of, durable=choice.durable, only_new=choice.only_new)  # fmt: skip
    return _listed(fit, found.product[0], found.score[0], found.popular[0])


def likes(fit: Fitted, product: str, most: int = 10) -> tuple[list[Recommended], list[Recommended]]:
    """What is bought by the same people as a product, and what is like it."""
    from custrata.core.predict.recommend_rank import related, similar

    number = fit.number(product)
    lists = []
    for found in (related(fit.params, number, most), similar(fit.params, number, most)):
        lists.append([
            Recommended(i, str(fit.params.products[p]), fit.title(p), score, False)
            for i, (p, score) in enumerate(found, start=1)
        ])  # fmt: skip
    return lists[0], lists[1]


def _listed(fit: Fitted, products: Any, scores: Any, popular: Any) -> list[Recommended]:
    return [
        Recommended(i, str(fit.params.products[p]), fit.title(p), float(s), bool(by))
        for i, (p, s, by) in enumerate(zip(products, scores, popular, strict=True), start=1)
        if p >= 0
    ]


def _known(params: Params, items: Sequence[str], customer: Any, day: Any) -> Purchases:
    """Purchases of products that the models know."""
    from custrata.core.predict.recommend import Purchases

    place = places(params, items)
    here = place >= 0
    return Purchases.of(customer[here], place[here], day[here], params.as_of, params.half_life)


def places(params: Params, ids: Sequence[str]) -> Any:
    """Places of products among those of the models; −1 of others."""
    import numpy as np

    asked = np.asarray(list(ids), dtype=params.products.dtype if not len(ids) else str)
    at = np.minimum(np.searchsorted(params.products, asked), len(params.products) - 1)
    return np.where(params.products[at] == asked, at, -1).astype(np.int64)


def _bought_by(result: Result, who: str) -> tuple[list[str], list[int], list[str]]:
    """What one customer bought and on which days, and what he gave back any of: the same as `sold_table` and
    `given_back` tell of everybody. His few rows are read as they are, since to put such questions into SQL would take
    longer than to answer them."""
    lines, orders, name = require_lines(result), result.orders, column_of(result, "product")
    assert orders is not None
    assert name is not None
    mine = [t.filter(like(t.customer_id, dt.string) == who) for t in (lines, orders)]
    days = {
        r["order_id"]: day_number(r["day"])
        for r in result.engine.rows(mine[1].select("order_id", "day", "purchase"))
        if r["purchase"] and r["order_id"] is not None
    }  # fmt: skip
    back: set[str] = set()
    each: dict[tuple[str, str], list[Any]] = {}
    named = mine[0].select("order_id", "returned_on", "is_return", "net", item=like(mine[0][name], dt.string))
    for r in result.engine.rows(named):
        if r["item"] is None:
            continue
        if r["is_return"]:
            back.add(r["item"])
        if r["returned_on"] is None and r["order_id"] in days:
            each.setdefault((r["order_id"], r["item"]), []).append(r)
    kept = [
        key for key, rows in each.items()
        if not all(r["is_return"] for r in rows)
        and (not any(r["is_return"] for r in rows) or sum(r["net"] for r in rows) > 0)
    ]  # fmt: skip
    return [item for _, item in kept], [days[order] for order, _ in kept], sorted(back)


def given_back(result: Result) -> tuple[list[str], list[str]]:
    """Customers and products of which they gave one back."""
    lines, name = result.lines, column_of(result, "product")
    assert lines is not None
    assert name is not None
    if name not in lines.columns:
        return [], []
    t = lines.filter(lines.is_return & lines[name].notnull())
    t = t.select(customer_id=like(t.customer_id, dt.string), item=like(t[name], dt.string)).distinct()
    arrow = result.engine.arrow(t)
    return arrow["customer_id"].to_pylist(), arrow["item"].to_pylist()


def _class(result: Result, params: Params, customers: Sequence[str], choice: Choice) -> Any:
    import numpy as np

    if choice.segment is None:
        return None
    return class_numbers(result, np.asarray(list(customers), dtype=str), choice.segment, params.classes.tolist())


def _notes(result: Result, trial: RecommendTrial | None) -> list[Problem]:
    if trial is None:
        return [Problem("E-PREDICT-037", result.run_id, {"days": 2 * min(HELD_OUT)})]
    if not trial.worth_it:
        values = {"own": f"{trial.own.recall:.1%}", "popular": f"{trial.popular.recall:.1%}"}
        return [Problem("E-PREDICT-038", result.run_id, values)]
    return []
