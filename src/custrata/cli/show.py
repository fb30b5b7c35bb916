"""How results look in a terminal: tables with numbers aligned, sentences in the user's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import money, number, percent, spend_digits
from custrata.core.conditions.tree import plain
from custrata.core.explain import Explanation, MetricValue
from custrata.core.measure.model import ShareRow
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, text


def _console() -> Console:
    import sys

    console = Console(highlight=False)
    # Piped output has no width of its own; a table is not to be cut to 80 columns there.
    return console if sys.stdout.isatty() else Console(highlight=False, width=160)


def line(words: str) -> None:
    """One sentence."""
    _console().print(escape(words), soft_wrap=True)


def scheme(scheme: Scheme, lang: Lang) -> None:
    """What a checked scheme decides, in a few lines."""
    line(text("cli.scheme_fine", lang, name=scheme.name, metrics=len(scheme.metrics), segments=len(scheme.segments)))
    table = Table(box=SIMPLE_HEAD)
    table.add_column(text("cli.metric", lang))
    table.add_column(text("cli.meaning", lang))
    for name, metric in scheme.metrics.items():
        added = f"  ({text('cli.added', lang)})" if name in scheme.default_metrics else ""
        table.add_row(escape(name), escape(metric.sentence(lang) + added))
    _console().print(table)
    line(f"{text('cli.logic_hash', lang)} {scheme.fingerprint.logic[:12]}  "
         f"{text('cli.label_hash', lang)} {scheme.fingerprint.labels[:12]}")  # fmt: skip


def run(result: Any, lang: Lang) -> None:
    """What a run did with the rows, and what to do next."""
    line(text("cli.published", lang, run=result.run.id, n=number(result.customers), day=result.as_of.isoformat(),
              seconds=f"{result.seconds:.1f}"))  # fmt: skip
    table = Table(box=SIMPLE_HEAD)
    table.add_column(text("cli.source", lang))
    for key in ("read", "used", "quarantined", "excluded"):
        table.add_column(text(f"cli.{key}", lang), justify="right")
    table.add_column(text("cli.because", lang))
    for s in result.sources:
        why = ", ".join(f"{text(f'cli.x_{k}', lang)} {number(v)}" for k, v in s.excluded_by.items())
        name = text(f"cli.source_{s.source}", lang)
        table.add_row(name, number(s.read), number(s.used), number(s.quarantined), number(s.excluded), escape(why))
    _console().print(table)
    if any(s.quarantined for s in result.sources):
        line(text("cli.quarantine_at", lang, file=str(result.run.folder / "quarantine.csv")))


def shares(name: str, rows: Sequence[ShareRow], note: str, currency: str, lang: Lang) -> None:
    """The share table of one segment."""
    table = Table(
        box=SIMPLE_HEAD, title=escape(name), title_justify="left", caption=escape(note), caption_justify="left"
    )
    table.add_column(text("cli.class", lang))
    for key in ("customers_column", "customer_share", "spend", "spend_share", "average_spend", "average_orders",
                "average_recency"):  # fmt: skip
        table.add_column(text(f"cli.{key}", lang), justify="right")
    digits = spend_digits([r.average_spend for r in rows])
    for r in rows:
        table.add_row(
            escape(r.class_), number(r.customers), percent(r.customer_share, lang),
            money(r.spend, lang, currency, digits=digits), percent(r.spend_share, lang),
            money(r.average_spend, lang, currency, digits=digits), number(r.average_orders, 1),
            number(r.average_recency, 1),
        )  # fmt: skip
    _console().print(table)


def explanation(found: Explanation, currency: str, lang: Lang) -> None:
    """The why of one customer."""
    console = _console()
    line(text("cli.explains", lang, id=found.customer_id, day=found.as_of.isoformat()))
    table = Table(box=SIMPLE_HEAD)
    for key in ("metric", "value", "window", "meaning"):
        table.add_column(text(f"cli.{key}", lang), justify="right" if key == "value" else "left")
    for m in found.metrics:
        days = (
            f"{m.first.isoformat()} … {m.last.isoformat()}"
            if m.first
            else text("cli.until", lang, day=m.last.isoformat())
        )
        table.add_row(escape(m.name), _value(m, currency, lang), days, escape(m.sentence))
    console.print(table)
    table = Table(box=SIMPLE_HEAD)
    for key in ("segment", "class", "because_rule", "numbers"):
        table.add_column(text(f"cli.{key}", lang))
    for c in found.classes:
        numbers = "  ".join(f"{n} = {_plain(v)}" for n, v in c.numbers.items())
        cuts = "  ".join(f"{n}: {', '.join(_plain(x) for x in xs)}" for n, xs in c.cuts.items() if xs)
        shown = f"{numbers}\n{text('cli.cuts', lang)} {cuts}" if cuts else numbers
        table.add_row(escape(c.segment), escape(c.class_), escape(c.rule), escape(shown))
        for class_, words, holds in c.conditions:
            sign = {True: "✓", False: "✗", None: "?"}[holds]
            table.add_row("", "", escape(f"{sign} {class_}: {words}"), "")
    console.print(table)
    if not found.orders:
        return
    table = Table(box=SIMPLE_HEAD, title=text("cli.orders_of", lang, shown=len(found.orders), total=found.orders_total),
                  title_justify="left")  # fmt: skip
    for key in ("order", "day"):
        table.add_column(text(f"cli.{key}", lang))
    for key in ("gross", "refunded", "net"):
        table.add_column(text(f"cli.{key}", lang), justify="right")
    table.add_column(text("cli.counts", lang))
    for o in found.orders:
        amounts = [money(o[k], lang, currency) for k in ("gross", "refunded", "net")]
        counts = text("cli.yes" if o["purchase"] else "cli.no", lang)
        table.add_row(escape(str(o["order_id"])), o["day"].isoformat(), *amounts, counts)
    console.print(table)


def generated(made: Any, lang: Lang) -> None:
    """What a synthetic company consists of."""
    line(text("cli.generated", lang, folder=str(made.folder)))
    for name, rows in made.rows.items():
        line(f"  {', '.join(p.name for p in made.paths[name])}: {number(rows)}")


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
        return plain(round(Decimal(str(value)), 4))
    return value.isoformat() if isinstance(value, date) else f"{value:,}" if isinstance(value, int) else str(value)
