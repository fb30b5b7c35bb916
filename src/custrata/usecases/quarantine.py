"""Rows that could not be used: as a sheet that can be mended and loaded again, and in short for whoever ran it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from custrata.locale import LANGS, Lang, catalog
from custrata.usecases.cells import safe_cell
from custrata.usecases.evaluate import Evaluation
from custrata.usecases.ports import Engine

#: Characters of an example: a damaged file may hold a cell of any size.
_LONGEST_EXAMPLE = 200
#: The headings of quarantine.csv, always in this order.
QUARANTINE_HEADINGS: dict[Lang, list[str]] = {
    "en": ["source", "file", "row", "column", "value", "code", "reason", "mend"],
    "zh": ["数据源", "文件", "行号", "列", "值", "代码", "原因", "处理办法"],
}


@dataclass(frozen=True)
class Faults:
    """One kind of fault: `rows` cells of a column with the same code, and one of them as found (null: it was empty)."""

    source: str
    column: str
    code: str
    rows: int
    example: str | None


def faults_in(quarantine: ir.Table | None, engine: Engine) -> list[Faults]:
    """What is wrong with rows that cannot be used, the commonest first. `quarantine` has a row for every fault."""
    if quarantine is None:
        return []
    by_kind = quarantine.group_by("source", "column", "code")
    t = by_kind.aggregate(rows=quarantine.count(), example=quarantine.value.min().left(_LONGEST_EXAMPLE))
    found = [Faults(**row) for row in engine.rows(t)]
    return sorted(found, key=lambda f: (-f.rows, f.source, f.column, f.code))


def write_quarantine(evaluation: Evaluation, engine: Engine, path: Path) -> None:
    """Every fault with its place, reason and mend, in the language of the scheme; nothing where there are none."""
    quarantine = evaluation.facts.quarantine
    if quarantine is None:
        return
    ordered = quarantine.order_by(["source", "file", "row", "column"])
    lang = evaluation.scheme.lang
    assert lang in LANGS
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
