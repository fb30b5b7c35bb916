"""Mends: what cells of a file should have said. A mended row stays the row of its file that it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

#: A row that somebody leaves out knowingly, such as one that only adds up others.
LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Mend:
    """Of one row of one file: header → the cell's text, null where it is to be empty; or that the row is left out.

    It holds for the file with these bytes (`sha256`), for in another one the row may be another."""

    source: str
    file: str
    sha256: str
    row: int
    values: Mapping[str, str | None]
    left_out: bool = False


def mended(raw: ir.Table, mends: Sequence[Mend], unsplit: Collection[tuple[str, int]] = ()) -> ir.Table:
    """Raw rows with `_file` and `_row` as they were mended, and `_left_out`.

    `unsplit` are places of lines that could not be split into cells, so that they are no rows of `raw`: where they were
    mended, they are. Columns that only mends have are text; typed ones take what their type can read, else null.
    """
    if not mends:
        return raw
    headers = list(dict.fromkeys(h for m in mends for h in m.values))
    raw = raw.mutate(**{h: ibis.null(dt.string) for h in headers if h not in raw.columns})
    table = _as_table(mends, headers)
    both: Any = raw.left_join(table, (raw["_file"] == table["_at_file"]) & (raw["_row"] == table["_at_row"]))
    cells = {
        h: ibis.ifelse(both[f"_set_{i}"].fill_null(False), both[f"_to_{i}"].try_cast(raw[h].type()), both[h])
        for i, h in enumerate(headers)
    }
    rows = both.select(**{c: cells.get(c, both[c]) for c in raw.columns}, _left_out=both["_out"].fill_null(False))
    added = [m for m in mends if (m.file, m.row) in unsplit]
    return rows.union(_rows_of(added, raw)) if added else rows


def _as_table(mends: Sequence[Mend], headers: Sequence[str]) -> ir.Table:
    schema = {"_at_file": "string", "_at_row": "int64", "_out": "boolean"}
    for i in range(len(headers)):
        schema |= {f"_set_{i}": "boolean", f"_to_{i}": "string"}
    rows = []
    for m in mends:
        cells = [cell for h in headers for cell in (h in m.values, m.values.get(h))]
        rows.append((m.file, m.row, m.left_out, *cells))
    return ibis.memtable(rows, schema=schema)


def _rows_of(mends: Sequence[Mend], raw: ir.Table) -> ir.Table:
    """Rows that hold nothing but what their mends say."""
    told = [c for c in raw.columns if c not in ("_file", "_row")]
    schema = {"_file": "string", "_row": "int64", **dict.fromkeys(told, "string"), "_left_out": "boolean"}
    rows = [(m.file, m.row, *(m.values.get(c) for c in told), m.left_out) for m in mends]
    texts = ibis.memtable(rows, schema=schema)
    kinds: dict[str, dt.DataType] = {c: raw[c].type() for c in raw.columns}
    return texts.select(**{c: texts[c].cast(k) for c, k in kinds.items()}, _left_out=texts["_left_out"])
