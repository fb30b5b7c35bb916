"""What quarantine and mend do: call the use case, show what is wrong and what was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from custrata.cli import show
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, language_of, print_json, user, workspace_at
from custrata.locale import Lang, counted, source_title, text
from custrata.usecases.mend_book import MendEntry
from custrata.usecases.quarantine import Faults


def quarantine(path: Path, out: Path | None, source: str | None, as_json: bool) -> None:
    """`custrata quarantine`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.load.loaded import loaded
    from custrata.usecases.quarantine_sheet import write_sheet, wrong_in

    lang = language_of(path)
    with Steps(lang) as steps, loaded(workspace_at(path), duckdb_store, clock(), progress=steps) as ready:
        written = write_sheet(ready, out, lang, source) if out else None
        found = [f for f in wrong_in(ready).kinds(ready.store) if source in (None, f.source)]
    if as_json:
        told = {} if written is None else {"written": {**asdict(written), "path": str(written.path)}}
        print_json({"faults": [asdict(f) for f in found], **told})
        return
    if not found:
        show.line(text("mend.nothing_wrong", lang))
        return
    show.faults(found, lang)
    if written is None:
        show.line(text("cli.quarantine_mend", lang))
        return
    show.line(counted("mend.written", sum(written.rows.values()), lang, path=show.nearest(written.path)))
    if written.rows:
        show.line(text("mend.how", lang, path=show.nearest(written.path)))
    if written.elsewhere:
        names = "、" if lang == "zh" else ", "
        show.line(text("mend.elsewhere", lang, sources=names.join(source_title(s, lang) for s in written.elsewhere)))


def mend(path: Path, files: Sequence[Path], undo: str | None, who: str | None, as_json: bool) -> None:
    """`custrata mend`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases import mend as use
    from custrata.usecases.mend_book import in_force, read_book

    lang, workspace = language_of(path), workspace_at(path)
    if not files and undo is None:
        _book(in_force(read_book(workspace)), lang, as_json)
        return
    with Steps(lang) as steps:
        if undo is not None:
            result = use.undo(workspace, duckdb_store, clock, undo, who=user(who), progress=steps)
        else:
            result = use.mend(workspace, duckdb_store, clock, files, who=user(who), progress=steps)
    if as_json:
        entries = [e.model_dump(mode="json") for e in result.entries]
        print_json({"mended": entries, "left": [asdict(f) for f in result.left]})
        return
    _taken_in(result.entries, undo is not None, lang)
    _left(result.left, lang)
    if result.entries:
        show.line(text("mend.run", lang))


def _taken_in(entries: Sequence[MendEntry], undone: bool, lang: Lang) -> None:
    n = len(entries)
    if undone:
        show.line(counted("mend.undone", n, lang))
    elif n:
        cells, left_out = sum(len(e.values) for e in entries), sum(e.left_out for e in entries)
        show.line(counted("mend.mended", n, lang, cells=f"{cells:,}", left_out=f"{left_out:,}"))
    else:
        show.line(text("mend.nothing_changed", lang))


def _left(faults: Sequence[Faults], lang: Lang) -> None:
    if not faults:
        show.line(text("mend.nothing_wrong", lang))
        return
    waiting = sum(f.rows for f in faults if not f.used)
    show.line(counted("mend.still_wrong", waiting, lang) if waiting else text("mend.nothing_wrong", lang))
    show.faults(faults, lang)


def _book(entries: Sequence[MendEntry], lang: Lang, as_json: bool) -> None:
    """The mends that hold, row by row."""
    if as_json:
        print_json([e.model_dump(mode="json") for e in entries])
        return
    if not entries:
        show.line(text("mend.book_empty", lang))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for key in ("file", "row", "was", "who", "when"):
        table.add_column(text(f"mend.book_{key}", lang), justify="right" if key == "row" else "left")
    for e in sorted(entries, key=lambda e: (e.file, e.row)):
        cells = [f"{h}: {text('mend.book_empty_cell', lang) if v is None else v}" for h, v in e.values.items()]
        said = text("mend.book_left_out", lang) if e.left_out else "; ".join(cells)
        table.add_row(escape(e.file), str(e.row), escape(said), escape(e.who), f"{e.at:%Y-%m-%d %H:%M}")
    show.terminal().print(table)
