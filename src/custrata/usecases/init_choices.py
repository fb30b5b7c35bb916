"""What a person corrected in the guess about files: kept as data, and said again to a guess made anew.

Choices are plain JSON, so that they outlive the process that guessed: `{"tables": {title: {…}}, "as_of": …}` with, for
each table by its title, any of `leave_out` (bool), `kind`, `columns` (header → canonical column, `+name` for a column
kept under a name of its own, empty for none), `dates`, `currency`, `statuses` (status → whether it counts) and
`freight` (header → `yes` or `no`), `discount` (header → whether the amount is `before` or `after` it); and `reading`,
which `init_how` explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import CANONICAL, SOURCES
from custrata.core.guess import Question, Reason, discount_question
from custrata.core.guess.table import FurtherColumn, UnusedColumn
from custrata.core.scheme.model import NAME
from custrata.usecases.init import Draft
from custrata.usecases.init_same import together
from custrata.usecases.init_table import Table, with_column

Choices = Mapping[str, Any]
#: Before the name of a column that is kept under a name of its own.
OWN = "+"
AS_OF = ("end of data", "today")


def settle(draft: Draft, choices: Choices) -> None:
    """Says to a draft what a person chose; what nobody chose is answered with the best guess. Tables that are to be
    left out are gone. Choices that mean nothing to these files are passed over. E-WEB-043 where two columns are to be
    one."""
    chosen: Mapping[str, Any] = choices.get("tables") or {}
    problems = [p for t in draft.tables for p in twice(t, chosen.get(t.export.title) or {})]
    if problems:
        raise CustrataError.all(problems)
    draft.tables = [t for t in draft.tables if not (chosen.get(t.export.title) or {}).get("leave_out")]
    kinds = {t: (chosen.get(t.export.title) or {}).get("kind") for t in draft.tables}
    told = [t for t, kind in kinds.items() if kind in SOURCES and kind != t.kind]
    for table in told:
        table.told(str(kinds[table]))
    if told:  # what is of one kind only now may be one source
        draft.tables = together(draft.tables)
    for table in draft.tables:
        if kinds.get(table) in SOURCES:
            kind = replace(table.guess.kind, certainty=1.0)
            table.guess = replace(table.guess, kind=kind)
        _settle(table, chosen.get(table.export.title) or {})
    draft.take_best()


def _settle(table: Table, chosen: Mapping[str, Any]) -> None:
    kind = chosen.get("kind")
    if kind in SOURCES and kind != table.kind:
        table.told(str(kind))
    if chosen.get("columns"):
        _columns(table, chosen["columns"])
    if chosen.get("dates") in ("ymd", "dmy", "mdy", "yymd"):
        table.answer(Question("dates", "", (), "", 1.0), str(chosen["dates"]), given=True)
    if re.fullmatch(r"[A-Z]{3}", str(chosen.get("currency") or "")):
        table.answer(Question("currency", "", (), "", 1.0), str(chosen["currency"]), given=True)
    for header, said in (chosen.get("freight") or {}).items():
        if header in table.profiles and said in ("yes", "no"):
            table.answer(Question("freight", header, (), "no", 1.0), said, given=True)
    discount = table.guess.discount
    for header, said in (chosen.get("discount") or {}).items():
        if discount and header == discount.discount and said in ("before", "after"):
            table.answer(discount_question(discount), said, given=True)
    for status, counts in (chosen.get("statuses") or {}).items():
        table.answer(Question("status", status, (), "yes", 1.0), "yes" if counts else "no", given=True)


def _columns(table: Table, chosen: Mapping[str, str]) -> None:
    """Gives each canonical column the header that was chosen for it, and takes those away that were not."""
    known = {h: meaning for h, meaning in chosen.items() if h in table.profiles}
    wanted = {meaning: header for header, meaning in known.items() if meaning and not meaning.startswith(OWN)}
    for column in CANONICAL[table.kind]:
        found = table.guess.of(column.name)
        if found is not None and column.name not in wanted and found.header in known:
            table.guess = with_column(table.guess, column.name, "")
    for column in CANONICAL[table.kind]:
        header = wanted.get(column.name)
        if header is not None:
            table.guess = with_column(table.guess, column.name, header)
    guess = table.guess
    own = {h: m.removeprefix(OWN) for h, m in known.items() if m.startswith(OWN)}
    mapped = {c.header for c in guess.columns}
    further = [f for f in guess.further if f.header not in known]
    taken = {f.name for f in further} | {c.name for c in CANONICAL[table.kind]}
    for header, name in own.items():
        if header not in mapped and NAME.match(name) and name not in taken:
            taken.add(name)
            further.append(FurtherColumn(name, header, 1.0))
    used = mapped | {f.header for f in further}
    unused = [u for u in guess.unused if u.header not in used]
    told = {u.header for u in unused}
    unused += [UnusedColumn(h, "", Reason("unused_unknown")) for h in known if h not in used | told]
    table.guess = replace(guess, further=tuple(further), unused=tuple(unused))


def twice(table: Table, chosen: Mapping[str, Any]) -> Iterator[Problem]:
    """E-WEB-043 for every meaning that was chosen for more than one column of a table."""
    headers: dict[str, list[str]] = {}
    for header, meaning in (chosen.get("columns") or {}).items():
        if meaning and header in table.profiles:
            headers.setdefault(str(meaning), []).append(header)
    kind = chosen.get("kind") if chosen.get("kind") in SOURCES else table.kind
    for meaning, found in headers.items():
        if len(found) > 1:
            named = {c.name: c for c in CANONICAL[str(kind)]}.get(meaning)
            plain = meaning.removeprefix(OWN)
            values = {"headers": " / ".join(found), "zh": named.key if named else plain,
                      "en": plain.replace("_", " ")}  # fmt: skip
            yield Problem("E-WEB-043", table.export.title, values)


def as_of_of(choices: Choices) -> str | date:
    """The day that was chosen, as a scheme says it; the end of the data where nobody chose."""
    said = str(choices.get("as_of") or AS_OF[0])
    if said in AS_OF:
        return said
    try:
        return date.fromisoformat(said)
    except ValueError:
        return AS_OF[0]
