"""Writes the orders that a run shows, no more of them than changed.

Writing the orders of everybody takes longer than evaluating them, and next to none changes from one run to the next. So
`orders.parquet` of a run may be the very file of an earlier one (a hard link), beside a file of the orders of those
customers whom loads touched since (`evidence`).
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

import ibis
import ibis.expr.types as ir

from custrata.core.facts.ids import like
from custrata.usecases.evidence import ORDERS, SINCE
from custrata.usecases.fact_set import Facts, shown_orders
from custrata.usecases.identity_parents import under_surviving_ids
from custrata.usecases.load.kept import KeptFacts
from custrata.usecases.load.touched import EVIDENCE_OF, read_document, touched_since, write_document

#: The folder of shared files, beside the runs.
_SHARED = "evidence"
#: From this share of the customers on all orders are written.
_MOST = 0.2


def write_orders(home: Path, facts: Facts, customers: int, kept: KeptFacts, folder: Path) -> None:
    """Writes the orders of a run of so many customers into its folder."""
    store, state = kept.store, kept.state
    if facts.of_some is None or not state.lineage:
        store.write_parquet(facts.shown_orders, folder / ORDERS)
        return
    shared, document = home / _SHARED, read_document(store, EVIDENCE_OF)
    if document is not None and document["lineage"] == state.lineage and (shared / document["file"]).is_file():
        who = facts.tables.orders.customer_id.type()
        touched = under_surviving_ids(touched_since(store, document["load"]), kept.ids)
        ids = touched.select(customer_id=like(touched.customer_id, who))
        some = store.materialise("some", ids.filter(ids.customer_id.notnull()).distinct())
        n = kept.size(some)
        if n <= _MOST * customers:
            _link(shared / document["file"], folder / ORDERS)
            if n:
                store.write_parquet(_since(facts, some), folder / SINCE)
            return
    shared.mkdir(parents=True, exist_ok=True)
    # Under a name that no file ever had: what a store says of a file is true of that file.
    name = f"orders-{secrets.token_hex(8)}.parquet"
    store.write_parquet(facts.shown_orders, shared / name)
    _on_disk(shared / name)
    _link(shared / name, folder / ORDERS)
    with store.transaction():
        write_document(store, EVIDENCE_OF, {"file": name, "load": state.loads, "lineage": state.lineage})
    for old in shared.iterdir():
        if old.name != name:
            old.unlink(missing_ok=True)


def _since(facts: Facts, some: ir.Table) -> ir.Table:
    """What is shown of all orders of some customers, and a row without a day for each of them who has none."""
    assert facts.of_some is not None
    orders = facts.of_some(some).orders
    shown = shown_orders(orders)
    without = some.anti_join(orders, "customer_id")
    empty = {c: ibis.null(kind) for c, kind in shown.schema().items() if c != "customer_id"}
    return shown.union(without.select(customer_id=like(without.customer_id, shown.customer_id.type()), **empty))


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
