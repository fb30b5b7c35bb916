"""Fitting recommendations to a run, and keeping what was fitted for the next answer."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.ids import like
from custrata.usecases.baskets import class_numbers
from custrata.usecases.baskets_read import Sold, day_number, sold
from custrata.usecases.look import Result
from custrata.usecases.workspace import Workspace, written

if TYPE_CHECKING:
    from custrata.core.predict.recommend import Params
    from custrata.core.predict.recommend_trial import RecommendTrial

#: Days that are held out to say how far to trust recommendations; the longest that the data allow.
HELD_OUT = (90, 30)
#: Raised with every change of what is kept.
_VERSION = 3
_OUT = ("0", "false", "no", "n", "off", "inactive", "否", "停用", "下架", "停售", "无")


@dataclass(frozen=True)
class Choice:
    """What the reader may choose: half-life of a purchase in days, the segment in whose classes best sellers are told
    apart, from which interval on a product is a durable, whether only what a customer has not bought is wanted."""

    half_life: float = 90
    segment: str | None = None
    durable: float = 180
    only_new: bool = False


def fit_run(result: Result, choice: Choice) -> tuple[Params, RecommendTrial | None]:
    """Parameters from all that a run's customers bought, and the back-test. Raises E-PREDICT-032."""
    import numpy as np

    from custrata.core.predict.recommend import Purchases, fit
    from custrata.core.predict.recommend_trial import trial

    every, as_of = sold(result, gone=True), day_number(result.as_of)
    rows = every.some(every.kept)
    things = np.unique(rows.item)
    if len(things) < 2:
        values = {"by": "product", "item": rows.items[things[0]] if len(things) else "–"}
        raise CustrataError(Problem("E-PREDICT-032", result.run_id, values))
    own = Purchases.of(rows.customer, rows.item, rows.day, as_of, choice.half_life)
    category, left_out = _of_products(result, rows)
    classes: list[str] = []
    class_of = None
    if choice.segment is not None:
        labels, missing = result.segment_class_labels(choice.segment)
        classes = [c.label(result.scheme.lang) for c in [*labels, missing]]
        class_of = class_numbers(result, rows.customers, choice.segment, classes)[own.customer]
    params = fit(own, (rows.customer, rows.item, rows.day), rows.items, as_of, half_life=choice.half_life,
                 category=category, class_of=class_of, classes=classes, left_out=left_out)  # fmt: skip
    for days in HELD_OUT:
        found = trial(every.customer, every.item, every.day, len(rows.items), as_of, days, category=category,
                      half_life=choice.half_life, durable=choice.durable, only_new=choice.only_new,
                      gone=every.gone, kept=every.kept)  # fmt: skip
        if found is not None:
            return params, found
    return params, None


def _of_products(result: Result, rows: Sold) -> tuple[Any, Any]:
    """Category of each product ('' where none is told), and whether the products source says that there is none to
    sell: `stock` not above 0, or `active` a word for no."""
    import numpy as np

    category = np.full(len(rows.items), "", dtype=object)
    left_out = np.zeros(len(rows.items), dtype=bool)
    place = {item: i for i, item in enumerate(rows.items.tolist())}
    for source in (result.lines, result.products):
        if source is None or "product_id" not in source.columns:
            continue
        told = [c for c in ("category", "stock", "active") if c in source.columns]
        if not told:
            continue
        t = source.select(id=like(source.product_id, dt.string), **{c: source[c].cast("string") for c in told})
        t = t.distinct().order_by(["id", *told])
        for row in result.engine.rows(t):
            at = place.get(row["id"])
            if at is None:
                continue
            category[at] = category[at] or row.get("category") or ""
            left_out[at] = _out(row.get("stock"), row.get("active"))
    return category.astype(str), left_out


def _out(stock: str | None, active: str | None) -> bool:
    with suppress(ValueError):
        if stock is not None and stock.strip() and float(stock.replace(",", "")) <= 0:
            return True
    return active is not None and active.strip().casefold() in _OUT


def kept_file(workspace: Workspace, run: str, choice: Choice) -> Path:
    """Where the models of a run and a choice are kept."""
    asked = json.dumps([_VERSION, *asdict(choice).values()])
    return workspace.home / "recommendations" / run / f"{hashlib.sha256(asked.encode()).hexdigest()[:12]}.npz"


def keep(file: Path, params: Params, trial: RecommendTrial | None, workspace: Workspace) -> None:
    """Whole files in one step each; those of runs that are gone are removed."""
    with written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.stem}-{os.getpid()}.npz")
        params.save(part)
        text = json.dumps({"trial": asdict(trial) if trial is not None else None})
        part.with_suffix(".json").write_text(text, "utf-8")
        part.with_suffix(".json").replace(file.with_suffix(".json"))
        part.replace(file)
        known = set(workspace.run_ids())
        for folder in file.parent.parent.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
