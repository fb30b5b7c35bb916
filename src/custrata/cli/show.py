"""How results look in a terminal: tables with numbers aligned, sentences in the user's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import money, number, percent, spend_digits
from custrata.cli.at import with_workspace
from custrata.core.errors import Problem
from custrata.core.measure.model import Basis, ShareRow
from custrata.core.measure.shares import totals
from custrata.core.metrics.base import window_text
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, catalog, counted, source_title, text
from custrata.report.tables import basis_lines

_FAULTS = 5
"""Kinds of faults that are shown after a run."""
_NOTES = 5
"""Notes that are shown."""
_EXAMPLE = 40
"""Characters of an example."""


def terminal() -> Console:
    import sys

    console = Console(highlight=False)
    # Piped output has no width of its own; a table is not to be cut to 80 columns there.
    return console if sys.stdout.isatty() else Console(highlight=False, width=160)


def line(words: str) -> None:
    """One sentence."""
    terminal().print(escape(with_workspace(words)), soft_wrap=True)


def scheme(scheme: Scheme, lang: Lang) -> None:
    """What a checked scheme decides, in a few lines."""
    metrics = counted("cli.metrics", len(scheme.metrics), lang)
    parts = [metrics, counted("cli.segments", len(scheme.segments), lang)]
    parts += [counted("cli.ladders", len(scheme.levels), lang)] if scheme.levels else []
    line(text("cli.scheme_fine", lang, name=scheme.name, parts=("，" if lang == "zh" else ", ").join(parts)))
    table = Table(box=SIMPLE_HEAD)
    table.add_column(text("cli.metric", lang))
    table.add_column(text("cli.meaning", lang))
    for name, metric in scheme.metrics.items():
        added = f"  ({text('cli.added', lang)})" if name in scheme.default_metrics else ""
        table.add_row(escape(name), escape(metric.sentence(lang) + added))
    terminal().print(table)
    line(f"{text('cli.logic_hash', lang)} {scheme.fingerprint.logic[:12]}  "
         f"{text('cli.label_hash', lang)} {scheme.fingerprint.labels[:12]}")  # fmt: skip


def run(result: Any, lang: Lang) -> None:
    """What a run did with the rows, and what to do next."""
    line(text("cli.published", lang, run=result.run.id, customers=counted("cli.customers", result.customers, lang),
              day=result.as_of.isoformat(), seconds=f"{result.seconds:.1f}"))  # fmt: skip
    table = Table(box=SIMPLE_HEAD)
    table.add_column(text("cli.source", lang))
    for key in ("read", "used", "quarantined", "excluded"):
        table.add_column(text(f"cli.{key}", lang), justify="right")
    table.add_column(text("cli.because", lang))
    for s in result.sources:
        why = ", ".join(f"{text(f'cli.x_{k}', lang)} {number(v)}" for k, v in s.excluded_by.items())
        name = source_title(s.source, lang)
        table.add_row(name, number(s.read), number(s.used), number(s.quarantined), number(s.excluded), escape(why))
    terminal().print(table)
    for window in dict.fromkeys(m.window for m in result.scheme.metrics.values() if m.window.just_ended(result.as_of)):
        first, last = window.bounds(result.as_of)
        words = {"unit": text(f"cli.unit_{window.unit}", lang), "window": window_text(window, lang),
                 "this": text(f"cli.this_{window.unit}", lang)}  # fmt: skip
        line(text("cli.last_window", lang, as_of=result.as_of, first=first, last=last, **words))
    if result.quarantine:
        quarantine(result, lang)
    if result.emptied:
        emptied(result.emptied, lang)
        line(text("cli.quarantine_at", lang, file=nearest(result.run.folder / "emptied.csv")))
        if not result.quarantine:
            line(text("cli.quarantine_mend", lang))
    notes(result.notes, lang)


def notes(found: Sequence[Problem], lang: Lang) -> None:
    """What should be known and stopped nothing; of many the first, and how many more. What is the same of several
    parts of a scheme is said once."""
    found = _together(found, lang)
    for note in found[:_NOTES]:
        line(f"{text('cli.note', lang)} {note.text(lang)}")
    if len(found) > _NOTES:
        line(text("cli.notes_more", lang, n=number(len(found) - _NOTES)))


def _together(found: Sequence[Problem], lang: Lang) -> list[Problem]:
    places: dict[tuple[str, str], list[Problem]] = {}
    for note in found:
        places.setdefault((note.code, note.message(lang)), []).append(note)
    sep = "、" if lang == "zh" else ", "
    return [replace(same[0], place=sep.join(dict.fromkeys(n.place for n in same))) for same in places.values()]


def quarantine(result: Any, lang: Lang) -> None:
    """The commonest faults, each with an example, and where all of them stand."""
    faults = sum(f.rows for f in result.quarantine)
    shown = result.quarantine[:_FAULTS]
    key = "cli.quarantine_most" if len(shown) < len(result.quarantine) else "cli.quarantine_top"
    line(text(key, lang, n=number(faults)) if key == "cli.quarantine_most" else counted(key, faults, lang))
    kinds_of_fault(shown, lang)
    line(text("cli.quarantine_at", lang, file=nearest(result.run.folder / "quarantine.csv")))
    line(text("cli.quarantine_mend", lang))


def emptied(faults: Sequence[Any], lang: Lang) -> None:
    """Cells that are taken for empty in rows that are used: the commonest kinds, each with an example."""
    line(counted("cli.emptied", sum(f.rows for f in faults), lang))
    kinds_of_fault(faults[:_FAULTS], lang)


def faults(found: Sequence[Any], lang: Lang) -> None:
    """All kinds of fault: those of rows that cannot be used, then cells of rows that are used."""
    waiting, cells = [f for f in found if not f.used], [f for f in found if f.used]
    if waiting:
        kinds_of_fault(waiting, lang)
    if cells:
        line(counted("cli.emptied", sum(f.rows for f in cells), lang))
        kinds_of_fault(cells, lang)


def kinds_of_fault(faults: Sequence[Any], lang: Lang) -> None:
    """Kinds of fault, each with its reason and an example."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column(text("cli.rows", lang), justify="right")
    for key in ("source", "column", "example", "reason", "code"):
        table.add_column(text(f"cli.{key}", lang))
    for f in faults:
        example = _short(f.example) or text("cli.empty", lang)
        reason = str(catalog("errors", lang)[f.code]["message"])
        source = source_title(f.source, lang)
        table.add_row(number(f.rows), source, escape(f.column or "—"), escape(example), escape(reason), f.code)
    terminal().print(table)


def _short(value: str | None) -> str:
    """An example that leaves room for the other columns."""
    return "" if value is None else value if len(value) <= _EXAMPLE else value[: _EXAMPLE - 1] + "…"


def nearest(path: Path) -> str:
    """A path as it is typed from here, where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def data(checks: Sequence[Any], lang: Lang) -> None:
    """What the files hold under the headers that the scheme names."""
    for c in checks:
        source, files = source_title(c.source, lang), ", ".join(c.files)
        line(counted("cli.data_source", c.rows, lang, source=source, files=files))
        table = Table(box=SIMPLE_HEAD)
        for key in ("column", "header", "type", "example"):
            table.add_column(text(f"cli.{key}", lang))
        for key in ("filled", "readable"):
            table.add_column(text(f"cli.{key}", lang), justify="right")
        for f in c.columns:
            kind = text(f"cli.type_{f.type}", lang)
            counts = number(f.filled), number(f.readable)
            table.add_row(escape(f.column), escape(f.header), kind, escape(_short(f.example)), *counts)
        terminal().print(table)
        if c.unused:
            line(text("cli.unused", lang, columns=", ".join(c.unused)))
    unreadable = sum(f.filled - f.readable for c in checks for f in c.columns)
    line(text("cli.data_some" if unreadable else "cli.data_fine", lang, n=number(unreadable)))


def shares(
    name: str, title: str, rows: Sequence[ShareRow], basis: Basis, as_of: date, currency: str, lang: Lang
) -> None:
    """The share table of one segment, its total, and which metrics its columns are."""
    shown = title if title == name else f"{title} ({name})"
    table = Table(box=SIMPLE_HEAD, title=escape(shown), title_justify="left", show_footer=bool(rows))
    sum_ = totals(rows)
    digits = spend_digits([*(r.average_spend for r in rows), sum_.average_spend])
    table.add_column(text("cli.class", lang), footer=text("cli.total", lang))
    ends = {
        "customers_column": number(sum_.customers), "customer_share": percent(sum_.customer_share, lang),
        "spend": money(sum_.spend, lang, currency, digits=digits), "spend_share": percent(sum_.spend_share, lang),
        "average_spend": money(sum_.average_spend, lang, currency, digits=digits),
        "average_orders": number(sum_.average_orders, 1), "average_recency": "",
    }  # fmt: skip
    for key, end in ends.items():
        table.add_column(text(f"cli.{key}", lang, unit=basis.recency.unit), justify="right", footer=end)
    for r in rows:
        table.add_row(
            escape(r.class_), number(r.customers), percent(r.customer_share, lang),
            money(r.spend, lang, currency, digits=digits), percent(r.spend_share, lang),
            money(r.average_spend, lang, currency, digits=digits), number(r.average_orders, 1),
            number(r.average_recency, 1),
        )  # fmt: skip
    terminal().print(table)
    for said in basis_lines(basis, as_of, lang):
        line(said)
    line("")


def generated(made: Any, lang: Lang) -> None:
    """What a synthetic company consists of."""
    line(text("cli.generated", lang, folder=str(made.folder)))
    for name, rows in made.rows.items():
        line(f"  {', '.join(p.name for p in made.paths[name])}: {number(rows)}")
