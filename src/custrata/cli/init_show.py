"""How a guess looks in a terminal and as JSON: every column with its certainty and why, every open question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table as Grid

from custrata.cli import show
from custrata.core.facts.columns import CANONICAL
from custrata.core.guess import Option, Question, discount_question, source_options
from custrata.locale import Lang, text
from custrata.usecases.init import Draft, Written
from custrata.usecases.init_faults import faults
from custrata.usecases.init_own import own_names
from custrata.usecases.init_sources import listed, notes, percent
from custrata.usecases.init_table import Table

_VALUES, _WIDTH, _REASONS = 2, 28, 2


def table(table: Table, lang: Lang) -> None:
    """One table: what it is, its columns, and everything that is worth knowing of it."""
    guess, one = table.guess, table.export.files[0]
    show.line(text("init.table", lang, files=table.export.title, kind=text(f"guess.kinds.{table.kind}", lang),
                   share=percent(guess.kind.certainty), rows=f"{table.export.rows:,}", form=_form(table, lang),
                   row=one.row))  # fmt: skip
    if table.export.sampled:
        show.line(text("init.sampled", lang, n=f"{table.export.profiles[0].rows:,}"))
    grid = Grid(box=SIMPLE_HEAD)
    for key in ("column", "header", "example"):
        grid.add_column(text(f"init.{key}", lang))
    grid.add_column(text("init.sure", lang), justify="right")
    grid.add_column(text("init.why", lang))
    for c in guess.columns:
        why = listed(c.reasons[:_REASONS], lang)
        grid.add_row(_name(table.kind, c.column, lang), escape(c.header), _example(table, c.header),
                     percent(c.certainty), escape(why))  # fmt: skip
    own = own_names(table.kind, guess.mapping, lang)
    for f in guess.further:
        grid.add_row(escape(own[f.name]), escape(f.header), _example(table, f.header), percent(f.certainty),
                     text("init.further_column", lang))  # fmt: skip
    show.terminal().print(grid)
    for said in told(table, lang):
        show.line(said)
    show.line("")


def told(table: Table, lang: Lang) -> list[str]:
    """Dates, currency, statuses, returns and walk-in sales, what is missing, and the notes."""
    guess, comma = table.guess, "、" if lang == "zh" else ", "
    found = []
    if guess.of("ordered_at") or guess.of("returned_at"):
        order = text(f"guess.orders.{guess.dates.order}", lang)
        values = {"order": order, "share": percent(guess.dates.certainty), "why": guess.dates.reason.text(lang)}
        found.append(text("init.dates", lang, **values))
    if table.kind == "orders":
        code, certainty, reason = table.currency
        values = {"code": code or "?", "share": percent(certainty), "why": reason.text(lang)}
        found.append(text("init.currency", lang, **values))
    if guess.status and guess.kind.kind in ("orders", "returns"):
        none = text("init.none", lang)
        count = comma.join(f"{s.value} ({s.rows:,})" for s in guess.status.statuses if s.counted) or none
        left = comma.join(f"{s.value} ({s.rows:,})" for s in guess.status.statuses if not s.counted) or none
        found.append(text("init.statuses", lang, count=count, left=left))
    if table.kind == "orders" and guess.discount:
        asked = discount_question(guess.discount)
        values = {"said": best(asked, asked.best, lang), "share": percent(asked.certainty),
                  "why": listed(asked.why, lang) or "–"}  # fmt: skip
        found.append(text("init.discount_told", lang, **values))
    if guess.returned.any:
        r = guess.returned
        found.append(text("init.returns", lang, why=listed(r.reasons, lang), share=percent(r.certainty)))
    if guess.anonymous:
        empty = text("cli.empty", lang)
        ids = comma.join(empty if v == "empty" else v for v in guess.anonymous)
        found.append(text("init.walk_ins", lang, ids=ids))
    if guess.missing:
        columns = comma.join(_name(table.kind, c, lang) for c in guess.missing)
        found.append(text("init.missing", lang, columns=columns))
    return [*found, *(text("init.note", lang, words=words) for words in (*notes(table, lang), *faults(table, lang)))]


def question(question: Question, options: Sequence[Option], lang: Lang) -> None:
    """A question, why it is asked, and its numbered answers."""
    show.line(question.text(lang))
    if question.why:
        show.line(f"  {listed(question.why, lang)}")
    for i, option in enumerate(options, 1):
        show.line(f"  {i}  {option.text(lang)}")


def open_questions(draft: Draft, lang: Lang) -> None:
    """What would have to be answered, with the best guess."""
    for t in draft.tables:
        for q in t.open_questions():
            values = {"question": q.text(lang), "best": best(q, q.best, lang), "share": percent(q.certainty)}
            show.line(text("init.question_open", lang, **values))


def assumed(draft: Draft, lang: Lang) -> None:
    """What was taken unasked."""
    for t in draft.tables:
        for a in t.answers:
            values = {"question": a.question.text(lang), "best": best(a.question, a.value, lang),
                      "share": percent(a.question.certainty)}  # fmt: skip
            show.line(text("init.assumed", lang, **values))


def best(question: Question, value: str, lang: Lang) -> str:
    """An answer in words."""
    return next((o.text(lang) for o in question.options if o.value == value), value or text("init.none", lang))


def written(done: Written, lang: Lang) -> None:
    """What was written where."""
    for copy in done.copies:
        show.line(text("init.copied", lang, file=show.nearest(copy)))
    if done.kept:
        show.line(text("init.kept", lang, file=show.nearest(done.kept.resolve())))
    show.line(text("init.wrote", lang, file=show.nearest(done.file.resolve())))


def table_json(table: Table, lang: Lang) -> dict[str, Any]:
    """A guess as data: texts in `lang`, shares 0..1."""
    guess, one = table.guess, table.export.files[0]
    return {
        "files": [f.name for f in table.export.files], "rows": table.export.rows,
        "format": one.raw.format, "encoding": one.raw.encoding or None, "delimiter": one.raw.delimiter or None,
        "sheet": table.export.sheet, "header": one.row, "header_certainty": one.header.certainty,
        "by_file": {name: f.model_dump(exclude_none=True) for name, f in table.export.form.by_file().items()},
        "kind": guess.kind.kind, "certainty": guess.kind.certainty,
        "columns": [
            {"column": c.column, "header": c.header, "certainty": round(c.certainty, 3),
             "reasons": [r.text(lang) for r in c.reasons]} for c in guess.columns
        ],
        "further": [{"column": f.name, "header": f.header, "certainty": f.certainty} for f in guess.further],
        "unused": [{"header": u.header, "reason": u.reason.text(lang)} for u in guess.unused],
        "missing": list(guess.missing),
        "options": source_options(guess),
        "currency": {"code": guess.currency.code, "certainty": round(guess.currency.certainty, 3)},
        "statuses": [
            {"status": s.value, "meaning": s.meaning, "counts": s.counted, "rows": s.rows, "certainty": s.certainty}
            for s in (guess.status.statuses if guess.status else ())
        ],
        "notes": [*notes(table, lang), *faults(table, lang)],
        "answers": [
            {"topic": a.question.topic, "about": a.question.about, "value": a.value, "given": a.given,
             "certainty": round(a.question.certainty, 3)} for a in table.answers
        ],
        "questions": [
            {"topic": q.topic, "about": q.about, "question": q.text(lang), "best": q.best,
             "certainty": round(q.certainty, 3),
             "options": [{"value": o.value, "text": o.text(lang)} for o in q.options]}
            for q in table.open_questions()
        ],
    }  # fmt: skip


def _name(kind: str, column: str, lang: Lang) -> str:
    found = next(c for c in CANONICAL[kind] if c.name == column)
    return found.key if lang == "zh" else found.name


def _form(table: Table, lang: Lang) -> str:
    raw = table.export.files[0].raw
    if raw.format == "csv":
        delimiter = text("init.tab", lang) if raw.delimiter == "\t" else raw.delimiter
        return text("init.form_text", lang, encoding=raw.encoding.upper(), delimiter=delimiter)
    if sheet := table.export.sheet:
        return text("init.form_sheet", lang, sheet=sheet if isinstance(sheet, str) else ", ".join(sheet))
    return raw.format.upper()


def _example(table: Table, header: str) -> str:
    values = ", ".join(v for v, _ in table.guess.profiles[header].top[:_VALUES])
    return escape(values if len(values) <= _WIDTH else values[: _WIDTH - 1] + "…")
