"""Writes the orders that a run shows, and the lines of what was bought, no more of them than changed.

Writing those of everybody takes longer than evaluating them, and next to none change from one run to the next. So
`orders.parquet` of a run may be the very file of an earlier one (a hard link), beside a file of the orders of those
customers whom loads touched since (`evidence`). It is the same with `lines.parquet`.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.bought import bought_lines, names_products
from custrata.core.facts.ids import like
from custrata.usecases.evidence import LINES, LINES_SINCE, ORDERS, PRODUCTS, SINCE
from custrata.usecases.fact_set import Facts, shown_orders
from custrata.usecases.identity_parents import under_surviving_ids
from custrata.usecases.load.kept import KeptFacts
from custrata.usecases.load.touched import EVIDENCE_OF, LINES_OF, read_document, touched_since, write_document

#: The folder of shared files, beside the runs.
_SHARED = "evidence"
#: From this share of the customers on all orders are written.
_MOST = 0.2


@dataclass(frozen=True)
class _Shared:
    """A file that runs may share: its name in a run and that of the file of what changed since, the document that tells
    what it stands on, all rows, those of some customers, and all customers who have rows."""

    name: str
    changed: str
    document: str
    everybody: Callable[[], ir.Table]
    some: Callable[[ir.Table], ir.Table]


def write_orders(home: Path, facts: Facts, customers: int, kept: KeptFacts, folder: Path) -> None:
    """Writes the orders of a run of so many customers into its folder."""

    def some(few: ir.Table) -> ir.Table:
        assert facts.of_some is not None
        return shown_orders(facts.of_some(few).orders)

    shared = _Shared(ORDERS, SINCE, EVIDENCE_OF, lambda: facts.shown_orders, some)
    _write(shared, home, facts, customers, kept, folder)


def write_lines(home: Path, facts: Facts, customers: int, kept: KeptFacts, folder: Path) -> None:
    """Writes the lines of what was bought, in the order of the customers, so that those of one are found at once; and
    the products that they name. Where nothing tells what was sold, nothing is written."""
    assert facts.sold is not None
    sold, products = facts.sold, facts.products
    if not names_products(facts.lines, products):
        if LINES_OF in kept.store.kept_names():
            kept.store.forget(LINES_OF)
        return

    def of(few: ir.Table | None) -> ir.Table:
        # Sorted as the ids lie: whole numbers in a fraction of the time that their texts take.
        lines = bought_lines(*sold(few)).order_by("customer_id")
        return lines.mutate(customer_id=like(lines.customer_id, dt.string))

    _write(_Shared(LINES, LINES_SINCE, LINES_OF, lambda: of(None), of), home, facts, customers, kept, folder)
    if products is not None:
        kept.store.write_parquet(products, folder / PRODUCTS)


def _write(shared: _Shared, home: Path, facts: Facts, customers: int, kept: KeptFacts, folder: Path) -> None:
    store, state = kept.store, kept.state
    if facts.of_some is None or not state.lineage:
        store.write_parquet(shared.everybody(), folder / shared.name)
        return
    beside, document = home / _SHARED, read_document(store, shared.document)
    if document is not None and document["lineage"] == state.lineage and (beside / document["file"]).is_file():
        who = facts.tables.orders.customer_id.type()
        touched = under_surviving_ids(touched_since(store, document["load"]), kept.ids)
        ids = touched.select(customer_id=like(touched.customer_id, who))
        some = store.materialise("some", ids.filter(ids.customer_id.notnull()).distinct())
        n = kept.size(some)
        if n <= _MOST * customers:
            _link(beside / document["file"], folder / shared.name)
            if n:
                store.write_parquet(_since(shared.some(some), some), folder / shared.changed)
            return
    beside.mkdir(parents=True, exist_ok=True)
    # Under a name that no file ever had: what a store says of a file is true of that file.
    stem = shared.name.partition(".")[0]
    name = f"{stem}-{secrets.token_hex(8)}.parquet"
    store.write_parquet(shared.everybody(), beside / name)
    _on_disk(beside / name)
    _link(beside / name, folder / shared.name)
    with store.transaction():
        write_document(store, shared.document, {"file": name, "load": state.loads, "lineage": state.lineage})
    for old in beside.glob(f"{stem}-*"):
        if old.name != name:
            old.unlink(missing_ok=True)


def _since(shown: ir.Table, some: ir.Table) -> ir.Table:
    """What is shown of some customers, and a row without anything else for each of them of whom nothing is."""
    ids = some.select(customer_id=like(some.customer_id, shown.customer_id.type()))
    without = ids.anti_join(shown, "customer_id")
    empty = {c: ibis.null(kind) for c, kind in shown.schema().items() if c != "customer_id"}
    return shown.union(without.select("customer_id", **empty))


def _link(shared: Path, place: Path) -> None:
    """The same file at another place; a copy where the file system has no links."""
    try:
        os.link(shared, place)
    except OSError:
        shutil.copyfile(shared, place)


def _on_disk(file: Path) -> None:
    """Waits until a file is on the disk: many runs are going to rely on it."""
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
