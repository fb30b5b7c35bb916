"""Reading one source: its rows cleaned and counted, and what is wrong with those that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.clean import EMPTIED, bad_rows, clean, name_faults
from custrata.core.facts.columns import base_of
from custrata.core.facts.evidence import evidence, proves
from custrata.core.facts.exact import Form
from custrata.core.facts.mapping import columns_of, require_in_each_file
from custrata.core.facts.mends import Mend, mended
from custrata.core.scan import ExpressionScan, Opened, ParquetScan
from custrata.core.scheme.sources import Source
from custrata.usecases.ports import Engine, RejectedLine

#: The canonical day of the sources that are dated, and those of them that tell of sales.
DAY = {"orders": "ordered_at", "returns": "returned_at", "interactions": "happened_at", "assets": "day"}
SALES = ("orders", "returns")
#: Columns of the quarantine, one row for every fault.
QUARANTINE = {"source": "string", "file": "string", "row": "int64", "column": "string", "value": "string",
              "code": "string"}  # fmt: skip
#: The same of all faults: `used` says that the row is used, and no more than this cell of it is taken for empty.
FAULT = {**QUARANTINE, "used": "boolean"}
_EMPTIED = EMPTIED("")


@dataclass
class Counts:
    """What became of the rows of one source."""

    read: int = 0
    quarantined: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, int] = field(default_factory=dict)
    """Canonical column → cells that cannot be read and are taken for empty, of rows that are not held back for anything
    else. (A row used now may be left out later, as one of another day.)"""
    returns: int = 0
    """How many may be returns."""
    first_day: date | None = None
    last_day: date | None = None

    @property
    def used(self) -> int:
        return self.read - self.quarantined - sum(self.excluded.values())


@dataclass(frozen=True)
class ReadSource:
    """One source: canonical rows with `_bad` and `_excluded`, canonical column → header, what became of the rows, and
    tables of faults (columns as in `FAULT`)."""

    table: ir.Table
    names: dict[str, str]
    counts: Counts
    faults: tuple[ir.Table, ...]


def day_of(name: str) -> str:
    """The canonical day of a source that is dated."""
    return DAY[base_of(name)]


def read_source(name: str, opened: Opened, config: Source, engine: Engine) -> ReadSource:
    """Cleans and counts a source. Raises `CustrataError` where a needed column is missing."""
    place = opened.files[0].path if len(opened.files) == 1 else f"sources.{name}"
    columns = columns_of(name, config, opened.columns, place)
    require_in_each_file(name, config, columns, opened)
    raw, names = raw_rows(name, opened, columns, engine, numbered=False)
    table = clean(raw, name, config, names, engine.local_time, engine.stage).table
    if not isinstance(opened.scan, ParquetScan | ExpressionScan):
        # Text is parsed once; what is typed already is cheaper to read twice than to keep.
        table = engine.materialise(f"clean_{name}", table)
    proven = _proven(name, raw, config, names, engine) if isinstance(opened.scan, ParquetScan) else None
    counts = proven or _count(name, table, config, engine)
    faults = []
    if counts.quarantined or counts.emptied:
        numbered, named = raw_rows(name, opened, columns, engine, numbered=True)
        faults.append(faults_of_source(name, numbered, named, config, engine))
    rejects = engine.rejects(opened.scan)
    counts.read += len(rejects)
    counts.quarantined += len(rejects)
    if rejects:
        faults.append(rejected(name, rejects, engine))
    return ReadSource(table, names, counts, tuple(faults))


def raw_rows(
    name: str, opened: Opened, names: dict[str, str], engine: Engine, *, numbered: bool, filed: bool = False,
    mends: Sequence[Mend] = (), unchecked: bool = False, forms: Mapping[str, Form] | None = None,
) -> tuple[ir.Table, dict[str, str]]:  # fmt: skip
    """The raw table as it was mended; where orders have no number, every row becomes one. `numbered` and mends add
    `_file` and `_row`, `filed` only `_file`. `unchecked` and `forms`: see `Engine.filed`."""
    anonymous = name == "orders" and names.get("order_id") not in opened.columns
    if numbered or anonymous or mends:
        raw = engine.numbered(opened.scan)
    else:
        raw = engine.filed(opened.scan, unchecked=unchecked, forms=forms) if filed else engine.read(opened.scan)
    if mends:
        raw = mended(raw, mends, {(r.file, r.row) for r in engine.rejects(opened.scan)})
    if anonymous:
        raw = raw.mutate(order_id=raw["_file"] + ":" + raw["_row"].cast(dt.string))
        names = {**names, "order_id": "order_id"}
    return raw, names


def _proven(name: str, raw: ir.Table, config: Source, names: dict[str, str], engine: Engine) -> Counts | None:
    """The counts of a source whose own statistics prove every row usable, without reading the rows."""
    asked = evidence(raw, name, config, names)
    if asked is None:
        return None
    found = engine.rows(raw.aggregate(**asked))[0]
    if not proves(found):
        return None
    first, last = (date(d.year, d.month, d.day) for d in (found["first"], found["last"]))
    return Counts(read=found["read"], returns=found["read"], first_day=first, last_day=last)


def _count(name: str, t: ir.Table, config: Source, engine: Engine) -> Counts:
    return _counted(name, engine.rows(t.aggregate(**_asked(name, t, config)))[0])


def count_units(
    name: str, t: ir.Table, config: Source, engine: Engine, more: Sequence[str] = ()
) -> dict[int, Counts]:  # fmt: skip
    """The counts of cleaned rows by the column `_unit`; `more` are rules that leave rows out besides the scheme's."""
    found = engine.rows(t.group_by("_unit").aggregate(**_asked(name, t, config, more)))
    return {row["_unit"]: _counted(name, row) for row in found}


def _asked(name: str, t: ir.Table, config: Source, more: Sequence[str] = ()) -> dict[str, Any]:
    # Whether a day is good matters only where it is not: an unreadable one is null or out of any calendar.
    good = ~t["_bad"] & t["_excluded"].isnull()
    asked: dict[str, Any] = {"read": t.count(), "bad": t.count(where=t["_bad"])}
    reasons = [
        reason
        for reason, ruled in (
            ("status", getattr(config, "count", None)),
            ("anonymous", getattr(config, "anonymous", ()) or (name == "customers" and "updated_at" in t.columns)),
        )
        if ruled
    ]
    asked |= {f"x_{r}": t.count(where=t["_excluded"] == r) for r in (*reasons, *more)}
    asked |= {f"e_{c.removeprefix(_EMPTIED)}": t.count(where=t[c]) for c in t.columns if c.startswith(_EMPTIED)}
    if base_of(name) in DAY:
        day = t[day_of(name)]
        asked |= {"first": day.min(where=good), "last": day.max(where=good)}
    if name == "orders":
        asked["returns"] = t.count(where=good & t.is_return)
    return asked


def _counted(name: str, row: Mapping[str, Any]) -> Counts:
    return Counts(
        read=row["read"], quarantined=row["bad"],
        excluded={key.removeprefix("x_"): n for key, n in row.items() if key.startswith("x_")},
        emptied={key.removeprefix("e_"): n for key, n in row.items() if key.startswith("e_") and n},
        returns=row.get("returns", row["read"] if name == "returns" else 0),
        first_day=row.get("first"), last_day=row.get("last"),
    )  # fmt: skip


def faults_of_source(
    name: str, raw: ir.Table, names: Mapping[str, str], config: Source, engine: Engine
) -> ir.Table:  # fmt: skip
    """What is wrong with raw rows, numbered, of which some are to be mended; columns as in `FAULT`."""
    bad, faults = bad_rows(raw, name, config, names, engine.local_time, engine.stage)
    # Computed once, not once for every kind of fault.
    found = name_faults(engine.materialise(f"bad_{name}", bad), faults, names)
    rows = found.select(
        source=ibis.literal(name), file="_file", row="_row", column="column", value="value", code="code", used="used"
    )
    return engine.materialise(f"faults_{name}", rows)


def rejected(name: str, rejects: Sequence[RejectedLine], engine: Engine) -> ir.Table:
    """Faults of lines that could not be split into fields."""
    import pyarrow as pa

    rows = [(name, r.file, r.row, "", r.line_text, r.reason_code, False) for r in rejects]
    kinds = {"string": pa.string(), "int64": pa.int64(), "boolean": pa.bool_()}
    columns = {c: pa.array([r[i] for r in rows], kinds[kind]) for i, (c, kind) in enumerate(FAULT.items())}
    return engine.from_arrow(f"rejects_{name}", pa.table(columns))
