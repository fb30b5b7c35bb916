"""What was found in files, as data that outlives the process that looked: for a wizard that asks about it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from custrata.core.facts.columns import CANONICAL, SOURCES
from custrata.core.guess import Reason, discount_question
from custrata.core.guess.cells import as_text
from custrata.core.guess.table import SURE, TableGuess
from custrata.locale import Lang, text
from custrata.usecases.init import Draft
from custrata.usecases.init_choices import OWN
from custrata.usecases.init_faults import faults
from custrata.usecases.init_how import AS_FOUND, delimiter_name
from custrata.usecases.init_look import FileLook
from custrata.usecases.init_own import own_name
from custrata.usecases.init_sources import notes
from custrata.usecases.init_table import Table

#: Rows, columns, characters of a cell and values that are shown.
_ROWS, _COLUMNS, _WIDTH, _VALUES, _REASONS, _STATUSES = 6, 200, 60, 3, 3, 40


def findings(draft: Draft, lang: Lang) -> dict[str, Any]:
    """Tables, sheets that are left out, and why no scheme could be written yet."""
    return {
        "tables": [table(t, lang, people=not any(x.kind == "customers" for x in draft.tables)) for t in draft.tables],
        "skipped": [s.text(lang) for s in draft.skipped],
        "problems": [p.as_json(lang) for p in draft.problems(lang)],
    }


def table(t: Table, lang: Lang, *, people: bool = False) -> dict[str, Any]:
    """One table: where it stands, what it is, every column with what it may be, what is in doubt first. With `people`
    the columns of sales that tell of customers become a source of their own."""
    guess = t.guess
    told = t.people.values() if people and t.kind == "orders" else ()
    headers = enumerate(islice(guess.profiles, _COLUMNS))
    columns = [_column(t, i, header, lang) | {"of_customer": header in told} for i, header in headers]
    missing = [{"name": c, "required": True} for c in guess.missing]
    return {
        "title": t.export.title,
        "files": [f.name for f in t.export.files],
        "forms": [_form(f) for f in t.export.files],
        "rows": t.export.rows,
        "sampled": t.export.sampled,
        "kind": guess.kind.kind,
        "kind_certainty": guess.kind.certainty,
        "kind_why": [r.text(lang) for r in guess.kind.reasons[:_REASONS]],
        "kinds": list(SOURCES),
        "columns": sorted(columns, key=lambda c: (not c["doubtful"], not c["meaning"], c["at"])),
        "missing": missing,
        "sample": sample(t),
        "dates": _dates(guess, lang),
        "currency": None if t.kind != "orders" else {
            "code": guess.currency.code, "certainty": guess.currency.certainty, "why": guess.currency.reason.text(lang),
        },
        "statuses": _statuses(guess, lang),
        "freight": _freight(t, lang),
        "discount": _discount(t, lang),
        "notes": notes(t, lang),
        "overlaps": faults(t, lang),
    }  # fmt: skip


def _form(look: FileLook) -> dict[str, Any]:
    """How one file or sheet is read, and under which `key` that can be corrected."""
    raw = look.raw
    return {
        "key": look.key, "name": look.name, "format": raw.format, "encoding": raw.encoding,
        "delimiter": delimiter_name(raw.delimiter), "sheet": look.title if len(look.titles) > 1 else "",
        "header": look.row, "said": look.how != AS_FOUND,
    }  # fmt: skip


def _column(t: Table, at: int, header: str, lang: Lang) -> dict[str, Any]:
    guess, profile = t.guess, t.guess.profiles[header]
    canonical = next((c for c in guess.columns if c.header == header), None)
    further = next((f for f in guess.further if f.header == header), None)
    unused = next((u for u in guess.unused if u.header == header), None)
    certainty, reasons, meaning = 1.0, tuple[Reason, ...](), ""
    if canonical is not None:
        certainty, reasons, meaning = canonical.certainty, canonical.reasons, canonical.column
    elif further is not None:
        certainty, meaning = further.certainty, f"{OWN}{further.name}"
    elif unused is not None:
        reasons = (unused.reason,)
    return {
        "at": at,
        "header": header,
        "label": profile.label,
        "examples": [v[:_WIDTH] for v, _ in profile.top[:_VALUES]],
        "empty": profile.empty,
        "meaning": meaning,
        "own": f"{OWN}{further.name if further else own_name(header)}",
        "certainty": certainty,
        "why": [r.text(lang) for r in reasons[:_REASONS]],
        "doubtful": bool(canonical and certainty < SURE) or (not meaning and _could_be(guess, header)),
    }


def _could_be(guess: TableGuess, header: str) -> bool:
    """Whether a header that is not used could be a column that is missing."""
    return any(o.header == header for c in guess.missing if c in guess.candidates for o in guess.candidates[c])


def sample(t: Table) -> dict[str, Any]:
    """The first rows as they lie, below their header."""
    headers = list(islice(t.guess.profiles, _COLUMNS))
    table = t.export.engine.numbered(t.export.opened.scan)
    first = table.order_by("_row").limit(_ROWS)
    rows = t.export.engine.rows(first.select(**{f"c{i}": first[h] for i, h in enumerate(headers)}))
    return {
        "headers": headers,
        "rows": [[(as_text(row[f"c{i}"]) or "")[:_WIDTH] for i in range(len(headers))] for row in rows],
    }


def _dates(guess: TableGuess, lang: Lang) -> dict[str, Any] | None:
    dates = guess.dates
    if not any(guess.of(c) for c in ("ordered_at", "returned_at", "happened_at", "day")):
        return None
    offered = dict.fromkeys((dates.order, *dates.possible, *(("dmy", "mdy") if dates.order in ("dmy", "mdy") else ())))
    return {
        "order": dates.order, "certainty": dates.certainty, "why": dates.reason.text(lang), "example": dates.example,
        "options": [{"value": o, "text": text(f"guess.orders.{o}", lang)} for o in offered],
    }  # fmt: skip


def _statuses(guess: TableGuess, lang: Lang) -> list[dict[str, Any]]:
    if guess.status is None or guess.kind.kind not in ("orders", "returns"):
        return []
    return [
        {"value": s.value, "rows": s.rows, "counts": s.counted, "certainty": s.certainty,
         "meaning": text(f"guess.statuses.{s.meaning}", lang)}
        for s in guess.status.statuses[:_STATUSES]
    ]  # fmt: skip


def _freight(t: Table, lang: Lang) -> dict[str, Any] | None:
    """The question whether amounts contain the freight, where the rows do not tell."""
    asked = next((q for q in t.open_questions() if q.topic == "freight"), None)
    asked = asked or next((a.question for a in t.answers if a.question.topic == "freight" and a.question.options), None)
    if asked is None:
        return None
    said = next((a.value for a in t.answers if a.question.topic == "freight"), asked.best)
    return {"header": asked.about, "question": asked.text(lang), "said": said,
            "options": [{"value": o.value, "text": o.text(lang)} for o in asked.options]}  # fmt: skip


def _discount(t: Table, lang: Lang) -> dict[str, Any] | None:
    """Whether the amount is before or after the discount, with what the rows say of it."""
    found = t.guess.discount
    if found is None or t.kind != "orders":
        return None
    asked = discount_question(found)
    rows = next((a.question.why for a in t.answers if a.question.topic == "discount"), asked.why)
    return {"header": found.discount, "question": asked.text(lang), "said": asked.best,
            "why": [r.text(lang) for r in rows],
            "options": [{"value": o.value, "text": o.text(lang)} for o in asked.options]}  # fmt: skip


def required(kind: str) -> list[str]:
    """Canonical columns that a table of a kind must have."""
    return [c.name for c in CANONICAL[kind] if c.required]
