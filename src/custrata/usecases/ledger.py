"""What became of every row: read = used + quarantined + excluded, source by source, and every fault with its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.ports import Engine
from custrata.usecases.rows import QUARANTINE, Counts, ReadSource

_REASONS, _STATUSES = 5, 10


class Ledger:
    """Keeps the counts and the faults of the sources while the facts are assembled."""

    def __init__(self, engine: Engine, reread: Callable[[str], ir.Table]) -> None:
        """`reread` gives the usable rows of a source again, with the file and row that each stands in."""
        self.engine, self._reread = engine, reread
        self.counts: dict[str, Counts] = {}
        self._faults: list[ir.Table] = []

    def open(self, name: str, found: ReadSource) -> None:
        self.counts[name] = found.counts
        self._faults += found.faults

    def exclude(self, name: str, rule: str, n: int) -> None:
        """Moves used rows of a source to those that a rule leaves out."""
        if n:
            excluded = self.counts[name].excluded
            excluded[rule] = excluded.get(rule, 0) + n

    def set_aside(self, name: str, found: ir.Table, header: str, value: str, code: str) -> int:
        """Moves the used rows of a source that are as those `found` to the quarantine, under the header of the column
        at fault and the value in the column `value`; how many they are."""
        rows = self._reread(name)
        same = [rows[c].cast(found[c].type()).identical_to(found[c]) for c in found.columns if c in rows.columns]
        again = self.engine.materialise(f"{code}_{name}", rows.semi_join(found, same))
        self._faults.append(
            again.select(source=ibis.literal(name), file=again["_file"], row=again["_row"],
                         column=ibis.literal(header), value=again[value].cast(dt.string), code=ibis.literal(code))
        )  # fmt: skip
        n = int(self.engine.rows(again.aggregate(n=again.count()))[0]["n"])
        self.counts[name].quarantined += n
        return n

    def set_aside_before(self, name: str, faults: ir.Table) -> None:
        """Moves used rows of a source to the quarantine that were found at fault by an earlier load, one a fault."""
        self._faults.append(faults)
        self.counts[name].quarantined += int(self.engine.rows(faults.aggregate(n=faults.count()))[0]["n"])

    def quarantine(self) -> ir.Table | None:
        """Every fault, columns as in `QUARANTINE`; null where every row can be used."""
        if not self._faults:
            return None
        return self.engine.materialise(
            "quarantine", reduce(lambda a, b: a.union(b), [f.cast(QUARANTINE) for f in self._faults])
        )

    def require_orders(self, file: str, orders: ir.Table) -> None:
        """Raises where no row of the orders counts: E-DATA-002 the file (of that name) is empty, E-DATA-006 with what
        kept the rows out. `orders` are the cleaned rows."""
        counts = self.counts["orders"]
        if counts.used > 0:
            return
        if counts.read == 0:
            raise CustrataError(Problem("E-DATA-002", file, {}))
        values: dict[str, Any] = {
            "read": counts.read,
            "quarantined": counts.quarantined,
            "excluded": sum(counts.excluded.values()),
            "reasons": self._reasons(counts, orders),
        }
        raise CustrataError(Problem("E-DATA-006", "sources.orders", values))

    def _reasons(self, counts: Counts, orders: ir.Table) -> str:
        """What kept the rows out, the commonest first, each with an example: nothing is published to look it up in."""
        found = [(n, rule) for rule, n in counts.excluded.items() if n and rule != "status"]
        if counts.excluded.get("status"):
            found += self._statuses(orders)
        quarantine = self.quarantine()
        if quarantine is not None:
            t = quarantine.group_by("code", "column").aggregate(n=quarantine.count(), value=quarantine.value.min())
            for r in self.engine.rows(t):
                found.append((r["n"], f"{r['code']} {r['column']} '{_short(r['value'])}'"))
        listed = [f"{n} × {what}" for n, what in sorted(found, reverse=True)]
        return "; ".join(listed[: _STATUSES if counts.excluded.get("status") else _REASONS])

    def _statuses(self, orders: ir.Table) -> list[tuple[int, str]]:
        """The statuses that were found and do not count, with the number of rows of each."""
        t = orders.filter(orders["_excluded"] == "status")
        by = t.group_by("status").aggregate(n=t.count())
        return [(r["n"], f"status '{_short(r['status'])}'") for r in self.engine.rows(by)]


def _short(value: Any) -> str:
    return str("" if value is None else value)[:40]
