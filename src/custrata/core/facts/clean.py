"""Raw rows → canonical rows: which can be used, which are excluded by rule, and what is wrong with the others.

The result has every canonical column that the source has, and three of bookkeeping: `_problem` (code of the first
thing wrong, else null), `_excluded` (the rule that leaves the row out, else null) and, for each parsed column,
what `problems_of` needs to name every fault.
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
from custrata.core.facts.parse import Parsed, parse
from custrata.core.scheme.sources import Orders, Source

_UNREADABLE = {"money": "E-ROW-002", "number": "E-ROW-002", "day": "E-ROW-003", "id": "E-ROW-004", "text": "E-ROW-001"}
#: Rows without a number would all become one order, so where there is a number column every row needs one.
_NEEDED_IF_MAPPED = ("order_id",)
MISSING, NO_CUSTOMER = "E-ROW-001", "E-ROW-005"


@dataclass(frozen=True)
class Cleaned:
    """`table` as above; `raw_names` tells the header behind each canonical column, for quarantine and messages."""

    table: ir.Table
    raw_names: Mapping[str, str]
    flags: tuple[str, ...]
    """Columns `_flag_<canonical>`: code of what is wrong with that cell, else null."""


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
    if problems:
        raise CustrataError(*problems)
    return found


def clean(raw: ir.Table, source: str, config: Source, names: Mapping[str, str], keep: tuple[str, ...] = ()) -> Cleaned:
    """Canonical columns of one source. `raw` may carry `_file` and `_row`, which are kept, as are those in `keep`."""
    known = {c.name: c for c in CANONICAL[source]}
    types = {name: known[name].type if name in known else "text" for name in names}
    parsed = {name: parse(raw[header], types[name], dates=config.dates) for name, header in names.items()}
    values: dict[str, Any] = {name: p.value for name, p in parsed.items()}
    flags = {name: _flag(p, known.get(name), source) for name, p in parsed.items() if _can_fail(name, known)}
    excluded: Any = ibis.null(dt.string)
    if source == "orders":
        assert isinstance(config, Orders)
        _sale_amounts(values, flags)
        excluded = _sale_rules(values, flags, config)
    elif source == "returns":
        values["amount"] = values["amount"].abs()
        parsed_order = values.pop("order_id", None)
        if parsed_order is not None:
            values["refers_to"] = parsed_order
            flags["refers_to"] = flags.pop("order_id")
        count = getattr(config, "count", None)
        if count is not None and "status" in values:
            excluded = ibis.ifelse(values["status"].isin(count), excluded, "status")
    kept = {c: raw[c] for c in ("_file", "_row", *keep) if c in raw.columns}
    flagged = {f"_flag_{name}": flag for name, flag in flags.items() if flag is not None}
    table = raw.select(**kept, **values, **flagged, _excluded=excluded)
    codes = [table[f] for f in flagged]
    problem = ibis.coalesce(*codes) if codes else ibis.null(dt.string)
    # A row that a rule leaves out needs no mending.
    table = table.mutate(_problem=ibis.ifelse(table._excluded.isnull(), problem, ibis.null(dt.string)))
    return Cleaned(table, dict(names), tuple(flagged))


def problems_of(cleaned: Cleaned, raw_values: Mapping[str, str]) -> ir.Table:
    """One row for every fault: `_file`, `_row`, `column` (the header), `value` (as found), `code`.

    `cleaned.table` must carry `_file`, `_row` and, under the names in `raw_values`, the cells as found.
    """
    bad = cleaned.table.filter(cleaned.table._problem.notnull())
    parts = []
    for flag in cleaned.flags:
        name = flag.removeprefix("_flag_")
        header = cleaned.raw_names.get(name, name)
        cell = bad[raw_values[name]].cast(dt.string) if name in raw_values else ibis.null(dt.string)
        rows = bad.filter(bad[flag].notnull())
        parts.append(rows.select("_file", "_row", column=ibis.literal(header), value=cell, code=rows[flag]))
    return reduce(lambda a, b: a.union(b), parts)


def _can_fail(name: str, known: Mapping[str, Column]) -> bool:
    column = known.get(name)
    return column is not None and (column.required or column.type != "text" or name in _NEEDED_IF_MAPPED)


def _flag(p: Parsed, column: Column | None, source: str) -> Any:
    assert column is not None
    unreadable = ibis.ifelse(p.unreadable, _UNREADABLE[column.type], ibis.null(dt.string))
    if not column.required and not (source == "orders" and column.name in _NEEDED_IF_MAPPED):
        return unreadable
    code = NO_CUSTOMER if column.name == "customer_id" else MISSING
    return ibis.ifelse(
        p.unreadable, _UNREADABLE[column.type], ibis.ifelse(p.value.isnull(), code, ibis.null(dt.string))
    )


def _sale_amounts(values: dict[str, Any], flags: dict[str, Any]) -> None:
    """The net amount of a row: as paid, or quantity × price − discount; without freight."""
    discount = values["discount"].fill_null(0) if "discount" in values else 0
    if "price" in values and "quantity" in values:
        computed = ((values["quantity"] * values["price"]).round(4) - discount).cast(DECIMAL)
        amount = ibis.coalesce(values["amount"], computed) if "amount" in values else computed
    else:
        amount = values["amount"]
    if "freight" in values:
        amount = (amount - values["freight"].fill_null(0)).cast(DECIMAL)
    given = flags.get("amount")
    missing = ibis.ifelse(amount.isnull(), MISSING, ibis.null(dt.string))
    flags["amount"] = missing if given is None else ibis.coalesce(given, missing)
    values["amount"] = amount


def _sale_rules(values: dict[str, Any], flags: dict[str, Any], config: Orders) -> Any:
    """Marks returns, splits refunds off, and tells which rule leaves a row out."""
    status = values.get("status")
    returned: Any = values["amount"] < 0
    if "quantity" in values:
        # A negative line with a positive quantity is a discount line, not a return.
        positive = values["quantity"].fill_null(0) > 0
        returned = (values["quantity"].fill_null(0) < 0) | (returned & ~positive)
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
            anonymous = anonymous | (flags["customer_id"] == NO_CUSTOMER).fill_null(False)
        rules.append((anonymous, "anonymous"))
    return ibis.cases(*rules, else_=ibis.null(dt.string)) if rules else ibis.null(dt.string)
