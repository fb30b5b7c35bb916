"""What became of every row: read = used + quarantined + excluded, source by source, and every fault with its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.sources import Source
from custrata.usecases.ports import Engine
from custrata.usecases.rows import FAULT, QUARANTINE, Counts, ReadSource

_REASONS, _STATUSES = 5, 10
#: Two statuses as alike as this may be one: 已完成 and 完成, paid and Paid.
_ALIKE = 0.5


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
                         column=ibis.literal(header), value=again[value].cast(dt.string), code=ibis.literal(code),
                         used=ibis.literal(False))
        )  # fmt: skip
        n = int(self.engine.rows(again.aggregate(n=again.count()))[0]["n"])
        self.counts[name].quarantined += n
        return n

    def set_aside_before(self, name: str, faults: ir.Table) -> None:
        """Moves used rows of a source to the quarantine that were found at fault by an earlier load, one a fault."""
        self._faults.append(faults.mutate(used=ibis.literal(False)))
        self.counts[name].quarantined += int(self.engine.rows(faults.aggregate(n=faults.count()))[0]["n"])

    def quarantine(self) -> ir.Table | None:
        """Every fault that keeps a row from being used, columns as in `QUARANTINE`; null where every row can be."""
        if not any(counts.quarantined for counts in self.counts.values()):
            return None
        return self.faults(used=False)

    def emptied(self) -> ir.Table | None:
        """Every cell that cannot be read and is taken for empty in a row that is used, columns as in `QUARANTINE`; null
        where there is none."""
        if not any(counts.emptied for counts in self.counts.values()):
            return None
        return self.faults(used=True)

    def faults(self, *, used: bool) -> ir.Table:
        """The faults of rows that are `used` all the same, or of the others; columns as in `QUARANTINE`."""
        name = "emptied" if used else "quarantine"
        every = reduce(lambda a, b: a.union(b), [f.select(*FAULT).cast(FAULT) for f in self._faults])
        return self.engine.materialise(name, every.filter(every.used == used).select(*QUARANTINE))

    def require_orders(self, file: str, orders: ir.Table, config: Source) -> None:
        """Raises where no row of the orders counts: E-DATA-002 the file (of that name) is empty, E-DATA-006 with what
        kept the rows out, and which statuses of the file may be those meant. `orders` are the cleaned rows."""
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
            "suggestion": "",
        }
        if counts.excluded.get("status"):
            values["suggestion"] = self._meant(orders, getattr(config, "count", None) or ())
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


    def _meant(self, orders: ir.Table, counted: Sequence[str]) -> str:
        """For each status that counts and that no row has, the one in the file that is spelled most alike; where none
        is, those that mean a finished sale."""
        # Only who has failed needs the words of guesses, and they take time to read.
        from custrata.core.guess import statuses, vocabulary
        from custrata.core.guess.fold import compact
        from custrata.core.guess.statuses import meaning_of

        t = orders.group_by("status").aggregate(n=orders.count())
        there = {r["status"]: r["n"] for r in self.engine.rows(t) if r["status"]}
        folded = {compact(status): status for status in sorted(there)}
        wanted = [status for status in counted if status not in there]
        near = {s: get_close_matches(compact(s), folded, n=1, cutoff=_ALIKE) for s in wanted}
        pairs = [f"{s} → {_short(folded[found[0]])}" for s, found in near.items() if found]
        sold = [s for s in statuses(there).count if meaning_of(s, vocabulary())[0] != "unknown"]
        return "; ".join(pairs) or ", ".join(map(_short, sold[:_REASONS] if wanted else []))


def _short(value: Any) -> str:
    return str("" if value is None else value)[:40]
