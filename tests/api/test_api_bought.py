"""What is bought together, recommendations, and what sets customers apart: of tables in memory, and of a workspace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

import custrata
from custrata import CustrataError, Scheme, apart, baskets, evaluate, recommend
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

DAY = dt.date(2024, 1, 1)
SCHEME = """scheme: Shop
sources: {orders: {file: sales.csv}}
metrics: {since: {tenure: lifetime}, spend: {monetary: lifetime}}
segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}
"""


def sales() -> pa.Table:
    """Tea goes with milk and coffee with bread; the big customers came early, and those of them with tea stay away."""
    rows = []
    for i in range(240):
        pair, big = (("tea", "milk") if i % 2 else ("coffee", "bread")), i % 3 == 0
        for k in range(1 if big and i % 2 else 3):
            day = DAY + dt.timedelta((i % 20 if big else 60 + i % 30) + 70 * k)
            things = pair[:1] if k == 2 else pair
            rows += [(f"c{i}", f"o{i}-{k}", day, p, 80 if big else 5) for p in things]
    columns = ("customer_id", "order_id", "ordered_at", "product", "amount")
    return pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    pa.csv.write_csv(sales(), folder / "sales.csv")
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    run(Workspace.at(folder), duckdb_store, lambda: dt.datetime.now(dt.UTC))
    return folder


def test_tables_and_a_workspace_have_the_same_baskets(shop: Path) -> None:
    with evaluate(Scheme.parse(SCHEME), orders=sales()) as evaluated:
        for asked in ({}, {"segment": "TIER", "class_": "small"}, {"segment": "tier"}):
            ours, theirs = baskets(evaluated, **asked), baskets(shop, **asked)
            drop = ("run",)
            assert {k: v for k, v in ours.as_dict().items() if k not in drop} == {
                k: v for k, v in theirs.as_dict().items() if k not in drop
            }
        found = baskets(evaluated)
        assert [p["items"] for p in found.pairs()] == [["milk", "tea"], ["bread", "coffee"]]
        table = found.table("pandas")
        assert list(table.orders) == [p["orders"] for p in found.pairs()]
        assert baskets(evaluated, segment="tier").table().num_rows == 4
        with pytest.raises(ValueError, match="big, small"):
            baskets(evaluated, segment="tier").pairs()


def test_tables_and_a_workspace_have_the_same_recommendations(shop: Path) -> None:
    with (
        evaluate(Scheme.parse(SCHEME), orders=sales()) as evaluated,
        recommend(evaluated, segment="tier") as ours,
        recommend(shop, segment="tier") as theirs,
    ):
        assert ours.one("c1") == theirs.one("c1")
        assert ours.trial == theirs.trial
        every = ours.all("pandas")
        assert every.equals(theirs.all("pandas"))
        own = every[every.customer_id == "c1"]
        assert list(own.product_id) == [r.product_id for r in ours.one("c1")]
        assert [r.product_id for r in ours.related("tea", 1)] == ["milk"]
        assert ours.sentence("zh") == theirs.sentence("zh") != ""
        for wrong, code in ((lambda: ours.one("nobody"), "E-RUN-004"), (lambda: ours.similar("x"), "E-PREDICT-036")):
            with pytest.raises(CustrataError) as error:
                wrong()
            assert error.value.problems[0].code == code


def test_what_sets_a_class_apart_is_told_of_tables_and_leavers_of_a_workspace(shop: Path) -> None:
    with evaluate(Scheme.parse(SCHEME), orders=sales()) as evaluated:
        ours, theirs = apart(evaluated, "tier", "big", lang="en"), apart(shop, "Tier", "big", lang="en")
        assert ours.as_dict() == theirs.as_dict()
        assert ours.rules[0].share > 0.9
        assert "since" in ours.sentences[1]
        with pytest.raises(TypeError):
            apart(evaluated)
    gone = apart(shop, days=90, as_of="2024-06-29", lang="zh")
    assert gone.as_dict()["own"] >= 20
    with pytest.raises(CustrataError) as error:
        apart(shop, "tier")
    assert error.value.problems[0].code == "E-PREDICT-054"


def test_where_nothing_tells_what_was_sold_nobody_can_say_what_goes_together() -> None:
    with evaluate(Scheme.parse("scheme: Shop"), orders=sales().drop(["product"])) as evaluated:
        for asked in (baskets, recommend):
            with pytest.raises(CustrataError) as error:
                asked(evaluated)
            assert error.value.problems[0].code == "E-PREDICT-030"


def test_every_public_name_can_be_imported() -> None:
    assert all(getattr(custrata, name) is not None for name in custrata.__all__)
