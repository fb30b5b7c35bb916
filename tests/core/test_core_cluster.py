"""Clusters as a segment: four planted kinds are found and named; nobody's class hangs on the order of rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.segments.cluster_params import ClusterParams
from custrata.core.segments.fitting import assign_all, fit_all, load_params, notes_of
from custrata.locale import Lang
from shops import AS_OF, MONEY, backend, classify, column, companies, days_of, evaluated, problems, scheme, the_problem

KINDS = "metrics: {recency: {recency: days}}\nsegments: {kinds: {cluster: [spend, orders, recency]}}"
BEHAVIOUR = """
metrics:
  basket:  {average_order_value: lifetime}
  rhythm:  {stability: intervals}
  off:     {discount_share: lifetime}
  brand:   {top_share: brand}
segments:
  kinds: {cluster: [basket, rhythm, off, brand]}
"""


def planted(of_each: int = 40, seed: int = 3) -> pa.Table:
    """Four kinds of customers: the steady, those who take what is reduced, those of one brand, those who buy much on a
    whim."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[Any, ...]] = []

    def buys(who: str, ago: int, amount: float, off: float, brand: str) -> None:
        day = AS_OF - timedelta(days=int(ago))
        rows.append((who, day, Decimal(f"{amount:.2f}"), Decimal(f"{amount * off:.2f}"), brand))

    def any_brand() -> str:
        return f"b{rng.integers(6)}"

    for i in range(of_each):
        for month in range(10):
            even = 30 * month + int(rng.integers(0, 3))
            buys(f"steady{i}", even, rng.uniform(80, 120), 0, any_brand())
            buys(f"saver{i}", even, rng.uniform(80, 120), rng.uniform(0.3, 0.5), any_brand())
            buys(f"loyal{i}", even, rng.uniform(80, 120), 0, "b0")
        for ago in (300, 298, 297, 140, 139, 5):
            buys(f"whim{i}", ago + int(rng.integers(0, 2)), rng.uniform(800, 1200), 0, any_brand())
    return pa.table({
        "customer_id": [r[0] for r in rows], "ordered_at": days_of(rows),
        "amount": pa.array([r[2] for r in rows], MONEY),
        "order_id": [f"o{i}" for i in range(len(rows))], "discount": pa.array([r[3] for r in rows], MONEY),
        "brand": [r[4] for r in rows],
    })  # fmt: skip


@pytest.mark.parametrize(("lang", "names"), [
    ("en", {"whim": "Impulsive", "saver": "Price-sensitive", "loyal": "Brand-loyal"}),
    ("zh", {"whim": "冲动型", "saver": "价格敏感型", "loyal": "品牌忠诚型"}),
])  # fmt: skip
def test_four_kinds_of_customers_are_found_and_named(lang: Lang, names: dict[str, str]) -> None:
    with evaluated(f"language: {lang}\n{BEHAVIOUR}", planted()) as result:
        params = result.params["kinds"]
        found = {row["customer_id"].rstrip("0123456789"): set() for row in result.table().to_pylist()}
        for row in result.table().to_pylist():
            found[row["customer_id"].rstrip("0123456789")].add(row["kinds"])
        sentences = scheme(BEHAVIOUR).segments["kinds"].sentences(
            params, result.scheme.scope("kinds", AS_OF, result.params), lang
        )
    assert all(len(classes) == 1 for classes in found.values()) and len(params.clusters) == 4
    assert {kind: found[kind] for kind in names} == {kind: {name} for kind, name in names.items()}
    assert params.silhouette > 0.6 and params.stability == 1
    told = {c.rule: sentences[c.key] for c in params.clusters}
    assert ("off > " in told["price_sensitive"]) and "100%" in told["price_sensitive"]
    assert "brand > " in told["brand_loyal"]


@given(companies(), st.integers(0, 5))
def test_the_order_of_the_orders_changes_no_class_and_no_parameter(orders: pa.Table, seed: int) -> None:
    shuffled = orders.take(np.random.default_rng(seed).permutation(orders.num_rows))
    with evaluated(KINDS, orders) as one, evaluated(KINDS, shuffled) as other:
        assert one.params["kinds"] == other.params["kinds"]
        assert one.table().sort_by("customer_id") == other.table().sort_by("customer_id")


@given(companies())
def test_equal_customers_are_in_one_cluster_and_each_is_with_the_nearest_centre(orders: pa.Table) -> None:
    with evaluated(KINDS, orders) as result:
        params, rows = result.params["kinds"], result.table().to_pylist()
        labels = labels_of(result)
    assert isinstance(params, ClusterParams) and len(set(labels)) == len(labels)
    of: dict[Any, set[str]] = {}
    for row in rows:
        of.setdefault((row["spend"], row["orders"], row["recency"]), set()).add(row["kinds"])
        at = [row[f"kinds.{name}"] for name in params.metrics]
        if None in at:
            assert row["kinds"] == "No data" and row["recency"] is None
            continue
        far = [sum((a - c) ** 2 for a, c in zip(at, cluster.centre, strict=True)) for cluster in params.clusters]
        assert far[labels.index(row["kinds"])] == pytest.approx(min(far), abs=1e-12)
    assert all(len(classes) == 1 for classes in of.values())


@given(companies())
def test_a_customer_alone_gets_the_class_of_the_batch_from_parameters_read_again(orders: pa.Table) -> None:
    model = scheme(KINDS)
    with evaluated(KINDS, orders) as result:
        stored = {name: p.model_dump(mode="json") for name, p in result.params.items()}
        params = load_params(model, stored)
        assert params == dict(result.params)
        whole = result.table()
        for i in range(min(whole.num_rows, 5)):
            alone = ibis.memtable(whole.slice(i, 1)).drop("kinds", *(f"kinds.{m}" for m in params["kinds"].metrics))
            found = backend().to_pyarrow(assign_all(model, alone, params, AS_OF)).to_pylist()[0]
            assert found["kinds"] == whole["kinds"][i].as_py()


def labels_of(result: Any) -> list[str]:
    scope = result.scheme.scope("kinds", AS_OF, result.params)
    return [c.label("en") for c in result.scheme.segments["kinds"].classes(result.params["kinds"], scope)]


def fitted(table: Any, body: str = KINDS, before: Any = None) -> tuple[ClusterParams, list[str]]:
    """The parameters over a table of numbers as they are, and the codes of what is said of them."""
    model = scheme(body)

    class Here:
        rows = staticmethod(lambda e: backend().to_pyarrow(e).to_pylist())
        arrow = staticmethod(lambda e: backend().to_pyarrow(e))
        at_ranks = staticmethod(lambda *_: None)

    params = fit_all(model, ibis.memtable(table), AS_OF, Here(), before)
    found = params["kinds"]
    assert isinstance(found, ClusterParams)
    return found, [n.code for n in notes_of(model, params, AS_OF)]


def numbers(*rows: tuple[Any, ...]) -> pa.Table:
    """customer_id, spend, orders, recency."""
    spend, orders, recency = zip(*rows, strict=True)
    return pa.table({
        "customer_id": [f"c{i}" for i in range(len(rows))],
        "spend": pa.array([None if s is None else Decimal(s) for s in spend], pa.decimal128(38, 4)),
        "orders": pa.array(orders, pa.int64()), "recency": pa.array(recency, pa.int64()),
    })  # fmt: skip


def spread(n: int, seed: int = 0, by: int = 1) -> list[tuple[Any, ...]]:
    """Customers of three kinds."""
    rng = np.random.default_rng(seed)
    kinds = [(100, 20, 300), (5_000, 30, 100), (300 * by, 600, 50)]
    return [tuple(int(v * rng.uniform(0.9, 1.1)) for v in kinds[i % 3]) for i in range(n)]


def test_fewer_customers_than_clusters_make_as_many_as_there_are_and_it_is_said() -> None:
    body = KINDS.replace("[spend, orders, recency]", "[spend, orders, recency], k: 8")
    params, notes = fitted(numbers((1, 1, 1), (1, 1, 1), (900, 9, 90)), body)
    assert [c.customers for c in params.clusters] == [2, 1] and notes == ["E-PREDICT-021"]


def test_one_customer_is_one_cluster() -> None:
    params, notes = fitted(numbers((10, 1, 5)))
    assert [(c.key, c.customers, c.rule) for c in params.clusters] == [("A", 1, None)]
    assert notes == ["E-PREDICT-022"] * 3 + ["E-PREDICT-021"]


def test_nobody_with_all_the_numbers_makes_no_cluster_and_everybody_is_without_data() -> None:
    params, notes = fitted(numbers((1, 1, None), (None, 2, 3)))
    assert (params.n, params.clusters, notes) == (0, (), ["E-PREDICT-020"])
    assert [p.code for p in problems("scheme: x\nsegments: {k: {cluster: [nothing]}}")] == ["E-SCHEME-003"]
    t = ibis.memtable(numbers((1, 1, None)))
    rows = backend().to_pyarrow(assign_all(scheme(KINDS), t, {"kinds": params}, AS_OF)).to_pylist()
    assert rows[0]["kinds"] == "No data"


def test_a_metric_that_is_the_same_for_all_plays_no_part_and_it_is_said() -> None:
    rows = [(spend, 7, recency) for spend, _, recency in spread(60)]
    params, notes = fitted(numbers(*rows))
    assert notes == ["E-PREDICT-022"] and params.scales[1].flat
    assert {c.centre[1] for c in params.clusters} == {0.0}


def test_one_metric_is_enough() -> None:
    body = KINDS.replace("[spend, orders, recency]", "spend").replace("cluster: spend", "cluster: [spend]")
    params, _ = fitted(numbers(*spread(60)), body)
    assert params.metrics == ("spend",) and len(params.clusters) >= 2


@pytest.mark.parametrize("huge", ["1" + "0" * 30, "-1" + "0" * 30])
def test_one_customer_beyond_measure_has_no_cluster_of_his_own_among_many(huge: str) -> None:
    rows = spread(300)
    plain, _ = fitted(numbers(*rows))
    params, _ = fitted(numbers(*rows, (huge, 5, 40)))
    assert len(params.clusters) == len(plain.clusters) == 3
    assert sorted(c.customers for c in params.clusters) == [100, 100, 101]


def test_a_filled_number_brings_those_without_it_into_a_cluster() -> None:
    body = KINDS.replace("[spend, orders, recency]", "[spend, orders, recency], fill: {recency: 999}")
    rows = [*spread(30), *[(0, 0, None)] * 10]
    table = numbers(*rows)
    assert fitted(table)[0].n == 30
    params, _ = fitted(table, body)
    assert params.n == 40
    found = backend().to_pyarrow(assign_all(scheme(body), ibis.memtable(table), {"kinds": params}, AS_OF)).to_pylist()
    assert "No data" not in {r["kinds"] for r in found}


def test_clusters_that_are_one_cloud_are_said_to_be() -> None:
    rng = np.random.default_rng(1)
    cloud = [tuple(int(v) for v in np.exp(rng.normal(5, 0.5, 3))) for _ in range(600)]
    _, notes = fitted(numbers(*cloud), KINDS.replace("recency]", "recency], k: 6"))
    assert "E-PREDICT-023" in notes


def test_clusters_keep_their_keys_when_they_are_fitted_again() -> None:
    first, _ = fitted(numbers(*spread(90)))
    grown = [*spread(90, seed=1, by=2), *[(500_000 + i, 6000 + i % 7, 700) for i in range(120)]]
    again, _ = fitted(numbers(*grown), before={"kinds": first})
    by_key = {c.key: c.typical for c in again.clusters}
    assert [c.key for c in first.clusters] == ["A", "B", "C"] and set(by_key) == {"A", "B", "C", "D"}
    for cluster in first.clusters:
        assert by_key[cluster.key][1] == pytest.approx(cluster.typical[1], rel=Decimal("0.15"))
    assert by_key["D"][0] >= 500_000 and again.letters == 4
    # A key that is no longer used is never given again.
    fewer, _ = fitted(numbers(*spread(90)), before={"kinds": again})
    assert {c.key for c in fewer.clusters} == {"A", "B", "C"} and fewer.letters == 4
    more, _ = fitted(numbers(*grown), before={"kinds": fewer})
    assert {c.key for c in more.clusters} == {"A", "B", "C", "E"}


def test_other_metrics_begin_with_new_keys() -> None:
    first, _ = fitted(numbers(*spread(90)))
    other, _ = fitted(numbers(*spread(90)), KINDS.replace("orders, recency]", "recency]"), before={"kinds": first})
    assert other.clusters[0].key == "A" and other.letters == len(other.clusters)


def test_people_overrule_a_name_by_its_key_in_either_language() -> None:
    labels = "labels: {A: {zh: 甲, en: First}}"
    body = BEHAVIOUR.replace("brand]}", f"brand], {labels}}}")
    assert "First" in column(classify(f"language: en\n{body}", planted(10)), "kinds").values()
    assert "甲" in column(classify(f"language: zh\n{body}", planted(10)), "kinds").values()


@pytest.mark.parametrize(("options", "code"), [
    ("[spend], k: 1", "E-SCHEME-028"), ("[spend], k: 13", "E-SCHEME-028"), ("[spend, spend]", "E-SCHEME-030"),
    ("[last]", "E-SCHEME-041"), ("[spend], fill: {orders: 0}", "E-SCHEME-037"), ("[spend], k: many", "E-SCHEME-005"),
])  # fmt: skip
def test_what_cannot_be_clustered_is_told_with_its_line(options: str, code: str) -> None:
    text = f"scheme: x\nmetrics: {{last: {{last_purchase: lifetime}}}}\nsegments:\n  kinds: {{cluster: {options}}}\n"
    assert the_problem(text).code == code
