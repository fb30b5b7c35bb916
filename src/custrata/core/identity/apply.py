"""The ledger laid over the facts: every row gets the id that stands for its customer now, and keeps its own beside
it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

ORIGINAL = "original_id"


def with_surviving_ids(facts: ir.Table, mapping: Mapping[str, str], column: str = "customer_id") -> ir.Table:
    """Facts under their surviving ids.

    `mapping` has every merged id → the surviving one. Where it is empty the table comes back as it is; otherwise it has
    one more column, `original_id`: the id that the source had, for every row. Rows are neither lost nor added. An id
    that is null stays null. Whole-number ids stay whole numbers.

    >>> import pyarrow as pa
    >>> t = ibis.memtable(pa.table({"customer_id": ["a", "b"], "net": [1, 2]}))
    >>> with_surviving_ids(t, {"b": "a"}).order_by("net").to_pyarrow().to_pydict()
    {'customer_id': ['a', 'a'], 'net': [1, 2], 'original_id': ['a', 'b']}
    """
    merged = mapping_table(mapping, facts[column].type())
    if merged is None:
        return facts
    t = facts.left_join(merged, facts[column] == merged["_from"])
    t = t.mutate(**{ORIGINAL: t[column], column: ibis.coalesce(t["_to"], t[column])})
    return t.drop("_from", "_to")


def merged_customers(
    customers: ir.Table, mapping: Mapping[str, str], keep: Mapping[str, str], *, dated: str = "joined_at"
) -> ir.Table:
    """One row a surviving customer: each column has a value that is not empty wherever one of the merged rows has.

    Of several values the one of the `latest` record is kept (by the column `dated`, records without a date before all
    others), of the `earliest`, or of the `survivor`, as `keep` says of the column; of equal dates that of the survivor,
    then that of the smallest id. `joined_at` is always the earliest: who has been here since 2012 is no new customer.
    Rows of customers who were not merged pass as they are. Row order does not matter.
    """
    merged = mapping_table(mapping, customers.customer_id.type())
    if merged is None:
        return customers
    t = customers.left_join(merged, customers.customer_id == merged["_from"])
    whole = mapping_table({s: s for s in sorted(set(mapping.values()))}, customers.customer_id.type())
    assert whole is not None
    survivors = whole.select(_survivor="_from")
    t = t.left_join(survivors, t.customer_id == survivors["_survivor"]).mutate(
        _group=lambda r: ibis.coalesce(r["_to"], r["_survivor"])
    )
    alone = t.filter(t["_group"].isnull()).select(*customers.columns)
    some = t.filter(t["_group"].notnull())
    columns = [c for c in customers.columns if c != "customer_id"]
    some = some.select("customer_id", "_group", *columns)
    ranked = some.mutate(**{f"_{how}": _place(some, how, dated) for how in ("latest", "earliest", "survivor")})
    chosen = {c: f"_{'earliest' if c == 'joined_at' else keep.get(c, 'latest')}" for c in columns}
    first = ranked.mutate(
        **{
            f"_first_{c}": ranked[c]
            .notnull()
            .ifelse(ranked[chosen[c]], ibis.null("int64"))
            .min()
            .over(group_by="_group")
            for c in columns
        }
    )
    one = first.group_by("_group").aggregate(
        **{c: first[c].max(where=first[chosen[c]] == first[f"_first_{c}"]) for c in columns}
    )
    one = one.rename(customer_id="_group").select(*customers.columns)
    return alone.union(one.cast(dict(customers.schema().items())))


def without_subsidiaries(customers: ir.Table, top: Mapping[str, str]) -> ir.Table:
    """The customers without those whose facts count for a parent (`top`: subsidiary → topmost parent)."""
    below = mapping_table(top, customers.customer_id.type())
    return customers if below is None else customers.anti_join(below, customers.customer_id == below["_from"])


def _place(t: ir.Table, how: str, dated: str) -> Any:
    """The place of a record within its group, from 0: the first that says something is kept."""
    mine = (t.customer_id == t["_group"]).ifelse(0, 1)
    order: list[Any] = [mine, t.customer_id]
    if how != "survivor" and dated in t.columns:
        day = t[dated]
        order = [day.isnull(), day.desc() if how == "latest" else day.asc(), *order]
    return ibis.row_number().over(group_by="_group", order_by=order)


def mapping_table(mapping: Mapping[str, str], type_: Any) -> ir.Table | None:
    """`_from`, `_to` in the type that the ids have; null where nobody was merged. An id that the type cannot hold is
    nobody's in this table and is left out."""
    pairs = [(a, b) for a, b in sorted(mapping.items())]
    if type_.is_integer():
        pairs = [(a, b) for a, b in pairs if _whole(a) and _whole(b)]
        found: list[tuple[Any, Any]] = [(int(a), int(b)) for a, b in pairs]
    else:
        found = list(pairs)
    if not found:
        return None
    import pyarrow as pa

    table = pa.table({"_from": [a for a, _ in found], "_to": [b for _, b in found]})
    return ibis.memtable(table).cast({"_from": type_, "_to": type_})


def _whole(text: str) -> bool:
    return text.removeprefix("-").isdigit() and text.isascii() and str(int(text)) == text
