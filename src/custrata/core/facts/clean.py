"""Raw rows → canonical rows: which can be used, which are excluded by rule, and what is wrong with the others.

The result has every canonical column that the source has, and two of bookkeeping: `_bad` (something must be mended
before the row can be used) and `_excluded` (the rule that leaves it out, else null; such a row needs no mending).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.columns import CANONICAL, DECIMAL, OPEN, Column
from custrata.core.facts.parse import Parsed, parse, plausible
from custrata.core.scheme.sources import Orders, Returns, Source

_UNREADABLE = {"money": "E-ROW-002", "number": "E-ROW-002", "day": "E-ROW-003", "id": "E-ROW-004", "text": "E-ROW-001"}
MISSING, NO_CUSTOMER = "E-ROW-001", "E-ROW-005"
#: Rows without a number would all become one order, so where there is a number column every row needs one.
_NEEDED_IF_MAPPED = {"orders": ("order_id",)}


@dataclass(frozen=True)
class Fault:
    """Something that can be wrong with a row: the canonical column it lies in, its code, and whether it is so."""

    column: str
    code: str
    holds: Any


@dataclass(frozen=True)
class Cleaned:
    """`table` as above; `faults`, and `bad` that they add up to, as expressions over the raw table."""

    table: ir.Table
    faults: tuple[Fault, ...]
    bad: Any


def columns_of(source: str, config: Source, available: Iterable[str], place: str) -> dict[str, str]:
    """Canonical column → header in the file. A mapped header that is not there, or a required column that no header
    gives, is an error that names the headers there are."""
    available = list(available)
    known = {c.name: c for c in CANONICAL[source]}
    found: dict[str, str] = {}
    problems: list[Problem] = []
    listed = ", ".join(available[:40])
    for name, header in config.columns.items():
        if header not in available:
            near = did_you_mean(header, available)
            problems.append(
                Problem("E-DATA-003", place, {"column": name, "header": header, "known": listed, "suggestion": near})
            )
        else:
            found[name] = header
    for name in known:
        if name not in config.columns and name in available:
            found[name] = name
    if source in OPEN and not config.columns:
        # Without a mapping a table is taken as it is: its other columns are attributes.
        found |= {h: h for h in available if h not in found.values() and not h.startswith("_")}
    mapped = set(config.columns)
    problems += [
        Problem("E-DATA-004", place, {"column": c.name, "meaning_zh": c.zh, "meaning": c.en, "known": listed})
        for c in known.values()
        if c.required and c.name not in found and c.name not in mapped
    ]
    if source == "orders" and not {"amount"} & (set(found) | mapped) and not {"quantity", "price"} <= set(found):
        problems.append(Problem("E-DATA-005", place, {"known": listed}))
    if "status" not in found and "status" not in mapped and _rules_on_status(config):
        problems.append(Problem("E-DATA-009", place, {"known": listed}))
    if problems:
        raise CustrataError(*problems)
    return found


def _rules_on_status(config: Source) -> bool:
    counted = config.count is not None if isinstance(config, Orders | Returns) else False
    return counted or (isinstance(config, Orders) and bool(config.returns.status))


def clean(raw: ir.Table, source: str, config: Source, names: Mapping[str, str]) -> Cleaned:
    """Canonical columns of one source. `raw` may carry `_file` and `_row`, which are kept."""
    known = {c.name: c for c in CANONICAL[source]}
    types = {name: known[name].type if name in known else "text" for name in names}
    parsed = {name: parse(raw[header], types[name], dates=config.dates) for name, header in names.items()}
    values: dict[str, Any] = {name: p.value for name, p in parsed.items()}
    faults = [f for name, p in parsed.items() if name in known for f in _faults(known[name], p, source)]
    excluded: Any = None
    if source == "orders":
        assert isinstance(config, Orders)
        faults = _sale_amounts(values, faults)
        quantity = raw[names["quantity"]] if "quantity" in names else None
        # A whole number is compared as it lies, which is cheaper than as a decimal.
        whole = quantity is not None and quantity.type().is_integer()
        excluded = _sale_rules(values, config, quantity if whole else values.get("quantity"))
    elif source == "returns":
        assert isinstance(config, Returns)
        values["amount"] = values["amount"].abs()
        if "order_id" in values:
            values["refers_to"] = values.pop("order_id")
        if config.count is not None and "status" in values:
            counted = values["status"].isin(config.count).fill_null(False)
            excluded = ibis.ifelse(counted, ibis.null(dt.string), "status")
    kept = {c: raw[c] for c in ("_file", "_row") if c in raw.columns}
    bad = reduce(lambda a, b: a | b, [f.holds for f in faults]) if faults else ibis.literal(False)
    if excluded is not None:
        bad = bad & excluded.isnull()
    rule = ibis.null(dt.string) if excluded is None else excluded
    return Cleaned(raw.select(**kept, **values, _bad=bad, _excluded=rule), tuple(faults), bad)


def evidence(raw: ir.Table, source: str, config: Source, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Aggregates that a Parquet file's own statistics answer and that can prove every row usable: the number of values
    in each column that needs one, and the first and last day. Null where only reading the rows can tell (text, floats,
    rules that leave rows out)."""
    if not isinstance(config, Orders) or config.count is not None or config.anonymous:
        return None
    asked: dict[str, Any] = {"read": raw.count()}
    for column in CANONICAL[source]:
        if column.name not in names or column.type == "text":
            continue
        cell = raw[names[column.name]]
        kind = cell.type()
        if column.type == "day":
            if not (kind.is_date() or (kind.is_timestamp() and kind.timezone is None)):
                return None
            asked |= {"first": cell.min(), "last": cell.max()}
        elif parse(cell, column.type, dates=config.dates).unreadable is not None or kind.is_string():
            return None
        if column.required or column.name in (*_NEEDED_IF_MAPPED.get(source, ()), "amount"):
            asked[f"n_{column.name}"] = cell.count()
    return asked if "amount" in names and "freight" not in names else None


def proves(found: Mapping[str, Any]) -> bool:
    """Whether what was asked as `evidence` shows every row to be usable."""
    first, last = found["first"], found["last"]
    if first is None or not plausible(first) or not plausible(last):
        return False
    return all(n == found["read"] for key, n in found.items() if key.startswith("n_"))


def name_faults(raw: ir.Table, source: str, config: Source, names: Mapping[str, str]) -> ir.Table:
    """One row for every fault of a bad row: `_file`, `_row`, `column` (the header), `value` (as found), `code`.

    `raw` must carry `_file` and `_row`.
    """
    cleaned = clean(raw, source, config, names)
    marks = {f"_fault_{i}": f.holds for i, f in enumerate(cleaned.faults)}
    cells = {f"_cell_{name}": raw[header].cast(dt.string) for name, header in names.items()}
    both = raw.select("_file", "_row", **cells, **marks, _bad=cleaned.bad)
    bad = both.filter(both._bad)
    parts = []
    for i, fault in enumerate(cleaned.faults):
        rows = bad.filter(bad[f"_fault_{i}"])
        cell = rows[f"_cell_{fault.column}"] if fault.column in names else ibis.null(dt.string)
        header = ibis.literal(names.get(fault.column, fault.column))
        parts.append(rows.select("_file", "_row", column=header, value=cell, code=ibis.literal(fault.code)))
    return reduce(lambda a, b: a.union(b), parts)


def _faults(column: Column, p: Parsed, source: str) -> list[Fault]:
    found = []
    if p.unreadable is not None:
        found.append(Fault(column.name, _UNREADABLE[column.type], p.unreadable))
    if column.required or column.name in _NEEDED_IF_MAPPED.get(source, ()):
        missing = p.value.isnull() if p.unreadable is None else p.value.isnull() & ~p.unreadable
        found.append(Fault(column.name, NO_CUSTOMER if column.name == "customer_id" else MISSING, missing))
    return found


def _sale_amounts(values: dict[str, Any], faults: list[Fault]) -> list[Fault]:
    """Makes the net amount of a row: as paid, or quantity × price − discount; without freight."""
    discount = values["discount"].fill_null(0) if "discount" in values else 0
    if "price" in values and "quantity" in values:
        computed = ((values["quantity"] * values["price"]).round(4) - discount).cast(DECIMAL)
        amount = ibis.coalesce(values["amount"], computed) if "amount" in values else computed
    else:
        amount = values["amount"]
    if "freight" in values:
        amount = (amount - values["freight"].fill_null(0)).cast(DECIMAL)
    values["amount"] = amount
    missing: Any = amount.isnull()
    for fault in faults:
        if fault.column in ("amount", "price", "quantity"):
            missing = missing & ~fault.holds
    return [*faults, Fault("amount", MISSING, missing)]


def _sale_rules(values: dict[str, Any], config: Orders, quantity: Any) -> Any:
    """Marks returns, finds what they refer to, and tells which rule leaves a row out (null: none can)."""
    status = values.get("status")
    returned: Any = values["amount"] < 0
    if quantity is not None:
        # A negative line with a positive quantity is a discount line, not a return.
        returned = (quantity < 0).fill_null(False) | (returned & ~(quantity > 0).fill_null(False))
    if config.returns.status and status is not None:
        returned = returned | status.isin(config.returns.status).fill_null(False)
    if config.returns.prefix and "order_id" in values:
        number = values["order_id"].cast(dt.string)
        prefixed = number.startswith(config.returns.prefix).fill_null(False)
        returned = returned | prefixed
        rest = ibis.ifelse(prefixed, number.substr(len(config.returns.prefix)), ibis.null(dt.string))
        given = values.get("refers_to")
        values["order_id"] = number
        values["refers_to"] = rest if given is None else ibis.coalesce(given.cast(dt.string), rest)
    values["is_return"] = returned.fill_null(False)
    if "refunded" in values:
        # A return row is the refund itself.
        values["refunded"] = ibis.ifelse(values["is_return"], ibis.null(DECIMAL), values["refunded"])
    values["amount"] = ibis.ifelse(values["is_return"], -values["amount"].abs(), values["amount"])
    rules: list[tuple[Any, str]] = []
    if config.count is not None and status is not None:
        counted = status.isin([*config.count, *config.returns.status])
        rules.append((~counted.fill_null(False), "status"))
    who = values["customer_id"]
    if config.anonymous:
        named = [a for a in config.anonymous if a not in ("empty", "空")]
        anonymous: Any = who.cast(dt.string).isin(named).fill_null(False) if named else ibis.literal(False)
        if len(named) < len(config.anonymous):
            anonymous = anonymous | who.isnull()
        rules.append((anonymous, "anonymous"))
    return ibis.cases(*rules, else_=ibis.null(dt.string)) if rules else None
