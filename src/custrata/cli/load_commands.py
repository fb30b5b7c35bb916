"""What load does: calls the use case, tells what was taken in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from custrata.cli import show
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, language_of, print_json, workspace_at
from custrata.locale import Lang, counted, source_title, text
from custrata.usecases.load.load import LoadResult


def load(path: Path, anew: bool, as_json: bool) -> None:
    """`custrata load`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.load.loaded import load as load_

    lang = language_of(path)
    with Steps(lang) as steps:
        result = load_(workspace_at(path), duckdb_store, clock, anew=anew, progress=steps)
    if as_json:
        sources = [asdict(s) for s in result.sources]
        print_json({"changed": result.changed, "orders": result.orders, "sources": sources,
                    "notes": [note.as_json(lang) for note in result.notes]})  # fmt: skip
        return
    _show(result, lang)
    show.notes(result.notes, lang)


def _show(result: LoadResult, lang: Lang) -> None:
    if not result.changed:
        show.line(text("load.nothing", lang))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(text("load.source", lang))
    for column in ("new", "changed", "gone", "same", "read", "removed"):
        table.add_column(text(f"load.{column}", lang), justify="right")
    for s in result.sources:
        counts = (len(s.new), len(s.changed), len(s.gone), s.same, s.read, s.removed)
        table.add_row(source_title(s.source, lang), *(f"{n:,}" for n in counts))
    show.terminal().print(table)
    for s in result.sources:
        name = source_title(s.source, lang)
        if s.quarantined:
            show.line(counted("load.quarantined", s.quarantined, lang, source=name))
        if s.emptied:
            listed = ("、" if lang == "zh" else ", ").join(f"{header} {n:,}" for header, n in s.emptied.items())
            show.line(counted("load.emptied", sum(s.emptied.values()), lang, source=name, columns=listed))
    if any(s.quarantined or s.emptied for s in result.sources):
        show.line(text("load.look", lang))
    if result.orders is not None:
        show.line(text("load.orders", lang, n=f"{result.orders:,}"))
