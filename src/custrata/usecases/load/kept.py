"""The kept facts of a workspace as an evaluation wants them: nothing is read, cleaned or grouped twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.headers import usable
from custrata.core.facts.returns import FAULTY, Fate
from custrata.core.facts.sales import told_customers
from custrata.core.scan import DatabaseRecord, InputRecord
from custrata.core.scheme.model import Scheme
from custrata.usecases.facts import Assembly
from custrata.usecases.identity_parents import Ids
from custrata.usecases.load.derived import LINKS, faulty, kept_headers
from custrata.usecases.load.rows import FAULTS, kept_rows, rows_again
from custrata.usecases.load.units import SAME_FILE, Unit
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.ports import FactStore, Progress, silent
from custrata.usecases.profile_overlay import Overlay
from custrata.usecases.rows import DAY, SALES, Counts, ReadSource

#: Kept tables: units as JSON, the state as JSON, faults of returns by unit.
UNITS, STATE, LINK_FAULTS = "units", "state", "link_faults"


@dataclass
class State:
    """What a store knows of itself: which settings its rows were read under, and each source's columns."""

    settings: str = ""
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    identity: str = ""
    """Which merges and parents the order headers were made under."""
    headers: tuple[str, ...] = ()
    """Optional columns that the order headers have."""
    units: list[Unit] = field(default_factory=list)
    lineage: str = ""
    """A word that loads hand on as long as each notes whom it touched; empty where one of them did not."""
    loads: int = 0
    """How many loads have changed something since."""

    def of(self, source: str) -> list[Unit]:
        return [u for u in self.units if u.source == source]


def read_state(store: FactStore) -> State:
    """The state as it was kept; an empty one where there is none, or where another version of Custrata wrote it in
    another form: the next load then reads everything again."""
    if not {STATE, UNITS} <= store.kept_names():
        return State()
    try:
        found = json.loads(store.rows(store.kept(STATE))[0]["document"])
        units = [Unit.parse(row["document"]) for row in store.rows(store.kept(UNITS).order_by("unit"))]
        return State(
            found["settings"], found["names"], found["identity"], tuple(found["headers"]), units,
            str(found.get("lineage", "")), int(found.get("loads", 0)),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return State()


def write_state(store: FactStore, state: State) -> None:
    told = {"settings": state.settings, "names": state.names, "identity": state.identity,
            "headers": state.headers, "lineage": state.lineage, "loads": state.loads}  # fmt: skip
    document = json.dumps(told, ensure_ascii=False)
    store.replace(STATE, store.from_rows(STATE, [(document,)], {"document": "string"}))
    rows = [(u.id, u.dump()) for u in state.units]
    store.replace(UNITS, store.from_rows(UNITS, rows, {"unit": "int64", "document": "string"}))


class KeptFacts(Assembly):
    """Facts from a store that a load has brought up to date."""

    def __init__(
        self, scheme: Scheme, store: FactStore, state: State, at: Workplace, progress: Progress = silent,
        more: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        """`more` are columns that the order headers shall have besides those that are kept."""
        super().__init__(scheme, {}, store, progress, frozenset(state.headers) | more, at.merged)
        self.store, self.state, self._at = store, state, at
        self.overlay = Overlay(store, scheme, at.changes)
        self._enough, self._current = more <= set(state.headers), False

    def inputs(self) -> dict[str, Sequence[InputRecord]]:
        """What each source was read from."""
        return {name: [u.record for u in self.state.of(name)] for name in self.state.names}

    def _read(self) -> None:
        kept = self.store.kept_names()
        for name, columns in self.state.names.items():
            faults = self.store.kept(FAULTS).filter(lambda t, n=name: t.source == n) if FAULTS in kept else None
            self.cleaned[name], self.names[name] = kept_rows(self.store, name), columns
            found = () if faults is None else (faults.drop("_unit"),)
            self.ledger.open(name, ReadSource(self.cleaned[name], columns, _sum(self.state.of(name)), found))

    def _links(self, orders: ir.Table, day: date) -> ir.Table | None:
        last = [c.last_day for name, c in self.counts.items() if name in SALES and c.last_day is not None]
        self._current = self._enough and (not last or max(last) <= day)
        if not self._current:
            return super()._links(orders, day)
        return self.store.kept(LINKS) if LINKS in self.store.kept_names() else None

    def _set_aside(self, linked: ir.Table, source: str, fate: Fate) -> None:
        if not self._current:
            super()._set_aside(linked, source, fate)
        elif LINK_FAULTS in self.store.kept_names():
            faults = self.store.kept(LINK_FAULTS)
            here = faults.filter((faults.source == source) & (faults.code == FAULTY[fate]))
            self.ledger.set_aside_before(source, here.drop("_unit"))

    def _order_headers(self, lines: ir.Table, wanted: frozenset[str], few: ir.Table | None = None) -> ir.Table:
        return kept_headers(self.store, few) if self._current else super()._order_headers(lines, wanted, few)

    def _computed(self, headers: ir.Table) -> ir.Table:
        # A name for them: whoever reads them would otherwise repeat how kept headers and returns become one table.
        return self.engine.stage("orders", headers) if self._current else super()._computed(headers)

    def _shown_later(self) -> bool:
        return False

    def _all_there(self) -> bool:
        return self._current

    def _earlier(self) -> Assembly:
        return KeptFacts(self.scheme, self.store, self.state, self._at, more=self.wanted)

    def _corrected(self, people: ir.Table, others: Sequence[ir.Table]) -> ir.Table:
        return self.overlay.over(people, self.ids.merged, others)

    def _again(self, name: str) -> ir.Table:
        units = self.state.of(name)
        if any(isinstance(u.record, DatabaseRecord) for u in units):
            # Read again the database would tell other rows; what was read of it is kept with its places.
            rows = usable(self.cleaned[name]).mutate(_file=ibis.literal(units[0].name))
        else:
            files = [u.name for u in units if not u.counts.excluded.get(SAME_FILE)]
            rows = rows_again(name, self.config(name), files, self.state.names[name], self.store, self._at)
        rows = self._moved(name, rows)
        return told_customers(rows, self.scheme.sources.orders) if name == "returns" else rows

    def faults_of_files(self, name: str, lost: ir.Table, fates: Sequence[Fate]) -> ir.Table:
        """Faults by unit for returns at fault, found by reading their files again: kept rows of files are not numbered.
        Only before the facts are assembled."""
        self.ledger.counts[name] = Counts()
        for fate in fates:
            super()._set_aside(lost, name, fate)
        found = self.ledger.faults(used=False)
        units = [(u.name, u.id) for u in self.state.of(name)]
        by_name = self.store.from_rows("units", units, {"_name": "string", "_unit": "int64"})
        return found.inner_join(by_name, found.file == by_name["_name"]).drop("_name")

    def faults_of_rows(self, name: str, lost: ir.Table, fates: Sequence[Fate]) -> ir.Table:
        """Faults by unit for returns at fault that were read of a database."""
        header, column = self._named_in(name)
        here = lost.filter((lost["_source"] == name) & lost["_fate"].isin(list(fates)))
        value = here.day if column == DAY[name] else here[column]
        code = ibis.cases(*((here["_fate"] == fate, FAULTY[fate]) for fate in fates))
        return here.select(
            source=ibis.literal(name), file=ibis.literal(self.state.of(name)[0].name), row=here["_row"],
            column=ibis.literal(header), value=value.cast(dt.string), code=code, _unit=here["_unit"],
        )  # fmt: skip

    def _require_orders(self) -> None:
        units = self.state.of("orders")
        self.ledger.require_orders(units[0].name if units else "orders", self.cleaned["orders"], self.config("orders"))


def refresh_link_faults(
    scheme: Scheme, state: State, ids: Ids, store: FactStore, changed: ir.Table | None, at: Workplace
) -> None:
    """Where the returns that wait in quarantine stand in their files. `changed` are the units of which some return's
    fate may be another now; null: all of them."""
    if LINKS not in store.kept_names():
        store.forget(LINK_FAULTS)
        return
    lost = faulty(store.kept(LINKS))
    if changed is None:
        store.forget(LINK_FAULTS)
    else:
        store.remove(LINK_FAULTS, changed)
        lost = lost.semi_join(changed, "_unit")
    wanted: dict[str, dict[int, set[Fate]]] = {}
    for row in store.rows(lost.select("_source", "_unit", "_fate").distinct()):
        wanted.setdefault(row["_source"], {}).setdefault(row["_unit"], set()).add(row["_fate"])
    for name, by_unit in wanted.items():
        units = [u for u in state.of(name) if u.id in by_unit]
        books = KeptFacts(scheme, store, replace(state, units=units), at)
        books.ids, books.names = ids, state.names
        fates = sorted(set().union(*by_unit.values()))
        of_database = isinstance(units[0].record, DatabaseRecord)
        faults = books.faults_of_rows if of_database else books.faults_of_files
        store.append(LINK_FAULTS, faults(name, lost, fates))


def _sum(units: Sequence[Unit]) -> Counts:
    total = Counts()
    for unit in units:
        c = unit.counts
        total.read, total.quarantined = total.read + c.read, total.quarantined + c.quarantined
        total.returns += c.returns
        for sums, counts in ((total.excluded, c.excluded), (total.emptied, c.emptied)):
            for name, n in counts.items():
                sums[name] = sums.get(name, 0) + n
        total.first_day = min((d for d in (total.first_day, c.first_day) if d), default=None)
        total.last_day = max((d for d in (total.last_day, c.last_day) if d), default=None)
    return total
