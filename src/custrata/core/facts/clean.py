"""Raw rows → canonical rows: which can be used, which are excluded by rule, and what is wrong with the others.

The result has every canonical column that the source has, and those of bookkeeping: `_bad` (something must be mended
before the row can be used), `_excluded` (the rule that leaves it out, else null; such a row needs no mending), of
descriptive columns `_emptied_NAME` (the cell cannot be read and is taken for empty, and the row is used) and, of
returns that may follow an order's customer, `_otherwise` (the rule that leaves one out whose order is not found).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.cells import CARRIED, Stage, all_cells, at_once, plain_cells
from custrata.core.facts.columns import Column, columns_for
from custrata.core.facts.mends import LEFT_OUT
from custrata.core.facts.parse import TOO_LARGE, LocalTime, Parsed, in_local_time
from custrata.core.facts.sales import read_sale
from custrata.core.facts.totals import TOTAL, first_of
from custrata.core.scheme.sources import Orders, Returns, Source

_UNREADABLE = {"money": "E-ROW-002", "number": "E-ROW-002", "day": "E-ROW-003", "id": "E-ROW-004", "text": "E-ROW-001"}
MISSING, NO_CUSTOMER = "E-ROW-001", "E-ROW-005"
#: The rule of rows whose id turned out to be no whole number, though it was to be one: all must be read anew.
NOT_WHOLE = "not_whole"
#: The rule of rows that tell of no customer, where that is no fault.
NOBODY = "anonymous"
#: Rows without a number would all become one order, so where there is a number column every row needs one.
NEEDED_IF_MAPPED = {"orders": ("order_id",)}
#: What the marks of cells that were emptied are called.
EMPTIED = "_emptied_{}".format


@dataclass(frozen=True)
class Fault:
    """Something that can be wrong with a row: the canonical column it lies in, its code, and whether it is so;
    `because` holds codes that say more, with when they do. `empties`: the cell is taken for empty and the row used, as
    long as nothing else is wrong with it."""

    column: str
    code: str
    holds: Any
    because: tuple[tuple[str, Any], ...] = ()
    empties: bool = False

    def told(self) -> Any:
        """The code, row by row."""
        code = ibis.literal(self.code)
        return ibis.cases(*((holds, code) for code, holds in self.because), else_=code) if self.because else code


@dataclass(frozen=True)
class Cleaned:
    """`table` as above; `faults`, `bad` that they add up to and the marks of `emptied` cells by column, as expressions
    over `parsed`, which has the cells as they were found under `_cell_NAME`."""

    table: ir.Table
    faults: tuple[Fault, ...]
    bad: Any
    emptied: Mapping[str, Any]
    parsed: ir.Table
    ruled: bool = True
    """Whether a rule can leave a row out, that of ids that are no whole numbers aside; else `_excluded` is null."""


def clean(
    raw: ir.Table, source: str, config: Source, names: Mapping[str, str], local_time: LocalTime,
    stage: Stage | None = None, whole: Collection[str] = (), *, plainly: bool = False,
) -> Cleaned:  # fmt: skip
    """Canonical columns of one source. `raw` may carry `_file`, `_row`, `_key` and `_mark`, which are kept, and
    `_left_out`, whose rows are excluded; its moments become dates by `local_time`.

    Ids that are text become numbers of 64 bits in the columns that `whole` names; a row where that cannot be has the
    rule `NOT_WHOLE`, and none of its values mean anything.

    `plainly` reads only texts that are plainly written, at half the cost: a row with any other is `_bad`, whatever is
    or is not wrong with it, and none of its values mean anything. A row that is not `_bad` is as it would be else."""
    known = {c.name: c for c in columns_for(source)}
    local = in_local_time(raw, local_time)
    read = plain_cells if plainly else all_cells
    parsed, cells = read(local, config, names, known, local_time, stage or at_once, whole)
    values: dict[str, Any] = {name: _value(known.get(name), p) for name, p in cells.items()}
    faults = [f for name, p in cells.items() if name in known for f in _faults(known[name], p, source, values)]
    excluded: Any = None
    if source == "orders":
        assert isinstance(config, Orders)
        quantity = parsed["_cell_quantity"] if "quantity" in names else None
        # A whole number is compared as it lies, which is cheaper than as a decimal.
        integer = quantity is not None and quantity.type().is_integer()
        sale = read_sale(values, config, quantity if integer else values.get("quantity"))
        values, excluded = sale.values, sale.excluded
        faults = [replace(f, holds=f.holds & ~sale.named) if _follows(f, sale.named) else f for f in faults]
        faults += _amount_faults(values["amount"], sale.too_large, faults)
    elif source == "returns":
        assert isinstance(config, Returns)
        values["amount"] = values["amount"].abs()
        if "order_id" in values:
            values["refers_to"] = values.pop("order_id")
        if config.count is not None and "status" in values:
            counted = values["status"].isin(config.count).fill_null(False)
            excluded = ibis.ifelse(counted, ibis.null(dt.string), "status")
    elif source == "customers" and "updated_at" in values:
        # In a file of sales read for its customers, a sale to nobody is no fault.
        excluded = ibis.ifelse(values["customer_id"].isnull(), NOBODY, ibis.null(dt.string))
    totals = {c.removeprefix("_total_"): parsed[c] for c in parsed.columns if c.startswith("_total_")}
    if totals:
        # It is no sale that lacks something, and none that a rule leaves out: it is told as what it is.
        total = reduce(lambda a, b: a | b, totals.values())
        faults = [replace(f, holds=f.holds & ~total) for f in faults]
        faults += [Fault(name, TOTAL, holds) for name, holds in first_of(totals)]
        excluded = None if excluded is None else ibis.ifelse(total, ibis.null(dt.string), excluded)
    kept = {c: parsed[c] for c in CARRIED if c in parsed.columns}
    if "_left_out" in kept:
        excluded = ibis.ifelse(kept.pop("_left_out"), LEFT_OUT, ibis.null(dt.string) if excluded is None else excluded)
    holding = [f.holds for f in faults if not f.empties]
    bad = reduce(lambda a, b: a | b, holding) if holding else ibis.literal(False)
    # A total below numbered customers does not make texts of their numbers.
    ruled = excluded is not None
    ids = [c.removeprefix("_odd_") for c in parsed.columns if c.startswith("_odd_")]
    odd = [parsed[f"_odd_{n}"] & ~totals[n] if n in totals else parsed[f"_odd_{n}"] for n in ids]
    if odd:
        none = ibis.null(dt.string) if excluded is None else excluded
        excluded = ibis.ifelse(reduce(lambda a, b: a | b, odd), NOT_WHOLE, none)
    if excluded is not None:
        bad = bad & excluded.isnull()
    if "_odd" in parsed.columns:
        bad = bad | parsed["_odd"]
    rule = ibis.null(dt.string) if excluded is None else excluded
    emptied = {name: ibis.literal(False) for name in values if name in known and known[name].descriptive}
    for fault in (f for f in faults if f.empties):
        emptied[fault.column] = fault.holds & ~bad if excluded is None else fault.holds & ~bad & excluded.isnull()
    marks = {EMPTIED(name): holds for name, holds in emptied.items()}
    table = parsed.select(**kept, **values, _bad=bad, _excluded=rule, **marks)
    return Cleaned(table, tuple(faults), bad, emptied, parsed, ruled)


def unread(cleaned: Cleaned, names: Mapping[str, str]) -> ir.Table:
    """The raw rows that are `_bad` of a table that was cleaned `plainly`."""
    found = cleaned.parsed.filter(cleaned.bad)
    kept = {c: found[c] for c in CARRIED if c in found.columns}
    return found.select(**kept, **{header: found[f"_cell_{name}"] for name, header in names.items()})


def bad_rows(
    raw: ir.Table, source: str, config: Source, names: Mapping[str, str], local_time: LocalTime,
    stage: Stage | None = None,
) -> tuple[ir.Table, tuple[Fault, ...]]:  # fmt: skip
    """The rows in which a cell must be mended, with all that `name_faults` asks of them, and the faults that they can
    have: those that cannot be used, and those in which no more than a cell is taken for empty.

    `raw` must carry `_file` and `_row`.
    """
    cleaned = clean(raw, source, config, names, local_time, stage)
    parsed = cleaned.parsed
    marks = {f"_fault_{i}": f.holds for i, f in enumerate(cleaned.faults)}
    marks |= {f"_code_{i}": f.told() for i, f in enumerate(cleaned.faults)}
    cells = {f"_cell_{name}": parsed[f"_cell_{name}"].cast(dt.string) for name in names}
    any_ = reduce(lambda a, b: a | b, [cleaned.bad, *cleaned.emptied.values()])
    both = parsed.select("_file", "_row", **cells, **marks, _used=~cleaned.bad, _wrong=any_)
    return both.filter(both["_wrong"]).drop("_wrong"), cleaned.faults


def name_faults(bad: ir.Table, faults: Sequence[Fault], names: Mapping[str, str]) -> ir.Table:
    """One row for every fault of the `bad_rows`: `_file`, `_row`, `column` (the header), `value` (as found), `code`,
    `used` (the row is used, and this cell of it is taken for empty)."""
    parts = []
    for i, fault in enumerate(faults):
        rows = bad.filter(bad[f"_fault_{i}"])
        cell = rows[f"_cell_{fault.column}"] if fault.column in names else ibis.null(dt.string)
        header = ibis.literal(names.get(fault.column, fault.column))
        parts.append(rows.select("_file", "_row", column=header, value=cell, code=rows[f"_code_{i}"], used="_used"))
    return reduce(lambda a, b: a.union(b), parts)


def _value(column: Column | None, p: Parsed) -> Any:
    """What a cell says; nothing, where it is taken for empty. Of a number or an id that cannot be read nothing is left
    anyway, but a day may be one of no calendar of ours."""
    if column is None or not column.descriptive or column.type != "day" or p.unreadable is None:
        return p.value
    return ibis.ifelse(p.unreadable, ibis.null(p.value.type()), p.value)


def _faults(column: Column, p: Parsed, source: str, values: Mapping[str, Any]) -> list[Fault]:
    found = []
    if p.unreadable is not None:
        code = _UNREADABLE[column.type]
        if not column.descriptive:
            found.append(Fault(column.name, code, p.unreadable, p.because))
        elif column.name != "price":
            found.append(Fault(column.name, code, p.unreadable, p.because, empties=True))
        elif "amount" not in values:
            found.append(Fault(column.name, code, p.unreadable, p.because))
        else:
            # A price only describes a row that tells its amount; where it does not, the amount follows from the price.
            told = values["amount"].notnull()
            found.append(Fault(column.name, code, p.unreadable & ~told, p.because))
            found.append(Fault(column.name, code, p.unreadable & told, p.because, empties=True))
    if column.required or column.name in NEEDED_IF_MAPPED.get(source, ()):
        missing = p.value.isnull() if p.unreadable is None else p.value.isnull() & ~p.unreadable
        found.append(Fault(column.name, NO_CUSTOMER if column.name == "customer_id" else MISSING, missing))
    return found


def _follows(fault: Fault, named: Any) -> bool:
    """Whether a return that names its order need not have what is missing: its customer is the order's."""
    return named is not None and fault.code == NO_CUSTOMER


def _amount_faults(amount: Any, too_large: Any, faults: list[Fault]) -> list[Fault]:
    """What can be wrong with the net amount that no cell alone tells."""
    missing: Any = amount.isnull()
    for fault in faults:
        if fault.column in ("amount", "price", "quantity"):
            missing = missing & ~fault.holds
    if too_large is None:
        return [Fault("amount", MISSING, missing)]
    return [Fault("amount", TOO_LARGE, too_large), Fault("amount", MISSING, missing & ~too_large)]
