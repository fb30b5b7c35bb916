"""Rows and cells that could not be used: all of them as CSV, and in short for whoever ran it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from custrata.locale import Lang, catalog
from custrata.usecases.cells import safe_cell
from custrata.usecases.ports import Engine

#: Characters of an example: a damaged file may hold a cell of any size.
_LONGEST_EXAMPLE = 200
#: The files of a run that list the faults of rows that could not be used, and of those that are used without a cell.
QUARANTINE_FILE, EMPTIED_FILE = "quarantine.csv", "emptied.csv"
#: The headings of those files, always in this order.
QUARANTINE_HEADINGS: dict[Lang, list[str]] = {
    "en": ["source", "file", "row", "column", "value", "code", "reason", "mend"],
    "zh": ["数据源", "文件", "行号", "列", "值", "代码", "原因", "处理办法"],
}


@dataclass(frozen=True)
class Faults:
    """One kind of fault: `rows` cells of a column with the same code, and one of them as found (null: it was empty).
    `used`: the cells are taken for empty, and their rows are used."""

    source: str
    column: str
    code: str
    rows: int
    example: str | None
    used: bool = False


def faults_in(faults: ir.Table | None, engine: Engine, *, used: bool = False) -> list[Faults]:
    """What is wrong with rows, the commonest first. `faults` has a row for every fault, of rows that cannot be used or
    of such as are `used`."""
    if faults is None:
        return []
    by_kind = faults.group_by("source", "column", "code")
    t = by_kind.aggregate(rows=faults.count(), example=faults.value.min().left(_LONGEST_EXAMPLE))
    found = [Faults(**row, used=used) for row in engine.rows(t)]
    return sorted(found, key=lambda f: (-f.rows, f.source, f.column, f.code))


def write_faults(faults: ir.Table | None, lang: Lang, engine: Engine, path: Path) -> None:
    """Every fault with its place, reason and mend; nothing where there are none."""
    if faults is None:
        return
    ordered = faults.order_by(["source", "file", "row", "column"])
    words = catalog("errors", lang)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(QUARANTINE_HEADINGS[lang])
        for batch in engine.arrow(ordered).to_batches():
            for r in batch.to_pylist():
                entry = words[r["code"]]
                cells = [
                    r["source"],
                    r["file"],
                    r["row"],
                    r["column"],
                    r["value"],
                    r["code"],
                    entry["message"],
                    entry["mend"],
                ]
                writer.writerow([safe_cell(c) for c in cells])
