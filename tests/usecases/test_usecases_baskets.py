"""Baskets and recommendations of a shop as people see it: what counts as bought, and what is refused and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custrata.core.errors import CustrataError
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.baskets import BasketReport, OfClass, baskets
from custrata.usecases.baskets_read import sold
from custrata.usecases.look import Result
from custrata.usecases.opened import open_run
from custrata.usecases.recommend import fitted, for_one, likes
from custrata.usecases.recommend_all import for_all, write_all
from custrata.usecases.recommend_fit import Choice
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

NOW = datetime(2024, 6, 30, 12, tzinfo=UTC)
LAST = date(2024, 6, 30)
SCHEME = """scheme: Shop
as_of: 2024-06-30
sources:
  orders: {file: sales.csv}
  returns: {file: returns.csv}
  products: {file: products.csv}
  customers: {file: customers.csv}
segments: {tier: {thresholds: spend, classes: {big: above 500, small: else}}}
metrics: {spend: {monetary: lifetime}}
"""
PRODUCTS = (
    "product_id,product,category,brand,stock\nc,Coffee,Drinks,A,5\nf,Filters,Paper,A,9\nt,Tea,Drinks,B,3\n"
    "p,Pot,Things,B,1\nb,Bread,Food,C,40\ng,Gone,Food,C,0\n"
)


def shop(folder: Path, more: str = "", back: str = "", scheme: str = SCHEME) -> Workspace:
    lines = ["customer_id,order_id,ordered_at,product_id,quantity,amount"]
    for i in range(40):  # twenty coffee drinkers, twenty tea drinkers; bread for all, in an order of its own
        day, pair = LAST - timedelta(150 - i), ("c", "f") if i < 20 else ("t", "p")
        # A product twice in an order is one product.
        lines += [f"k{i},{i},{day},{x},1,10" for x in (*pair, pair[0])]
        lines += [f"k{i},b{i}-{n},{LAST - timedelta(100 - i - 15 * n)},b,1,3" for n in range(3)]
        lines += [f"k{i},g{i},{LAST - timedelta(30)},g,1,3"] if i % 4 == 0 else []
    (folder / "sales.csv").write_text("\n".join(lines) + "\n" + more, "utf-8")
    head = "return_id,order_id,customer_id,returned_at,product_id,amount\n"
    (folder / "returns.csv").write_text(head + back, "utf-8")
    (folder / "products.csv").write_text(PRODUCTS, "utf-8")
    (folder / "customers.csv").write_text("customer_id,name\nnobody,New\nk0,Ann\n", "utf-8")
    (folder / "scheme.yaml").write_text(scheme, "utf-8")
    return Workspace.at(folder)


@contextmanager
def looked_at(workspace: Workspace) -> Iterator[Result]:
    run(workspace, duckdb_store, lambda: NOW)
    with open_run(workspace, duckdb_engine, workspace.path) as result:
        yield result


def pairs_of(found: BasketReport, of: OfClass) -> dict[tuple[str, ...], int]:
    return {
        tuple(str(found.items[i]) for i in items): int(k)
        for items, k in zip(of.pairs.items.tolist(), of.pairs.together, strict=True)
    }


def test_customers_buy_coffee_with_filters_and_tea_with_a_pot(tmp_path: Path) -> None:
    with looked_at(shop(tmp_path)) as result:
        found = baskets(result)
        [of] = found.of
        assert pairs_of(found, of) == {("c", "f"): 20, ("p", "t"): 20}
        assert found.title(0) == "Bread (b)"
        # 40 baskets of two, 120 loaves, 10 of what is gone.
        assert of.orders == 170
        assert of.pairs.lift.tolist() == [8.5, 8.5]
        assert of.pairs.confidence.tolist() == [[1, 1], [1, 1]]


def test_what_came_back_whole_was_not_bought(tmp_path: Path) -> None:
    back = "r1,0,k0,2024-06-01,f,10\nr2,1,k1,2024-06-01,c,5\n"
    with looked_at(shop(tmp_path, back=back)) as result:
        found = baskets(result)
        assert pairs_of(found, found.of[0])["c", "f"] == 19


def test_categories_and_brands_go_together_too(tmp_path: Path) -> None:
    with looked_at(shop(tmp_path)) as result:
        found = baskets(result, "category")
        assert pairs_of(found, found.of[0]) == {("Drinks", "Paper"): 20, ("Drinks", "Things"): 20}
        assert len(baskets(result, "brand").of[0].pairs) == 0


def test_each_class_has_its_own_pairs(tmp_path: Path) -> None:
    rich = "".join(f"k{i},x{i},2024-06-{i + 1:02},t,1,900\n" for i in range(20))
    with looked_at(shop(tmp_path, rich)) as result:
        found = baskets(result, segment="tier")
        by = {of.class_: of for of in found.of}
        assert pairs_of(found, by["big"]) == {("c", "f"): 20}
        assert pairs_of(found, by["small"]) == {("p", "t"): 20}
        assert by["big"].customers == 20
        [one] = baskets(result, segment="tier", class_="Big").of
        assert (one.class_, one.orders) == ("big", by["big"].orders)
        # Tea after coffee: all twenty, where those who were observed long enough are as many.
        after = by["big"].sequences
        names = {(str(found.items[a]), str(found.items[b])) for a, b in zip(after.first, after.then, strict=True)}
        assert ("t", "c") not in names


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"class_": "big"}, "E-CLI-012"), ({"segment": "tier", "class_": "huge"}, "E-RUN-008"),
     ({"segment": "no"}, "E-RUN-003")],
)  # fmt: skip
def test_what_there_is_none_of_is_refused(tmp_path: Path, asked: dict[str, str], code: str) -> None:
    with looked_at(shop(tmp_path)) as result, pytest.raises(CustrataError) as error:
        baskets(result, **asked)  # type: ignore[arg-type]
    assert error.value.problems[0].code == code


def test_sales_without_products_are_told_how_to_get_them(tmp_path: Path) -> None:
    shop(tmp_path)
    lines = ["customer_id,order_id,ordered_at,amount", *(f"k{i},{i},2024-05-01,10" for i in range(9))]
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(SCHEME.replace("  products: {file: products.csv}\n", ""), "utf-8")
    with looked_at(Workspace.at(tmp_path)) as result:
        for ask in (lambda: baskets(result), lambda: fitted(result, Workspace.at(tmp_path), Choice())):
            with pytest.raises(CustrataError) as error:
                ask()
            assert error.value.problems[0].code == "E-PREDICT-030"


def test_a_shop_of_one_product_and_one_without_brands_are_refused(tmp_path: Path) -> None:
    shop(tmp_path)
    lines = ["customer_id,order_id,ordered_at,product,amount", *(f"k{i},{i},2024-05-01,Tea,10" for i in range(9))]
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(SCHEME.replace("  products: {file: products.csv}\n", ""), "utf-8")
    with looked_at(Workspace.at(tmp_path)) as result:
        for ask, code in ((lambda: baskets(result), "E-PREDICT-032"),
                          (lambda: baskets(result, "brand"), "E-PREDICT-031"),
                          (lambda: fitted(result, Workspace.at(tmp_path), Choice()), "E-PREDICT-032")):  # fmt: skip
            with pytest.raises(CustrataError) as error:
                ask()
            assert error.value.problems[0].code == code


def test_a_customer_is_recommended_what_goes_with_what_he_bought(tmp_path: Path) -> None:
    newcomer = "new,n1,2024-06-29,c,1,10\n"
    workspace = shop(tmp_path, newcomer, back="r9,5,k5,2024-06-02,f,10\n")
    with looked_at(workspace) as result:
        fit = fitted(result, workspace, Choice(only_new=True))
        found = for_one(result, fit, "new", Choice(only_new=True))
        assert [r.product_id for r in found][:2] == ["f", "b"]
        assert found[0].product == "Filters (f)"
        ids = {r.product_id for who in ("new", "k1", "nobody") for r in for_one(result, fit, who, Choice())}
        assert "g" not in ids, "what is out of stock"
        assert "f" not in [r.product_id for r in for_one(result, fit, "k5", Choice())], "what he gave back"
        assert all(r.popular for r in for_one(result, fit, "nobody", Choice()))
        related, _ = likes(fit, "Coffee")
        assert related[0].product_id == "f"
        with pytest.raises(CustrataError) as error:
            likes(fit, "Coffe")
        assert error.value.problems[0].code == "E-PREDICT-036"
        assert error.value.problems[0].values["suggestion"] == "Coffee"


def test_all_customers_get_what_each_of_them_gets(tmp_path: Path) -> None:
    workspace = shop(tmp_path, "new,n1,2024-06-29,c,1,10\n", back="r9,5,k5,2024-06-02,f,10\n")
    choice = Choice(segment="tier")
    with looked_at(workspace) as result:
        fit = fitted(result, workspace, choice)
        ids, ranked = for_all(result, fit, choice)
        assert len(ids) == 42
        for i, who in enumerate(ids):
            one = for_one(result, fit, who, choice)
            assert [r.product_id for r in one] == [str(fit.params.products[p]) for p in ranked.product[i] if p >= 0]
        file = tmp_path / "out.csv"
        assert write_all(result, fit, choice, file, "zh") == 42
        text = file.read_text("utf-8-sig").splitlines()
        assert text[0].startswith('"客户编号","名次"')
        assert len(text) == 1 + int((ranked.product >= 0).sum())


@pytest.mark.parametrize("product", ["f", ""])
def test_a_refund_of_the_held_out_days_is_not_known_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, product: str
) -> None:
    """Order 0 has two coffees and filters; the 30 days from 31 May on are held out."""
    from custrata.core.predict import recommend_trial as module
    from custrata.core.predict.recommend import fit

    def learned(back: str) -> tuple[list[int], int]:
        seen: list[Any] = []

        def watched(own: Any, *rest: Any, **options: Any) -> Any:
            seen.append(own)
            return fit(own, *rest, **options)

        monkeypatch.setattr(module, "fit", watched)
        folder = tmp_path / f"shop{back[7:17]}"
        folder.mkdir()
        with looked_at(shop(folder, "k1,late,2024-06-20,b,1,3\n", back)) as result:
            params = fitted(result, Workspace.at(folder), Choice()).params
            assert len(seen) == 1
            return [int((seen[0].product == p).sum()) for p in range(6)], round(float(params.popularity[0].sum()) * 1e6)

    amount = 10 if product else 30
    nothing, later, earlier = (learned(f"r,0,k0,{day},{product},{amount}\n") if day else learned("")
                               for day in ("", "2024-06-02", "2024-05-20"))  # fmt: skip
    assert nothing[0] == later[0], "what came back in June is unknown in May"
    assert earlier[0][2] == nothing[0][2] - 1, "what came back in May is known"
    assert later[1] == earlier[1] < nothing[1], "what is recommended today knows of either"


def test_models_are_fitted_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(tmp_path)
    with looked_at(workspace) as result:
        first = fitted(result, workspace, Choice())
        monkeypatch.setattr("custrata.usecases.recommend.fit_run", lambda *_: pytest.fail("fitted again"))
        again = fitted(result, workspace, Choice())
        assert again.trial == first.trial
        assert again.params.likeness.tolist() == first.params.likeness.tolist()
    assert [p.name for p in (workspace.home / "recommendations").iterdir()] == [result.run_id]


def test_what_is_sold_is_the_same_whatever_order_the_rows_have(tmp_path: Path) -> None:
    workspace = shop(tmp_path)
    with looked_at(workspace) as result:
        rows = sold(result)
        assert rows.items.tolist() == ["b", "c", "f", "g", "p", "t"]
        assert len(rows.item) == 80 + 120 + 10
