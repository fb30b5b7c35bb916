"""What recommend does: calls the use case, shows the lists and how far to trust them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from custrata.cli import show
from custrata.cli.commands import opened
from custrata.cli.progress import Steps
from custrata.cli.shared import language_of, print_json, workspace_at
from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang, counted, text
from custrata.usecases.recommend import Recommended
from custrata.usecases.recommend_fit import Choice
from custrata.usecases.recommend_words import trial_day, trust


@dataclass(frozen=True)
class Asked:
    """What the command was called with."""

    customer: str | None
    every: bool
    out: Path | None
    product: str | None
    new: bool
    segment: str | None
    half_life: int
    durable: int
    most: int


def recommend(asked: Asked, workspace: Path, run: str | None, as_json: bool) -> None:
    """`custrata recommend`. Raises E-PREDICT-039 where not exactly one of a customer, all or a product is asked for."""
    from custrata.usecases.recommend import fitted, for_one, likes
    from custrata.usecases.recommend_all import write_all

    lang = language_of(workspace)
    if sum((asked.customer is not None, asked.every, asked.product is not None)) != 1:
        raise CustrataError(Problem("E-PREDICT-039", "recommend", {}))
    file = asked.out or workspace / "recommendations.xlsx"
    lists: dict[str, list[Recommended]] = {}
    written = 0
    with Steps(lang), opened(workspace, run) as result:
        segment = result.meant(asked.segment) if asked.segment else None
        choice = Choice(asked.half_life, segment, asked.durable, asked.new)
        fit = fitted(result, workspace_at(workspace), choice)
        if asked.customer is not None:
            lists["recommended"] = for_one(result, fit, asked.customer, choice, asked.most)
        elif asked.product is not None:
            lists["related"], lists["similar"] = likes(fit, asked.product, asked.most)
        else:
            written = write_all(result, fit, choice, file, lang, asked.most)
    if as_json:
        document: dict[str, Any] = {name: [asdict(r) for r in rows] for name, rows in lists.items()}
        if asked.every:
            document = {"file": str(file), "customers": written}
        trial = None if fit.trial is None else {**asdict(fit.trial), "as_of": trial_day(fit.trial.as_of).isoformat()}
        print_json({**document, "backtest": trial, "notes": [n.as_json(lang) for n in fit.notes]})
        return
    for name, rows in lists.items():
        _show(name, rows, lang)
    if asked.every:
        show.line(text("baskets.written", lang, file=str(file), customers=counted("cli.customers", written, lang)))
    show.line(trust(fit, lang))
    show.notes(fit.notes, lang)


def _show(name: str, rows: Sequence[Recommended], lang: Lang) -> None:
    show.line(text(f"baskets.{name}", lang))
    if not rows:
        show.line(text(f"baskets.no_{name}", lang))
        return
    table = Table(box=SIMPLE_HEAD)
    columns = ("place", "product", "score", "by") if name == "recommended" else ("place", "product", "likeness")
    for column in columns:
        right = column in ("place", "score", "likeness")
        table.add_column(text(f"baskets.column_{column}", lang), justify="right" if right else "left")
    for r in rows:
        why = [text(f"baskets.by_{'popular' if r.popular else 'own'}", lang)] if name == "recommended" else []
        table.add_row(str(r.place), escape(r.product), f"{r.score:.3f}", *why)
    show.terminal().print(table)
