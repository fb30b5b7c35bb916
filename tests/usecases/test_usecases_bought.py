"""What customers buy, as a run tells it: to the cent what they spend, however few of the lines were written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.customers.asked import limited
from custrata.usecases.customers.bought import Bought, bought_by, usual, with_usual
from custrata.usecases.evidence import LINES, LINES_SINCE, PRODUCTS
from custrata.usecases.look import Result
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
SCHEME = """scheme: Shop
sources:
  orders: {file: sales*.csv}
  products: {file: products.csv}
  returns: {file: returns*.csv}
segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}
"""
HEAD = "customer_id,order_id,ordered_at,product_id,quantity,amount,refunded\n"
BACK = "return_id,order_id,customer_id,returned_at,product_id,quantity,amount\n"
PRODUCTS_OF = "product_id,product,category,brand\np1,面霜,护肤,甲\np2,口红,彩妆,甲\np3,精华,护肤,乙\n"
ROWS = (
    "ann,1,2024-05-01,p1,2,60,0\nann,1,2024-05-01,p2,1,20,0\nann,2,2024-05-09,p3,1,40,10\n"
    "bob,3,2024-05-02,p2,3,90,0\nbob,4,2024-05-03,p9,1,10,0\n"
)


def shop_of(folder: Path, rows: str = ROWS, back: str = "", scheme: str = SCHEME) -> Workspace:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("scheme.yaml", scheme), ("sales-1.csv", HEAD + rows), ("returns-1.csv", BACK + back),
                       ("products.csv", PRODUCTS_OF)):  # fmt: skip
        (folder / name).write_text(text, "utf-8")
    return Workspace.at(folder)


@contextmanager
def looked_at(shop: Workspace) -> Iterator[Result]:
    run(shop, duckdb_store, lambda: NOW)
    with open_run(shop, duckdb_engine, shop.path) as result:
        yield result


def told(result: Result, who: str) -> Bought:
    found = bought_by(result, who)
    assert found is not None
    return found


def parts(found: Bought, by: str) -> dict[str | None, tuple[int, Decimal]]:
    return {b.name or b.id: (b.orders, b.spend) for one in found.baskets if one.by == by for b in one.rows}


def all_told(result: Result) -> dict[str, Any]:
    return {r["customer_id"]: bought_by(result, r["customer_id"]) for r in result.engine.rows(result.customers)}


def test_a_customer_is_told_what_he_buys_beside_all_customers(tmp_path: Path) -> None:
    with looked_at(shop_of(tmp_path)) as result:
        found = told(result, "ann")
        assert parts(found, "category") == {"护肤": (2, Decimal(90)), "彩妆": (1, Decimal(20))}
        assert parts(found, "product") == {"面霜": (1, Decimal(60)), "精华": (1, Decimal(30)), "口红": (1, Decimal(20))}
        category = next(b for b in with_usual(found.baskets, usual(result)) if b.by == "category")
        care = category.rows[0]
        # 90 of her 110, 90 of the 210 of all.
        assert care.share == pytest.approx(90 / 110) and care.usual == pytest.approx(90 / 210)
        assert care.times == pytest.approx(210 / 110) and care.last == date(2024, 5, 9)
        assert [r["product"] for r in found.of_orders["1", date(2024, 5, 1)]] == ["面霜", "口红"]


def test_a_product_of_which_nothing_is_told_has_its_number(tmp_path: Path) -> None:
    with looked_at(shop_of(tmp_path)) as result:
        found = told(result, "bob")
        assert parts(found, "product")["p9"] == (1, Decimal(10))
        assert parts(found, "category")[None] == (1, Decimal(10))


def test_what_came_back_is_taken_off_and_an_order_given_back_whole_is_no_order(tmp_path: Path) -> None:
    back = "r1,1,ann,2024-05-11,p2,1,20\nr2,4,bob,2024-05-11,p9,1,10\nr3,,bob,2024-05-12,p2,1,5\n"
    with looked_at(shop_of(tmp_path, back=back)) as result:
        assert parts(told(result, "ann"), "category")["彩妆"] == (1, Decimal(0))
        bob = told(result, "bob")
        assert parts(bob, "product") == {"口红": (1, Decimal(85)), "p9": (0, Decimal(0))}
        assert [r["net"] for r in bob.of_orders["r3", date(2024, 5, 12)]] == [Decimal(-5)]


def test_facts_of_which_nobody_knows_the_products_have_no_lines(tmp_path: Path) -> None:
    scheme = SCHEME.replace("  products: {file: products.csv}\n", "")
    with looked_at(shop_of(tmp_path, scheme=scheme)) as result:
        assert result.lines is None and bought_by(result, "ann") is None and usual(result) == {}
    assert not list(Workspace.at(tmp_path).run().folder.glob("lines*"))


def test_what_all_buy_is_told_of_those_whom_the_reader_may_see(tmp_path: Path) -> None:
    with looked_at(shop_of(tmp_path)) as result:
        hers = limited(result, 'tier = "big"')
        assert usual(hers)["category"] == {"护肤": Decimal(90), "彩妆": Decimal(20)}
        assert bought_by(hers, "bob") is None


def test_only_the_lines_of_whom_a_load_touched_are_written_again(tmp_path: Path) -> None:
    many = "".join(f"c{i % 20},{100 + i},2024-05-{1 + i % 28:02},p{1 + i % 3},1,10,0\n" for i in range(60))
    shop = shop_of(tmp_path / "shop", ROWS + many)
    with looked_at(shop):
        pass
    first = shop.run().folder
    (shop.path / "sales-2.csv").write_text(HEAD + "ann,9,2024-05-20,p2,1,30,0\n", "utf-8")
    with looked_at(shop) as result:
        now = all_told(result)
    assert (shop.run().folder / LINES).stat().st_ino == (first / LINES).stat().st_ino
    assert (shop.run().folder / LINES_SINCE).is_file() and (shop.run().folder / PRODUCTS).is_file()
    assert parts(now["ann"], "category")["彩妆"] == (2, Decimal(50))
    (shop.path / "sales-2.csv").unlink()
    (shop.path / "sales-1.csv").write_text(HEAD + (ROWS + many).replace("c7,", "c8,"), "utf-8")
    (shop.path / "products.csv").write_text(PRODUCTS_OF.replace("口红", "唇膏"), "utf-8")
    with looked_at(shop) as result:
        now = all_told(result)
    shutil.rmtree(shop.path / ".custrata")
    with looked_at(shop) as result:
        assert now == all_told(result), "as of a workspace that begins anew"
    assert "c7" not in now
    assert "唇膏" in parts(now["ann"], "product")


_LINE = st.tuples(
    st.sampled_from("abc"), st.integers(1, 6), st.integers(1, 28), st.sampled_from(["p1", "p2", "p3", "p9", ""]),
    st.integers(1, 3), st.decimals(0, 99, places=2), st.one_of(st.just(Decimal(0)), st.decimals(0, 60, places=2)),
)  # fmt: skip
_BACK = st.tuples(
    st.integers(1, 7), st.sampled_from(["a", "b", "c"]), st.integers(1, 28), st.sampled_from(["p1", "p9", ""]),
    st.decimals("0.01", 50, places=2), st.booleans(),
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.lists(_LINE, min_size=1, max_size=12), st.lists(_BACK, max_size=4))
def test_what_a_customer_buys_is_to_the_cent_what_he_spends(sold: list[Any], back: list[Any]) -> None:
    # An order number belongs to one customer.
    rows = "".join(
        f"{w},{'abc'.index(w) * 10 + o},2024-05-{d:02},{p},{q},{a},{r}\n" for w, o, d, p, q, a, r in sold
    )
    returned = "".join(
        f"r{i},{'' if free else 'abc'.index(w) * 10 + o},{w},2024-05-{d:02},{p},1,{a}\n"
        for i, (o, w, d, p, a, free) in enumerate(back)
    )
    with tempfile.TemporaryDirectory() as folder, looked_at(shop_of(Path(folder) / "s", rows, returned)) as result:
        assert result.orders is not None
        for who, found in all_told(result).items():
            orders = result.engine.rows(result.orders.filter(result.orders.customer_id == who))
            net = sum((o["net"] for o in orders), Decimal(0))
            if found is None:
                assert not orders
                continue
            for one in found.baskets:
                assert abs(sum((b.spend for b in one.rows), one.rest) - net) < Decimal("0.005")
            for o in orders:
                lines = found.of_orders[o["order_id"], o["day"]]
                same = [p for p in orders if (p["order_id"], p["day"]) == (o["order_id"], o["day"])]
                assert abs(sum(r["net"] for r in lines) - sum(p["net"] for p in same)) < Decimal("0.005")
