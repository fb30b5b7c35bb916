"""Loading step by step gives what loading everything at once gives, and touches only what it must."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata import CustrataError, Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import DuckDBStore, duckdb_store
from custrata.usecases.evaluate import Evaluation, classify, evaluate
from custrata.usecases.fact_set import SHOWN
from custrata.usecases.load.kept import KeptFacts, read_state
from custrata.usecases.load.load import LoadResult, bring_up_to_date
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.sources import open_sources

pytestmark = pytest.mark.slow

TODAY = date(2024, 6, 30)
SCHEME = """
scheme: Shop
sources:
  orders:
    file: sales*.csv
    columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid, status: state, refers_to: of}
    count: [done]
    anonymous: [walk-in]
  returns: {file: back*.csv, columns: {order_id: of, customer_id: who, returned_at: day, amount: paid, return_id: no}}
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}}
  score: {quantile: spend, groups: 3}
"""
CONTACTS = SCHEME.replace(
    "segments:",
    """
  interactions:
    complaint: {file: talk*.csv, columns: {id: no, customer_id: who, happened_at: day, closed_at: shut, value: score}}
    visit: {file: seen*.csv, columns: {customer_id: who, happened_at: day}}
  assets: {file: held*.csv, columns: {customer_id: who, day: day, value: worth, kind: what}}
metrics:
  complaints: {interactions: complaint}
  open: {interactions: complaint, state: open}
  visits: {interactions: visit, window: 30 days}
  quiet: {days_since_contact: all}
  content: {satisfaction: lifetime, of: complaint}
  holds: {assets: all}
segments:""",
)
#: Source → header of its file, and how a row of it is written.
FILES = {
    "sales": ("no,who,day,paid,state,of\n", "{no},{who},2024-05-{day:02},{paid},{state},{of}\n"),
    "back": ("of,who,day,paid,no\n", "{of},{who},2024-05-{day:02},{paid},r\n"),
    "talk": ("no,who,day,shut,score\n", "{no},{who},2024-05-{day:02},2024-05-{closed:02},{paid}\n"),
    "seen": ("who,day\n", "{who},2024-05-{day:02}\n"),
    "held": ("who,day,worth,what\n", "{who},2024-05-{day:02},{paid},{state}\n"),
}


class Shop:
    """A workspace whose files come and go, loaded after every change."""

    def __init__(self, folder: Path, scheme: str = SCHEME) -> None:
        self.folder, self.scheme = folder, Scheme.parse(scheme)
        self.clock = 10**18

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")
        # Old enough to be trusted by its time.
        self.clock += 10**10
        os.utime(self.folder / name, ns=(self.clock, self.clock))

    @contextmanager
    def store(self) -> Iterator[DuckDBStore]:
        with (
            tempfile.TemporaryDirectory() as scratch,
            duckdb_store("UTC", Path(scratch), self.folder / "facts.duckdb") as store,
        ):
            yield store

    def load(self, *, anew: bool = False, **decided: Any) -> LoadResult:
        """`decided` is what people decided: merges, mends."""
        self.clock += 10**10
        with self.store() as store, tempfile.TemporaryDirectory() as scratch:
            at = Workplace(self.folder, Path(scratch), **decided)
            return bring_up_to_date(self.scheme, store, at, self.clock, anew=anew)

    def kept(self, as_of: date | None = None, **decided: Any) -> dict[str, Any]:
        """What an evaluation of the kept facts says."""
        with self.store() as store, tempfile.TemporaryDirectory() as scratch:
            kept = KeptFacts(self.scheme, store, read_state(store), Workplace(self.folder, Path(scratch), **decided))
            facts = kept.facts(as_of, TODAY)
            return told(classify(self.scheme, facts, store), store)

    def fresh(self, as_of: date | None = None) -> dict[str, Any]:
        """What an evaluation of all files says."""
        with tempfile.TemporaryDirectory() as scratch, duckdb_engine("UTC", Path(scratch)) as engine:
            opened = open_sources(self.scheme, self.folder, Path(scratch))
            return told(evaluate(self.scheme, opened, engine, today=TODAY, as_of=as_of, whole=True), engine)


def told(evaluation: Evaluation, engine: Any) -> dict[str, Any]:
    """Everything that must not depend on how the facts came to be."""
    facts = evaluation.facts
    shown = facts.shown_orders.select("customer_id", *SHOWN)
    contacts = [t for t in (facts.shown_interactions, facts.tables.assets) if t is not None]
    quarantine, emptied = ([] if t is None else engine.rows(t) for t in (facts.quarantine, facts.emptied))
    return {
        "customers": engine.rows(evaluation.in_order()),
        "orders": sorted(map(repr, (sorted(r.items()) for r in engine.rows(shown)))),
        "contacts": [sorted(map(repr, (sorted(r.items()) for r in engine.rows(t)))) for t in contacts],
        "counts": {
            name: (c.read, c.quarantined, {rule: n for rule, n in c.excluded.items() if n})
            for name, c in facts.counts.items()
        },
        "quarantine": sorted(map(repr, (sorted(r.items()) for r in quarantine))),
        "emptied": [{name: c.emptied for name, c in facts.counts.items() if c.emptied},
                    sorted(map(repr, (sorted(r.items()) for r in emptied)))],
        "as_of": facts.as_of,
    }  # fmt: skip


HEAD = "no,who,day,paid,state,of\n"
BACK = "of,who,day,paid,no\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.write("sales-1.csv", HEAD + "1,ann,2024-05-01,100,done,\n2,bob,2024-05-02,50,done,\n")
    shop.write("back-1.csv", BACK + "9,cid,2024-05-09,5,r1\n")
    return shop


def test_a_second_load_of_the_same_files_reads_nothing(shop: Shop) -> None:
    shop.load()
    again = shop.load()
    assert not again.changed
    assert shop.kept() == shop.fresh()


def test_a_reading_that_is_told_of_no_file_is_noted_by_every_load(shop: Shop) -> None:
    """The second load opens no file, and still knows which of them are there."""
    shop.scheme = Scheme.parse(SCHEME.replace("sales*.csv", 'sales*.csv\n    by_file: {"sales-2.csv": {header: 1}}'))
    for _ in range(2):
        assert [(n.code, n.place) for n in shop.load().notes] == [("E-FILE-028", "sources.orders.by_file.sales-2.csv")]
    shop.write("sales-2.csv", HEAD)
    assert not shop.load().notes


def test_a_file_that_was_only_touched_is_not_read_again(shop: Shop) -> None:
    shop.load()
    os.utime(shop.folder / "sales-1.csv", ns=(shop.clock, shop.clock))
    assert not shop.load().changed


def test_a_first_load_that_is_killed_when_its_rows_are_kept_begins_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("custrata.usecases.load.load.derive_all", killed)
        shop.load()
    with shop.store() as store:
        assert "rows_orders" in store.kept_names()
        assert read_state(store).units == []
    shop.write("sales-2.csv", HEAD + "3,ann,2024-06-01,10,done,\n")
    assert set(shop.load().sources[0].new) == {"sales-1.csv", "sales-2.csv"}
    assert shop.kept() == shop.fresh()


def test_a_load_of_all_anew_that_is_killed_leaves_what_was_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.load()
    before = shop.kept()
    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr("custrata.usecases.load.load.derive_all", lambda *_: 1 / 0)
        shop.load(anew=True)
    assert shop.kept() == before
    assert not shop.load().changed


def test_a_new_month_touches_only_its_own_orders(shop: Shop) -> None:
    shop.write("sales-0.csv", HEAD + "".join(f"x{i},eve,2024-04-01,10,done,\n" for i in range(50)))
    shop.load()
    shop.write("sales-2.csv", HEAD + "3,ann,2024-06-01,10,done,\n")
    found = shop.load()
    assert found.orders == 1
    assert found.sources[0].new == ("sales-2.csv",)
    assert shop.kept() == shop.fresh()


def test_a_return_finds_its_order_though_the_order_comes_later(shop: Shop) -> None:
    shop.load()
    assert shop.kept()["customers"][-1]["customer_id"] == "cid"
    shop.write("sales-2.csv", HEAD + "9,cid,2024-05-08,20,done,\n")
    shop.load()
    cid = shop.kept()["customers"][-1]
    assert (cid["spend"], cid["orders"]) == (15, 1)
    assert shop.kept() == shop.fresh()


def test_a_file_with_the_bytes_of_another_is_told_once(shop: Shop) -> None:
    shop.load()
    before = shop.kept()["customers"]
    shop.write("sales-1 (copy).csv", (shop.folder / "sales-1.csv").read_text())
    shop.load()
    after = shop.kept()
    assert after["customers"] == before
    assert after["counts"]["orders"] == (4, 0, {"same_file": 2})


def test_a_load_that_fails_leaves_the_facts_as_they_were(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.load()
    before = shop.kept()
    shop.write("sales-1.csv", HEAD + "1,ann,2024-05-01,7,done,\n")
    monkeypatch.setattr(DuckDBStore, "materialise", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        shop.load()
    monkeypatch.undo()
    assert shop.kept() == before
    shop.load()
    assert shop.kept() == shop.fresh()


def test_the_facts_of_an_earlier_day_leave_later_rows_out(shop: Shop) -> None:
    shop.load()
    assert shop.kept(date(2024, 5, 1)) == shop.fresh(date(2024, 5, 1))


rows = st.lists(
    st.tuples(
        st.integers(1, 6), st.sampled_from(["ann", "bob", "walk-in", ""]), st.integers(1, 28),
        st.sampled_from(["100", "20", "-20", "x"]), st.sampled_from(["done", "void"]),
        st.sampled_from(["", "", "1", "2", "5"]),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
names = ["sales-1", "sales-2", "sales-3", "back-2", "talk-1", "talk-2", "seen-1", "held-1"]
steps = st.lists(st.tuples(st.sampled_from(names), st.none() | rows), max_size=5)


@settings(max_examples=max(1, settings().max_examples // 4))
@given(steps, st.sampled_from([None, date(2024, 5, 14)]))
def test_step_by_step_is_as_all_at_once(history: list[tuple[str, Any]], as_of: date | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder), CONTACTS)
        for name, (head, _) in FILES.items():
            shop.write(f"{name}-0.csv", head)
        shop.write("sales-0.csv", HEAD + "".join(f"y{i},eve,2024-04-01,10,done,\n" for i in range(60)))
        shop.write("back-1.csv", BACK + "1,,2024-05-09,5,r1\n2,ann,2024-05-09,5,r2\n")
        shop.load()
        for name, lines in history:
            file = f"{name}.csv"
            if lines is None:
                (shop.folder / file).unlink(missing_ok=True)
            else:
                head, row = FILES[name.split("-")[0]]
                text = "".join(
                    row.format(no=no, who=who, day=day, closed=min(28, day + no), paid=paid, state=state, of=of)
                    for no, who, day, paid, state, of in lines
                )
                shop.write(file, head + text)
            shop.load()
        assert shop.kept(as_of) == shop.fresh(as_of)


@pytest.mark.parametrize("document", ['{"settings": "x", "names": {}}', "[]", "no json"])
def test_facts_that_another_version_wrote_are_read_anew(shop: Shop, document: str) -> None:
    shop.load()
    with shop.store() as store, store.transaction():
        store.replace("state", ibis.memtable([(document,)], schema={"document": "string"}))
    assert shop.load().changed
    assert shop.kept() == shop.fresh()


def test_merged_customers_count_as_one_whatever_was_loaded_before(shop: Shop) -> None:
    shop.load()
    shop.load(merged={"bob": "ann"})
    found = shop.kept(merged={"bob": "ann"})["customers"]
    assert [(c["customer_id"], c["spend"], c["orders"]) for c in found] == [("ann", 150, 2), ("cid", -5, 0)]
    shop.load()
    assert shop.kept() == shop.fresh()


def test_an_order_of_more_money_than_one_line_can_have_is_kept_whole(shop: Shop) -> None:
    most = "99999999999999.99"
    shop.load()
    shop.write("sales-2.csv", HEAD + f"7,ann,2024-06-01,{most},done,\n7,ann,2024-06-01,{most},done,\n")
    shop.load()
    assert shop.kept() == shop.fresh()
    shop.load(anew=True)
    assert shop.kept() == shop.fresh()
    shop.write("sales-3.csv", HEAD + "8,ann,2024-06-02,5,done,\n")
    shop.load()
    assert shop.kept() == shop.fresh()
    assert any("199999999999999.98" in order for order in shop.kept()["orders"])


def test_a_file_whose_header_was_renamed_is_told_and_nothing_is_lost(shop: Shop) -> None:
    shop.load()
    before = shop.kept()
    shop.write("sales-2.csv", HEAD.replace("who", "customer") + "3,ann,2024-06-01,10,done,\n")
    with pytest.raises(CustrataError) as error:
        shop.load()
    assert [(p.code, p.place, p.values["header"]) for p in error.value.problems] == [
        ("E-DATA-003", "sales-2.csv", "who")
    ]
    with pytest.raises(CustrataError):
        shop.fresh()
    assert shop.kept() == before
    # What a file may lack, because no rule and no amount hangs on it, is empty there.
    shop.write("sales-2.csv", "no,who,day,paid,state\n3,ann,2024-06-01,10,done\n")
    shop.load()
    assert shop.kept() == shop.fresh()
