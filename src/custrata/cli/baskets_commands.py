"""What baskets does: calls the use case, shows pairs, sets of three and what follows, with what the columns mean."""

from __future__ import annotations

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import number, percent
from custrata.cli import show
from custrata.cli.commands import opened
from custrata.cli.progress import Steps
from custrata.cli.shared import language_of, print_json
from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.locale import Lang, counted, text
from custrata.usecases.baskets import BasketReport, OfClass
from custrata.usecases.baskets_read import BY, By
from custrata.usecases.baskets_told import Part, as_document, best_rule, parts


def baskets(
    workspace: Path, by: str, segment: str | None, class_: str | None, least: int | None, within: int, most: int,
    run: str | None, as_json: bool,
) -> None:  # fmt: skip
    """`custrata baskets`"""
    from custrata.usecases.baskets import baskets as baskets_

    lang = language_of(workspace)
    thing = _by(by)
    with Steps(lang), opened(workspace, run) as result:
        meant = result.meant(segment) if segment else None
        found = baskets_(result, thing, segment=meant, class_=class_, least=least, window=within, lang=lang)
    if as_json:
        print_json(as_document(found, most, lang))
        return
    for one in found.of:
        _show(found, one, most, lang)
        show.notes(one.notes, lang)
    for key in ("means_pairs", "means_after"):
        show.line(text(f"baskets.{key}", lang, days=found.window))


def _by(word: str) -> By:
    """Raises E-PREDICT-035 for what is no way to tell things apart."""
    for by in BY:
        if word.strip().casefold() in (by, text(f"baskets.by.{by}", "zh")):
            return by
    values = {"value": word, "known": ", ".join(BY), "suggestion": did_you_mean(word, BY)}
    raise CustrataError(Problem("E-PREDICT-035", "--by", values))


def _show(found: BasketReport, one: OfClass, most: int, lang: Lang) -> None:
    head = counted("baskets.orders", one.orders, lang)
    values = {"orders": head, "least": number(one.least), "tried": number(one.tried)}
    key = "head" if one.class_ is None else "head_class"
    show.line(text(f"baskets.{key}", lang, class_=one.class_, **values))
    if not one.orders:
        return
    told = parts(found, one, most)
    sets = [
        ("pairs", ("set", "orders_short", "support", "confidence_on", "confidence_back", "lift", "beyond")),
        ("triples", ("set", "orders_short", "support", "confidence_best", "lift", "beyond")),
    ]
    for name, columns in sets:
        if not told[name].rows:
            show.line(text(f"baskets.no_{name}", lang))
            continue
        table = _table(columns, lang)
        for row in told[name].rows:
            titles, shares = row["titles"], row["confidence"]
            if name == "pairs":
                shown, confidences = " + ".join(titles), [shares[1], shares[0]]
            else:
                two, third = best_rule(row)
                shown, confidences = f"{' + '.join(titles[j] for j in two)} → {titles[third]}", [shares[third]]
            table.add_row(
                escape(shown), number(row["orders"]), percent(row["support"], lang),
                *(percent(c, lang) for c in confidences), f"{row['lift']:.2f}", number(row["beyond"]),
            )  # fmt: skip
        show.terminal().print(table)
        _rest(told[name].total - most, lang)
    if all(n.code != "E-PREDICT-064" for n in one.notes):
        _show_after(told["sequences"], found.window, most, lang)


def _show_after(told: Part, window: int, most: int, lang: Lang) -> None:
    if not told.rows:
        show.line(text("baskets.no_after", lang, days=window))
        return
    table = _table(("after", "buyers", "followed", "share", "usual", "lift"), lang)
    for row in told.rows:
        table.add_row(
            escape(" → ".join(row["titles"])), number(row["buyers"]), number(row["followed"]),
            percent(row["share"], lang), percent(row["usual"], lang), f"{row['lift']:.2f}",
        )  # fmt: skip
    show.terminal().print(table)
    _rest(told.total - most, lang)


def _table(columns: tuple[str, ...], lang: Lang) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for i, column in enumerate(columns):
        table.add_column(text(f"baskets.{column}", lang), justify="right" if i else "left")
    return table


def _rest(n: int, lang: Lang) -> None:
    if n > 0:
        show.line(counted("baskets.more", n, lang))
