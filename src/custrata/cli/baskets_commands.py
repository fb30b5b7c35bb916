"""What baskets does: calls the use case, shows pairs, sets of three and what follows, with what the columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
    sets = [
        ("pairs", one.pairs, ("set", "orders_short", "support", "confidence_on", "confidence_back", "lift", "beyond")),
        ("triples", one.triples, ("set", "orders_short", "support", "confidence_best", "lift", "beyond")),
    ]
    for name, rows, columns in sets:
        if not len(rows):
            show.line(text(f"baskets.no_{name}", lang))
            continue
        table = _table(columns, lang)
        for i in range(min(most, len(rows))):
            shares = rows.confidence[i].tolist()
            if name == "pairs":
                shown = " + ".join(found.title(j) for j in rows.items[i].tolist())
                confidences = [shares[1], shares[0]]
            else:
                best = max(range(3), key=lambda j: (shares[j], -j))
                two = [found.title(j) for n, j in enumerate(rows.items[i].tolist()) if n != best]
                shown = f"{' + '.join(two)} → {found.title(int(rows.items[i][best]))}"
                confidences = [shares[best]]
            table.add_row(
                escape(shown), number(int(rows.together[i])), percent(rows.together[i] / rows.orders, lang),
                *(percent(c, lang) for c in confidences), f"{rows.lift[i]:.2f}",
                number(round(float(rows.leverage[i]) * rows.orders)),
            )  # fmt: skip
        show.terminal().print(table)
        _rest(len(rows) - most, lang)
    _show_after(found, one, most, lang)


def _show_after(found: BasketReport, one: OfClass, most: int, lang: Lang) -> None:
    rows = one.sequences
    if not len(rows):
        show.line(text("baskets.no_after", lang, days=found.window))
        return
    table = _table(("after", "buyers", "followed", "share", "usual", "lift"), lang)
    for i in range(min(most, len(rows))):
        shown = f"{found.title(int(rows.first[i]))} → {found.title(int(rows.then[i]))}"
        table.add_row(
            escape(shown), number(int(rows.buyers[i])), number(int(rows.followed[i])),
            percent(float(rows.share[i]), lang), percent(float(rows.usual[i]), lang), f"{rows.lift[i]:.2f}",
        )  # fmt: skip
    show.terminal().print(table)
    _rest(len(rows) - most, lang)


def _table(columns: tuple[str, ...], lang: Lang) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for i, column in enumerate(columns):
        table.add_column(text(f"baskets.{column}", lang), justify="right" if i else "left")
    return table


def _rest(n: int, lang: Lang) -> None:
    if n > 0:
        show.line(counted("baskets.more", n, lang))


def as_document(found: BasketReport, most: int, lang: Lang) -> dict[str, Any]:
    """The answer as JSON: shares as numbers from 0 to 1, things by their ids."""
    def sets(rows: Any, n: int) -> list[dict[str, Any]]:
        return [
            {
                "items": [str(found.items[j]) for j in rows.items[i].tolist()],
                "titles": [found.title(j) for j in rows.items[i].tolist()], "orders": int(rows.together[i]),
                "support": rows.together[i] / rows.orders, "confidence": rows.confidence[i].tolist(),
                "lift": float(rows.lift[i]), "leverage": float(rows.leverage[i]), "p": float(rows.p[i]),
                "q": float(rows.q[i]),
            }
            for i in range(min(n, len(rows)))
        ]  # fmt: skip

    def after(rows: Any, n: int) -> list[dict[str, Any]]:
        return [
            {
                "first": str(found.items[rows.first[i]]), "then": str(found.items[rows.then[i]]),
                "titles": [found.title(int(rows.first[i])), found.title(int(rows.then[i]))],
                "buyers": int(rows.buyers[i]), "followed": int(rows.followed[i]), "share": float(rows.share[i]),
                "usual": float(rows.usual[i]), "lift": float(rows.lift[i]), "p": float(rows.p[i]),
                "q": float(rows.q[i]),
            }
            for i in range(min(n, len(rows)))
        ]  # fmt: skip

    of = [
        {
            "class": one.class_, "customers": one.customers, "orders": one.orders, "least": one.least,
            "tested": one.tried, "pairs": sets(one.pairs, most), "pairs_found": len(one.pairs),
            "triples": sets(one.triples, most), "triples_found": len(one.triples),
            "sequences": after(one.sequences, most), "sequences_found": len(one.sequences),
            "notes": [n.as_json(lang) for n in one.notes],
        }
        for one in found.of
    ]  # fmt: skip
    return {"by": found.by, "run": found.run, "as_of": found.as_of.isoformat(), "segment": found.segment,
            "within_days": found.window, "of": of}  # fmt: skip
