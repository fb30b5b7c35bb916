"""Sales that stand in several files: exports whose periods overlap, told before they are counted twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.errors import CustrataError
from custrata.core.facts.clean import clean
from custrata.core.facts.mapping import columns_of
from custrata.core.guess import source_options
from custrata.core.scan import Opened
from custrata.core.scheme.sources import Orders
from custrata.locale import Lang, text
from custrata.sources.files.find import find_files, shown_name
from custrata.sources.files.open import open_files
from custrata.usecases.init_files import literal
from custrata.usecases.init_table import Table
from custrata.usecases.load.rows import file_spec
from custrata.usecases.ports import Engine
from custrata.usecases.rows import raw_rows

#: What makes two lines the same sale, as far as a source has it. The number of the order must be there: without it two
#: equal lines may well be two sales.
_SAME = ("order_id", "customer_id", "ordered_at", "product_id", "product", "quantity", "amount")
_MOST = 5


@dataclass(frozen=True)
class Overlap:
    """Files with lines in common: how many lines would count again, what they come to, and of which days they are."""

    files: str
    rows: int
    amount: Decimal
    first: date
    last: date

    def text(self, lang: Lang) -> str:
        values = {"files": self.files, "rows": f"{self.rows:,}", "amount": f"{self.amount:,.2f}",
                  "first": self.first.isoformat(), "last": self.last.isoformat()}  # fmt: skip
        return text("init.overlap", lang, **values)


def among(table: Table) -> list[Overlap]:
    """Lines that several files of a table of sales have in common; none where that cannot be told."""
    config = orders_of(table)
    if config is None or len(table.export.files) < 2:
        return []
    try:
        lines = _lines(table.export.opened, config, table.export.engine)
        return _overlaps(lines, table.export.engine)
    except CustrataError:
        return []  # what cannot be read is told by whoever reads it


def with_those(table: Table, config: Orders, folder: Path, replaced: Collection[str]) -> list[Overlap]:
    """Lines of a table of sales that the files which a source of the scheme in `folder` reads already have too. Files
    whose names are among the `replaced` are not looked at."""
    told, engine = orders_of(table), table.export.engine
    if told is None or not config.file:
        return []
    try:
        there = [p for p in find_files(list(config.file), folder) if p.name not in replaced]
        if not there:
            return []
        with TemporaryDirectory(prefix="custrata-") as scratch:
            spec = file_spec(config, [literal(shown_name(p, folder)) for p in there])
            new = _lines(table.export.opened, told, engine)
            old = _lines(open_files(spec, folder, Path(scratch)), config, engine)
            columns = [c for c in new.columns if c in old.columns]
            old = old.semi_join(new, "order_id")
            both = new.select(*columns, _new=True).union(old.select(*columns, _new=False))
            return _overlaps(both, engine)
    except CustrataError:
        return []


def orders_of(table: Table) -> Orders | None:
    """How a scheme would read a table of sales; null where it has no order numbers or lacks what it needs."""
    if table.kind != "orders" or table.guess.missing or not table.guess.of("order_id"):
        return None
    options = source_options(table.guess)
    known = {c.column for c in table.guess.columns}
    return Orders.model_validate(options | {"columns": {k: v for k, v in options["columns"].items() if k in known}})


def cleaned(opened: Opened, config: Orders, engine: Engine) -> Any:
    """The rows of sales with their canonical columns and `_file`, those that cannot be used left out."""
    names = columns_of("orders", config, opened.columns, "")
    raw, names = raw_rows("orders", opened, names, engine, numbered=False, filed=True)
    t: Any = clean(raw, "orders", config, names, engine.local_time, engine.stage).table
    return t.filter(~t["_bad"])


def _lines(opened: Opened, config: Orders, engine: Engine) -> Any:
    """The usable rows with what makes them the same, ids as text, and their file."""
    t = cleaned(opened, config, engine)
    t = t.filter(t["_excluded"].isnull() & t.order_id.notnull())
    ids = ("order_id", "customer_id", "product_id", "product")
    kept = {c: t[c].cast("string") if c in ids else t[c] for c in _SAME if c in t.columns}
    return t.select(**kept, _file=t["_file"].cast("string"))


def _overlaps(lines: Any, engine: Engine) -> list[Overlap]:
    """Files with lines in common, most first. Of lines that are `_new` or not, only sets of both are told of."""
    key = [c for c in lines.columns if not c.startswith("_")]
    # Most orders stand in one file, and need not be looked at line by line.
    spans: Any = lines.group_by("order_id").aggregate(low=lines["_file"].min(), high=lines["_file"].max())
    lines = lines.semi_join(spans.filter(spans.low != spans.high), "order_id")
    mixed = "_new" in lines.columns
    more = {"new": lines["_new"].cast("int8").max(), "old": (~lines["_new"]).cast("int8").max()} if mixed else {}
    by_file: Any = lines.group_by([*key, "_file"]).aggregate(k=lines.count(), **more)
    sets: Any = by_file.group_by(key).aggregate(
        times=by_file.k.sum(), inside=by_file.k.max(), files=by_file.count(),
        where=by_file["_file"].group_concat(" + ", order_by=by_file["_file"]),
        **{name: by_file[name].max() for name in more},
    )  # fmt: skip
    sets = sets.filter(sets.files > 1)
    sets = sets.filter((sets.new == 1) & (sets.old == 1)) if mixed else sets
    again = (sets.times - sets.inside).cast("int64")
    found: ir.Table = sets.group_by("where").aggregate(
        rows=again.sum(), amount=(sets.amount * again).sum(), first=sets.ordered_at.min(), last=sets.ordered_at.max()
    )
    rows: Sequence[dict[str, Any]] = engine.rows(found.order_by([ibis.desc("rows"), "where"]).limit(_MOST))
    return [Overlap(r["where"], int(r["rows"]), Decimal(r["amount"] or 0), r["first"], r["last"]) for r in rows]
