"""A customer is reached when he buys: by his own habit if he has shown one, by everybody's if he has not."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.predict.occasions import Occasions, hour_of
from custrata.core.predict.occasions_fit import Cells
from custrata.core.predict.purchases import NoFit


def fitted(counts: np.ndarray, first: int = 1, of: Sequence[int] = (), classes: Sequence[str] = ()) -> Occasions:
    """From purchases by customer and kind; `of` is the class of each customer by its number."""
    cells: dict[tuple[int, int, int, int], int] = {}
    for row, group in zip(counts, of or [-1] * len(counts), strict=True):
        for k, c in enumerate(row):
            if c:
                cell = group, k, int(c), int(row.sum())
                cells[cell] = cells.get(cell, 0) + 1
    columns = zip(*((*cell, n) for cell, n in cells.items()), strict=True)
    return Occasions.fit(first, counts.shape[1], Cells.of(*columns), classes)


def best(model: Occasions, counts: list[int], share: bool = False, of: str | None = None) -> Any:
    t = ibis.memtable(pa.table({f"k{i}": [c] for i, c in enumerate(counts)}))
    asked = t.select(x=model.best([t[c] for c in t.columns], share, [ibis.literal(w) for w in model.weights(of)]))
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


def families(sizes: Sequence[int], purchases: int = 3, seed: int = 2) -> tuple[np.ndarray, list[int]]:
    """Customers of two classes (the rest are of further ones): the first prefers Monday, the others Sunday."""
    rng = np.random.default_rng(seed)
    monday = np.array([4, 1, 1, 1, 1, 1, 1]) / 10
    of = [g for g, n in enumerate(sizes) for _ in range(n)]
    rows = [rng.multinomial(purchases, rng.dirichlet((monday if g == 0 else monday[::-1]) * 10)) for g in of]
    return np.stack(rows), of


def test_a_customer_with_one_purchase_is_reached_when_his_class_buys() -> None:
    counts, of = families([1_500, 2_500])
    model = fitted(counts, 1, of, ("a", "b"))
    assert best(model, [0, 0, 1, 0, 0, 0, 0]) == 7, "everybody buys on Sundays"
    assert best(model, [0, 0, 1, 0, 0, 0, 0], of="a") == 1
    assert best(model, [0, 0, 1, 0, 0, 0, 0], of="b") == 7
    assert best(model, [0, 0, 9, 0, 0, 0, 0], of="a") == best(model, [0, 0, 9, 0, 0, 0, 0], of="b") == 3
    assert best(model, [0, 0, 1, 0, 0, 0, 0], of="unknown") == 7


def test_a_class_of_two_customers_is_like_everybody() -> None:
    counts, of = families([2, 3_000, 3_000])
    model = fitted(counts, 1, [min(g, 2) for g in of], ("few", "b", "c"))
    assert model.groups["few"] == pytest.approx(model.shares, abs=0.05)
    assert model.groups["b"] == pytest.approx(model.groups["c"], abs=0.03)


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=12, max_size=40), st.randoms())
def test_a_class_lies_between_its_own_purchases_and_everybody(rows: list[list[int]], chance: Random) -> None:
    counts = np.array([r for r in rows if sum(r)] or [[1, 0, 0, 0]])
    of = [i % 3 for i in range(len(counts))]
    try:
        model = fitted(counts, 0, of, ("a", "b", "c"))
    except NoFit:
        return
    own = Cells.of(*zip(*((g, k, int(c), int(r.sum()), 1) for g, r in zip(of, counts, strict=True)
                          for k, c in enumerate(r) if c), strict=True)).sums(4, 3, model.strength)  # fmt: skip
    for label, row in zip("abc", own, strict=False):
        if not row.sum():
            continue
        for drawn, mine, all_ in zip(model.groups[label], row / row.sum(), model.shares, strict=True):
            assert min(mine, all_) - 1e-6 <= drawn <= max(mine, all_) + 1e-6
        assert sum(model.groups[label]) == pytest.approx(1, abs=1e-6)
    order = list(range(len(counts)))
    chance.shuffle(order)
    assert fitted(counts[order], 0, [of[i] for i in order], ("a", "b", "c")) == model


def test_one_customer_with_forty_thousand_orders_is_not_everybody() -> None:
    counts = drawn(8.0, 400)
    whale = np.array([[40_000, 0, 0, 0, 0, 0, 0]])
    alone, beside = fitted(counts), fitted(np.concatenate([counts, whale]))
    assert beside.shares == pytest.approx(alone.shares, abs=0.02)
    assert best(beside, [0, 0, 0, 0, 0, 0, 0]) == 6
    assert best(beside, whale[0].tolist()) == 1


def test_where_purchases_fall_evenly_only_who_has_a_habit_has_a_best_day() -> None:
    rng = np.random.default_rng(0)
    model = fitted(rng.multinomial(8, [1 / 7] * 7, 600))
    assert model.even == 7
    for counts in ([1, 0, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0, 0], [4, 2, 1, 1, 0, 2, 1], [0] * 7):
        assert best(model, counts) is None is best(model, counts, True), counts
    assert best(model, [0, 0, 0, 0, 0, 12, 0]) == 6
    assert best(model, [0, 0, 0, 0, 0, 9, 4], True) is not None
    closed = np.zeros((600, 7), dtype=int)
    closed[:, 1:] = rng.multinomial(8, [1 / 6] * 6, 600)
    assert fitted(closed).even == 6, "a day on which the shop is closed is no habit"
    habits = np.eye(7, dtype=int)[rng.integers(0, 7, 600)] * 8
    assert best(fitted(habits), [0, 0, 5, 0, 0, 0, 0]) == 3, "even in sum, and everybody has a day of his own"


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
