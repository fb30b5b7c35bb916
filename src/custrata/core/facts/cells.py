"""The cells of raw rows, found and parsed: all of them, or only those that are plainly written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.facts.columns import Column, Type
from custrata.core.facts.ids import whole as as_number
from custrata.core.facts.marks import usual
from custrata.core.facts.parse import LocalTime, Parsed, parse_tidy, tidy
from custrata.core.facts.plain import plain, plain_whole
from custrata.core.facts.totals import marks_of_totals
from custrata.core.scheme.sources import Source

#: Bookkeeping of a raw table that stays: where a row stands, and by what it is told from its later versions.
CARRIED = ("_file", "_row", "_key", "_mark", "_left_out")
#: Gives a table a name, so that what is said of its columns does not repeat how they came to be.
Stage = Callable[[str, ir.Table], ir.Table]


def all_cells(
    raw: ir.Table, config: Source, names: Mapping[str, str], known: Mapping[str, Column], local_time: LocalTime,
    stage: Stage, whole: Collection[str],
) -> tuple[ir.Table, dict[str, Parsed]]:  # fmt: skip
    """The cells of the columns in `names`, found (`_cell_NAME`) and parsed.

    In stages: what reading a cell takes is said once, not wherever it is looked at. `_total_NAME` are marks of totals;
    `_odd_NAME` are ids in the columns `whole` that are no whole numbers."""
    types, texts = _types(raw, names, known)
    if not texts:
        # What is typed already takes a cast at most.
        stage = at_once
    numbers = [name for name in texts if name in whole]
    kept, found = _as_found(raw, names)
    cells = stage("cells", raw.select(**kept, **found, **_plain(raw, config, names, types, texts, numbers)))
    rest = {f"_rest_{n}": _where_null(cells[f"_plain_{n}"], tidy(cells[f"_cell_{n}"])) for n in texts}
    cells = stage("rest", cells.mutate(**rest)) if rest else cells
    parsed = {name: _parsed_cell(cells, name, types[name], config, local_time) for name in names}
    marks: dict[str, Any] = marks_of_totals(cells, parsed, texts)
    for name in numbers:
        text = parsed[name].value
        parsed[name] = replace(parsed[name], value=ibis.coalesce(cells[f"_plain_{name}"], as_number(text)))
        marks[f"_odd_{name}"] = _where_null(cells[f"_plain_{name}"], text.notnull() & as_number(text).isnull(), False)
    return _settled(cells.select(*kept, *found, **marks, **_parts(parsed)), parsed, stage)


def plain_cells(
    raw: ir.Table, config: Source, names: Mapping[str, str], known: Mapping[str, Column], local_time: LocalTime,
    _: Stage, whole: Collection[str],
) -> tuple[ir.Table, dict[str, Parsed]]:  # fmt: skip
    """The cells as `all_cells` has them, where no text of a row is other than plain or empty; `_odd` are the other
    rows, in which no cell means anything."""
    types, texts = _types(raw, names, known)
    kept, found = _as_found(raw, names)
    easy = _plain(raw, config, names, types, texts, [name for name in texts if name in whole])
    cells = raw.select(**kept, **found, **easy)
    parsed = {
        name: Parsed(cells[f"_plain_{name}"]) if name in texts
        else parse_tidy(cells[f"_cell_{name}"], types[name], dates=config.dates, local_time=local_time)
        for name in names
    }  # fmt: skip
    odd = [cells[f"_plain_{n}"].isnull() & cells[f"_cell_{n}"].notnull() for n in texts]
    mark = {"_odd": reduce(lambda a, b: a | b, odd)} if odd else {}
    return _settled(cells.select(*kept, *found, **mark, **_parts(parsed)), parsed, at_once)


def text_columns(raw: ir.Table, names: Mapping[str, str]) -> list[str]:
    """The canonical columns whose cells are texts."""
    return [name for name, header in names.items() if raw[header].type().is_string()]


def odd_texts(
    raw: ir.Table, config: Source, names: Mapping[str, str], known: Mapping[str, Column], whole: Collection[str]
) -> dict[str, Any]:  # fmt: skip
    """Of each column of texts whether a cell is neither empty nor plainly written, as a condition on `raw`."""
    types, texts = _types(raw, names, known)
    easy = _plain(raw, config, names, types, texts, [name for name in texts if name in whole])
    return {n: raw[names[n]].notnull() & easy[f"_plain_{n}"].isnull() for n in texts}


def _types(
    raw: ir.Table, names: Mapping[str, str], known: Mapping[str, Column]
) -> tuple[dict[str, Type], list[str]]:  # fmt: skip
    """What each column is to be, and which of them are texts."""
    types: dict[str, Type] = {name: known[name].type if name in known else "text" for name in names}
    return types, text_columns(raw, names)


def _parts(parsed: Mapping[str, Parsed]) -> dict[str, Any]:
    """What is known of cells, as columns."""
    columns = {}
    for name, p in parsed.items():
        columns[f"_value_{name}"] = p.value
        if p.unreadable is not None:
            columns[f"_unreadable_{name}"] = p.unreadable
        columns |= {f"_because_{name}_{i}": holds for i, (_, holds) in enumerate(p.because)}
    return columns


def _settled(cells: ir.Table, parsed: Mapping[str, Parsed], stage: Stage) -> tuple[ir.Table, dict[str, Parsed]]:
    """A table with `_parts`, and where in it they are."""
    staged = stage("parsed", cells)
    return staged, {
        name: Parsed(
            staged[f"_value_{name}"], None if p.unreadable is None else staged[f"_unreadable_{name}"],
            tuple((code, staged[f"_because_{name}_{i}"]) for i, (code, _) in enumerate(p.because)),
        )
        for name, p in parsed.items()
    }  # fmt: skip


def _as_found(raw: ir.Table, names: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The bookkeeping of a raw table, and its cells under `_cell_NAME`."""
    kept = {c: raw[c] for c in CARRIED if c in raw.columns}
    return kept, {f"_cell_{name}": raw[header] for name, header in names.items()}


def _plain(
    raw: ir.Table, config: Source, names: Mapping[str, str], types: Mapping[str, Type], texts: Collection[str],
    numbers: Collection[str],
) -> dict[str, Any]:  # fmt: skip
    """`_plain_NAME` of every text: its value where it is plainly written, else null."""
    return {
        f"_plain_{n}": plain_whole(raw[names[n]])
        if n in numbers
        else plain(usual(raw[names[n]], types[n], config.decimal, config.credit), types[n], config.dates)
        for n in texts
    }


def _parsed_cell(cells: ir.Table, name: str, type_: Type, config: Source, local_time: LocalTime) -> Parsed:
    """A plain cell as it was read; of the others, for which reading takes far longer, the rest is asked."""
    if f"_rest_{name}" not in cells.columns:
        return parse_tidy(cells[f"_cell_{name}"], type_, dates=config.dates, local_time=local_time)
    read, rest = cells[f"_plain_{name}"], usual(cells[f"_rest_{name}"], type_, config.decimal, config.credit)
    p = parse_tidy(rest, type_, dates=config.dates, local_time=local_time)
    unreadable = None if p.unreadable is None else _where_null(read, p.unreadable, False)
    value = ibis.coalesce(read, p.value) if read.type() == p.value.type() else _where_null(read, p.value)
    return replace(p, value=value, unreadable=unreadable)


def _where_null(column: Any, there: Any, otherwise: Any = None) -> Any:
    """`there` in the few rows where a column is null; in all others it is not even reckoned."""
    return ibis.ifelse(column.isnull(), there, ibis.null(there.type()) if otherwise is None else otherwise)


def at_once(_: str, table: ir.Table) -> ir.Table:
    """A stage that leaves a table as it is."""
    return table
