"""Why a customer is in his classes, as `custrata explain` shows it in a terminal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import MINUS, money, number, percent
from custrata.cli.show import line, terminal
from custrata.core.conditions.tree import plain
from custrata.core.explain import Explanation, MetricValue
from custrata.locale import Lang, catalog, counted, text


def explanation(found: Explanation, name: str | None, currency: str, lang: Lang) -> None:
    """The why of one customer."""
    console = terminal()
    key = "cli.explains_named" if name else "cli.explains"
    line(text(key, lang, id=found.customer_id, name=name, day=found.as_of.isoformat()))
    if found.asked is not None:
        line(text("cli.counts_under", lang, asked=found.asked, id=found.customer_id))
    table = Table(box=SIMPLE_HEAD)
    for key in ("metric", "value", "window", "meaning"):
        table.add_column(text(f"cli.{key}", lang), justify="right" if key == "value" else "left")
    for m in found.metrics:
        days = text("cli.no_day", lang)
        if m.last is not None:
            last = m.last.isoformat()
            days = f"{m.first.isoformat()} … {last}" if m.first else text("cli.until", lang, day=last)
        meaning = f"{m.sentence}\n{m.because}" if m.because else m.sentence
        table.add_row(escape(m.name), _value(m, currency, lang), days, escape(meaning))
    console.print(table)
    table = Table(box=SIMPLE_HEAD)
    for key in ("segment", "class", "because_rule", "numbers"):
        table.add_column(text(f"cli.{key}", lang))
    for c in found.classes:
        numbers = "  ".join(f"{n} = {_plain(v)}" for n, v in c.numbers.items())
        cuts = "  ".join(f"{n}: {', '.join(xs)}" for n, xs in c.cuts_shown.items() if xs)
        shown = f"{numbers}\n{text('cli.cuts', lang)} {cuts}" if cuts else numbers
        table.add_row(escape(c.segment), escape(c.class_), escape(c.rule), escape(shown))
        for class_, words, holds in c.conditions:
            sign = {True: "✓", False: "✗", None: "?"}[holds]
            table.add_row("", "", escape(f"{sign} {class_}: {words}"), "")
    console.print(table)
    if found.orders:
        _orders(found, lang, currency, console)
    if found.interactions:
        _interactions(found, lang, console)
    if found.assets:
        table = Table(box=SIMPLE_HEAD, title=text("cli.assets_held", lang), title_justify="left")
        for key in ("kind", "day"):
            table.add_column(text(f"cli.{key}", lang))
        table.add_column(text("cli.value", lang), justify="right")
        for a in found.assets:
            table.add_row(escape(a["kind"] or "—"), a["day"].isoformat(), money(a["value"], lang, currency))
        console.print(table)


def _orders(found: Explanation, lang: Lang, currency: str, console: Console) -> None:
    listed = len(found.orders)
    title = text("cli.orders_of", lang, shown=number(listed), total=number(found.orders_total))
    if listed == found.orders_total:
        title = counted("cli.orders_all", listed, lang)
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for key in ("order", "day"):
        table.add_column(text(f"cli.{key}", lang))
    for key in ("gross", "refunded", "net"):
        table.add_column(text(f"cli.{key}", lang), justify="right")
    table.add_column(text("cli.counts", lang))
    moved = any(o["original_id"] for o in found.orders)
    if moved:
        table.add_column(text("cli.original_id", lang))
    for o in found.orders:
        amounts = [money(o[k], lang, currency) for k in ("gross", "refunded", "net")]
        counts = text("cli.yes" if o["purchase"] else "cli.no", lang)
        table.add_row(escape(str(o["order_id"])), o["day"].isoformat(), *amounts, counts,
                      *([escape(o["original_id"] or found.customer_id)] if moved else []))  # fmt: skip
    console.print(table)


def _interactions(found: Explanation, lang: Lang, console: Console) -> None:
    listed = len(found.interactions)
    title = text("cli.interactions_of", lang, shown=number(listed), total=number(found.interactions_total))
    if listed == found.interactions_total:
        title = counted("cli.interactions_all", listed, lang)
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for key in ("kind", "day", "closed", "value"):
        table.add_column(text(f"cli.{key}", lang))
    names = catalog("metrics", lang)["interaction_kind_one"]
    for i in found.interactions:
        closed = i["closed_at"].isoformat() if i["closed_at"] else ""
        if not closed and i["open"] is not None:
            closed = text("cli.open" if i["open"] else "cli.settled", lang)
        value = "" if i["value"] is None else _plain(i["value"])
        table.add_row(escape(names.get(i["kind"], i["kind"] or "—")), i["day"].isoformat(), closed, escape(value))
    console.print(table)


def _value(m: MetricValue, currency: str, lang: Lang) -> str:
    if m.value is None:
        return "—"
    if m.unit == "money":
        return money(m.value, lang, currency)
    if m.unit == "ratio":
        return percent(float(m.value), lang)
    return escape(_plain(m.value))


def _plain(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, float | Decimal):
        return plain(round(Decimal(str(value)), 4)).replace("-", MINUS)
    return value.isoformat() if isinstance(value, date) else number(value) if isinstance(value, int) else str(value)
