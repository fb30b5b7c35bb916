"""A customer is reached when he buys: by his own habit if he has shown one, by everybody's if he has not."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from custrata.core.predict.occasions import Occasions, hour_of
from custrata.core.predict.purchases import NoFit


def fitted(counts: np.ndarray, first: int = 1) -> Occasions:
    cells: dict[tuple[int, int], int] = {}
    totals: dict[int, int] = {}
    for row in counts:
        totals[int(row.sum())] = totals.get(int(row.sum()), 0) + 1
        for k, c in enumerate(row):
            if c:
                cells[k + first, int(c)] = cells.get((k + first, int(c)), 0) + 1
    return Occasions.fit(first, counts.shape[1], [(k, t, n) for (k, t), n in cells.items()], list(totals.items()))


def best(model: Occasions, counts: list[int], share: bool = False) -> Any:
    t = ibis.memtable(pa.table({f"k{i}": [c] for i, c in enumerate(counts)}))
    asked = t.select(x=model.best([t[c] for c in t.columns], share))
    return ibis.duckdb.connect().to_pyarrow(asked)["x"][0].as_py()


def drawn(strength: float, customers: int = 4_000, seed: int = 1) -> np.ndarray:
    """Customers whose shares lie around everybody's, most of whose purchases fall on Saturday."""
    rng = np.random.default_rng(seed)
    everybody = np.array([1, 1, 1, 1, 2, 3, 1]) / 10
    own = rng.dirichlet(everybody * strength, customers)
    return np.stack([rng.multinomial(n, p) for n, p in zip(1 + rng.poisson(6, customers), own, strict=True)])


@pytest.mark.parametrize("strength", [2.0, 20.0])
def test_how_far_customers_differ_is_found_again(strength: float) -> None:
    found = fitted(drawn(strength))
    assert found.strength == pytest.approx(strength, rel=0.15)
    assert found.shares[5] == pytest.approx(0.3, abs=0.02)


def test_the_order_in_which_customers_are_counted_changes_no_digit() -> None:
    counts, rng = drawn(135.0, 1_300, 4), np.random.default_rng(5)
    found = fitted(counts)
    assert all(fitted(counts[rng.permutation(len(counts))]) == found for _ in range(20))


def test_one_purchase_on_a_monday_is_no_habit_and_ten_are() -> None:
    model = fitted(drawn(8.0))
    assert best(model, [1, 0, 0, 0, 0, 0, 0]) == 6
    assert best(model, [10, 0, 0, 0, 0, 1, 0]) == 1
    assert 0.3 < float(best(model, [2, 0, 0, 0, 0, 2, 0], True)) < 0.5


def test_where_all_are_alike_nobody_has_a_day_of_his_own() -> None:
    rng = np.random.default_rng(3)
    model = fitted(rng.multinomial(12, [0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.1], 3_000))
    assert model.strength > 100
    assert best(model, [3, 0, 0, 0, 0, 0, 0]) == 6


def test_of_equals_the_day_on_which_everybody_buys_more_comes_first() -> None:
    alike = Occasions(first=0, shares=(0.25, 0.5, 0.25), strength=4, customers=9, purchases=99)
    assert best(alike, [1, 0, 0]) == 1
    assert best(alike, [0, 0, 0]) == 1
    assert best(Occasions(**{**alike.model_dump(), "shares": (0.25, 0.25, 0.5)}), [1, 0, 0]) == 2


def test_few_purchases_tell_no_time() -> None:
    with pytest.raises(NoFit) as no:
        fitted(np.ones((4, 7), dtype=int))
    assert no.value.values == {"purchases": 28}


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2024-03-01 14:05:00", 14), ("2024/3/1 9:30", 9), ("2024-03-01T23:59", 23), ("18:20", 18),
        ("2024-03-01", None), ("2024-03-01 00:00:00", None), ("2024-03-01 00:00", None), ("2024-03-01 00:07", 0),
        ("3/1/2024 2:15 PM", 14), ("3/1/2024 12:15 AM", 0), ("2024年3月1日 下午3:20", 15), ("20240301", None),
        ("2024-03-01 14：05", 14), ("3月1日 9点05分", 9), ("下午3时20分", 15), ("00点00分00秒", None),
        ("2024-03-01T20:30:00Z", 4), ("2024-03-01T20:30:00+08:00", 20), ("25:99", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(text: str | None, hour: int | None) -> None:
    t = ibis.memtable(pa.table({"x": pa.array([text], pa.string())}))

    def shanghai(moment: Any) -> Any:
        return (moment.epoch_seconds() + 8 * 3600).as_timestamp("s")

    con = ibis.duckdb.connect()
    assert con.to_pyarrow(t.select(x=hour_of(t.x, shanghai)))["x"].to_pylist() == [hour]
