"""`custrata export`: the customers of a result as a list that Excel, Power BI or a notebook opens as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.charts.numbers import money_unit
from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.segments.base import Class
from custrata.locale import Lang, text
from custrata.report.customers import MOST_ROWS, About, Column, write_customers
from custrata.usecases.cells import safe_cell, safe_column
from custrata.usecases.listing import NAME, basis, ranking, segment_title, with_names
from custrata.usecases.look import Result

ENDINGS = (".xlsx", ".csv", ".parquet")
_ROWS = 50_000
"""Customers in memory at a time."""


@dataclass(frozen=True)
class Exported:
    """What was written: the file and how many customers it lists."""

    path: Path
    customers: int


def export(result: Result, path: Path, lang: Lang, segment: str | None = None, classes: Sequence[str] = ()) -> Exported:
    """Writes the customers with id, name, metrics and classes, those who spend most first; by the ending of the path.

    With a `segment` (or ladder) they stand class by class in its order, and `classes` (keys, or labels in either
    language) keep those of some only; which spend orders them is the segment's own (`Scheme.basis`). A file that is
    there is replaced when the new one is whole. Text never leaves as a formula; in a CSV it is preceded by an
    apostrophe.

    Raises `CustrataError`: E-CLI-005 another ending, E-CLI-012 classes without a segment, E-RUN-003 no such segment,
    E-RUN-008 no such class, E-RUN-009 more customers than a sheet holds, E-RUN-006 the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise CustrataError(Problem("E-CLI-005", str(path), {"ending": ending, "known": ", ".join(ENDINGS)}))
    if classes and segment is None:
        name = next(iter(result.scheme.segments), "SEGMENT")
        raise CustrataError(Problem("E-CLI-012", "--class", {"segment": name, "class_": classes[0]}))
    chosen = _chosen(result, segment, classes, lang) if segment is not None else []
    columns = export_columns(result, segment, lang)
    listed = _listed(result, segment, chosen, columns, lang)
    n = int(result.engine.rows(listed.aggregate(n=listed.count()))[0]["n"])
    return write_list(result, listed, columns, _about(result, segment, chosen, n, lang), path, lang)


def write_list(
    result: Result, listed: ir.Table, columns: Sequence[Column], about: About, path: Path, lang: Lang
) -> Exported:
    """Writes a list of customers, in its order and with these columns, by the ending of the path. Errors: E-RUN-009,
    E-RUN-006 as in `export`."""
    ending, n = path.suffix.lower(), about.customers
    if ending == ".xlsx" and n > MOST_ROWS:
        raise CustrataError(Problem("E-RUN-009", str(path), {"n": f"{n:,}", "most": f"{MOST_ROWS:,}"}))
    with tempfile.TemporaryDirectory(prefix="custrata-") as scratch:
        sorted_ = Path(scratch) / "customers.parquet"
        result.engine.write_parquet(listed, sorted_)
        part = path.with_name(f".{path.stem}.part{path.suffix}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(sorted_, part, ending, columns, about, lang)
            part.replace(path)
        except OSError as error:
            values = {"why": error.strerror or str(error), "path": str(path.parent)}
            raise CustrataError(Problem("E-RUN-006", str(path), values)) from error
        finally:
            with suppress(OSError):  # its folder may be no folder
                part.unlink()
    return Exported(path, n)


def _write(source: Path, target: Path, ending: str, columns: Sequence[Column], about: About, lang: Lang) -> None:
    if ending == ".parquet":
        target.write_bytes(source.read_bytes())
    elif ending == ".xlsx":
        write_customers(target, _batches(source), columns, about, lang)
    else:
        _write_csv(target, _batches(source), columns)


def _batches(source: Path) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as file:
        yield from file.iter_batches(_ROWS)


def _write_csv(path: Path, batches: Iterator[Any], columns: Sequence[Column]) -> None:
    """UTF-8 with a byte-order mark, without which Excel takes Chinese for something else."""
    import pyarrow as pa
    from pyarrow import csv

    names = [safe_cell(c.heading) for c in columns]
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        writer = None
        for batch in batches:
            cells = [safe_column(c) if _is_text(c.type) else c for c in batch.columns]
            table = pa.RecordBatch.from_arrays(cells, names=names)
            writer = writer or csv.CSVWriter(file, table.schema)
            writer.write_batch(table)
        if writer is None:
            file.write((",".join(f'"{n.replace(chr(34), chr(34) * 2)}"' for n in names) + "\n").encode())
        else:
            writer.close()


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _chosen(result: Result, segment: str, wanted: Sequence[str], lang: Lang) -> list[Class]:
    """The classes that were named, in the order of the segment; all of them where none was."""
    classes, missing = result.segment_class_labels(segment)
    every = [*classes, missing]
    if not wanted:
        return every
    problems = []
    found: list[Class] = []
    spelled = {word: c.label(lang) for c in every for word in (c.key, c.zh, c.en)}
    for name in wanted:
        same = [c for c in every if name.strip().casefold() in {w.casefold() for w in (c.key, c.zh, c.en)}]
        if not same:
            known = [c.label(lang) for c in every]
            near = spelled.get(did_you_mean(name, spelled), "")
            values = {"segment": segment, "name": name, "known": ", ".join(known[:40]), "suggestion": near}
            problems.append(Problem("E-RUN-008", result.run_id, values))
        found += same
    if problems:
        raise CustrataError(*problems)
    return [c for c in every if c in found]


def export_columns(result: Result, segment: str | None, lang: Lang) -> list[Column]:
    """Id, name where a source tells it, metrics, and the classes, those of the segment first."""
    scheme = result.scheme
    who = Column("customer_id", text("report.customer_id", lang), "text", text("report.customer_id_is", lang))
    columns = [who]
    if result.people is not None and "name" in result.people.columns:
        columns.append(Column(NAME, text("report.name", lang), "text", text("report.name_is", lang)))
    for name, metric in scheme.metrics.items():
        note = result.metric_note(name, lang)
        unit = getattr(metric, "unit_", metric.unit)
        kind = result.customers[name].type()
        style = _STYLES.get(unit, "number" if kind.is_numeric() else "text")
        style = "number" if style == "count" and not kind.is_integer() else style
        said = money_unit(lang, scheme.currency) if unit == "money" else note.unit
        columns.append(Column(name, note.title, style, note.sentence, said, note.window, note.own))
    ordered = [*([segment] if segment else []), *(n for n in result.classified if n != segment)]
    for name in ordered:
        if name in scheme.levels:
            meaning = text("report.level_on", lang)
            columns.append(Column(name, segment_title(scheme, name, lang), "text", meaning))
            continue
        kind_ = scheme.segments[name].zh if lang == "zh" else scheme.segments[name].kind.replace("_", " ")
        meaning = text("report.class_of", lang, kind=kind_)
        columns.append(Column(name, segment_title(scheme, name, lang), "text", meaning))
    return columns


#: Unit of a metric → how its cells are written.
_STYLES = {"money": "money", "count": "count", "days": "count", "ratio": "percent", "date": "date", "text": "text"}


def _listed(
    result: Result, segment: str | None, chosen: Sequence[Class], columns: Sequence[Column], lang: Lang
) -> ir.Table:
    own = result.scheme.lang
    t = result.labelled(*(n for n in (*result.classified, segment) if n is not None))
    order: list[Any] = []
    if segment is not None:
        labels = list(dict.fromkeys(c.label(own) for c in chosen))
        t = t.filter(t[segment].isin(labels))
        if len(labels) > 1:
            order.append(t[segment].cases(*((label, i) for i, label in enumerate(labels)), else_=len(labels)))
    by = basis(result, segment or ranking(result.scheme), lang).spend.name
    t = t.mutate(_place=order[0] if order else ibis.literal(0))
    t = with_names(result, t)
    t = t.order_by(["_place", ibis.desc(by, nulls_first=False), "customer_id"])
    cells = {c.name: in_language(result, c.name, t[c.name], lang) for c in columns}
    taken = set(cells)
    named = {("name" if "name" not in taken else "customer_name") if k == NAME else k: v for k, v in cells.items()}
    return t.select(**named)


def in_language(result: Result, name: str, column: Any, lang: Lang) -> Any:
    """A class in the reader's language; what is no class stays as it is."""
    own = result.scheme.lang
    if lang == own or not (name in result.scheme.segments or name in result.scheme.levels):
        return column
    classes, missing = result.segment_class_labels(name)
    words = {c.label(own): c.label(lang) for c in [*classes, missing] if c.label(own) != c.label(lang)}
    return column.cases(*words.items(), else_=column) if words else column


def _about(result: Result, segment: str | None, chosen: Sequence[Class], n: int, lang: Lang) -> About:
    scheme = result.scheme
    classes, missing = result.segment_class_labels(segment) if segment else ([], None)
    some = segment is not None and len(chosen) < len(classes) + (missing is not None)
    return About(
        title=scheme.name, currency=scheme.currency, as_of=result.as_of, run_id=result.run_id,
        published_at=result.published_at, version=result.version, customers=n,
        segment=segment_title(scheme, segment, lang) if segment else None,
        classes=[c.label(lang) for c in chosen] if some else [],
        ordered_by=basis(result, segment or ranking(scheme), lang).spend.title,
    )  # fmt: skip
