"""The whole fit over many customers: order is nothing even where only a sample is looked at; outliers pull nothing."""

from __future__ import annotations

import numpy as np
import pytest

from custrata.core.predict.clusters import _sample, fit_clusters
from custrata.core.predict.counts import Floats
from custrata.core.segments.cluster_params import ClusterParams

LOGS = {"spend": True, "orders": True, "off": False}
KINDS = {"spend": "monetary", "orders": "frequency", "off": "discount_share"}


def many(of_each: int, seed: int = 0) -> dict[str, Floats]:
    """Three kinds of customers with many ties, some without a number, and one in a hundred beyond measure."""
    rng = np.random.default_rng(seed)
    kinds = np.repeat([[100.0, 2, 0.0], [100.0, 30, 0.5], [9000.0, 30, 0.0]], of_each, axis=0)
    rows = kinds * rng.uniform(0.7, 1.3, kinds.shape)
    spend, orders = rows[:, 0].round(0), rows[:, 1].round(0)
    spend[rng.random(len(spend)) < 0.01] *= 1e6
    spend[rng.random(len(spend)) < 0.01] = np.nan
    return {"spend": spend, "orders": orders, "off": rows[:, 2].round(1)}


def test_the_order_of_many_customers_changes_no_parameter() -> None:
    columns = many(5_000)
    shuffled = np.random.default_rng(9).permutation(len(columns["spend"]))
    one = fit_clusters(columns, LOGS, KINDS, 3)
    other = fit_clusters({n: c[shuffled] for n, c in columns.items()}, LOGS, KINDS, 3)
    assert one == other
    assert one.n == np.isfinite(columns["spend"]).sum() < 15_000
    assert ClusterParams.model_validate_json(one.model_dump_json()) == one


def test_trees_are_grown_from_the_same_customers_in_any_order() -> None:
    columns = [np.arange(25_000.0), np.arange(25_000.0) % 7]
    shuffled = np.random.default_rng(2).permutation(25_000)
    one, other = (_sample(c, 25_000) for c in (columns, [c[shuffled] for c in columns]))
    assert columns[0][one].tolist() == columns[0][shuffled][other].tolist()
    # Every kind is there as often as among all.
    assert np.bincount((columns[1][one]).astype(int)) == pytest.approx([len(one) / 7] * 7, rel=0.1)


def test_three_kinds_are_told_by_what_makes_them() -> None:
    params = fit_clusters(many(500), LOGS, KINDS, "auto")
    assert sorted(c.customers for c in params.clusters) == pytest.approx([500] * 3, abs=20)
    by_rule = {c.rule: c for c in params.clusters}
    assert set(by_rule) == {"price_sensitive", "big", "small"}
    telling = by_rule["price_sensitive"].telling
    assert telling is not None and [r.name for r in telling.ranges] == ["off"]
    # Who spends a million times as much is among the big ones, whatever he bought on discount.
    assert by_rule["price_sensitive"].customers == telling.own >= 0.99 * telling.customers


def test_typical_numbers_are_some_customers_own() -> None:
    columns = many(50)
    for cluster in fit_clusters(columns, LOGS, KINDS, 3).clusters:
        for typical, values in zip(cluster.typical, columns.values(), strict=True):
            assert float(typical) in values
