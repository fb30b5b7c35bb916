"""Recommendations by hand: what goes together is found, what must not be is not, and the future is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.predict import recommend as module
from custrata.core.predict import recommend_rank as rank
from custrata.core.predict.recommend import Params, Purchases, fit, largest
from custrata.core.predict.recommend_rank import best_sellers, recommend, related, similar
from custrata.core.predict.recommend_trial import trial

AS_OF = 400
Rows = list[tuple[int, int, int]]
#: Coffee 0 goes with filters 1, tea 2 with a pot 3, and everybody buys bread 4.
SHOP: Rows = [
    *((c, p, 380) for c in range(30) for p in (0, 1)), *((c, p, 390) for c in range(30, 50) for p in (2, 3)),
    *((c, 4, 395) for c in range(50)), (50, 0, 396), (51, 2, 396),
]  # fmt: skip


def arrays(rows: Rows) -> tuple[Any, Any, Any]:
    customer, product, day = (np.array(c, dtype=np.int64) for c in zip(*rows, strict=True))
    return customer, product, day


def fitted(rows: Rows, width: int = 5, **options: Any) -> tuple[Params, Purchases]:
    c, p, d = arrays(rows)
    own = Purchases.of(c, p, d, AS_OF, 90)
    return fit(own, (c, p, d), [f"p{i}" for i in range(width)], AS_OF, **options), own


def only(own: Purchases, customer: int) -> Purchases:
    rows = own.some(own.customer == customer)
    return Purchases(rows.customer * 0, rows.product, rows.last, rows.times, rows.recent)


def nobody(own: Purchases) -> Purchases:
    return own.some(slice(0, 0))


def test_a_customer_who_bought_coffee_is_recommended_filters() -> None:
    params, own = fitted(SHOP)
    found = recommend(params, only(own, 50), 1, only_new=True)
    assert found.product[0, 0] == 1
    assert 0 not in found.product
    assert recommend(params, only(own, 51), 1, only_new=True).product[0, 0] == 3


def test_a_customer_who_bought_nothing_is_recommended_what_sells() -> None:
    params, own = fitted(SHOP)
    found = recommend(params, nobody(own), 1)
    assert found.product[0, :3].tolist() == [4, 0, 1]
    assert found.popular[0, :5].all()
    assert found.product[0, 5:].tolist() == [-1] * 5


def test_a_newcomer_is_recommended_what_sells_to_his_like() -> None:
    _, own = fitted(SHOP)
    class_of = np.where(own.customer >= 30, 1, 0)
    params, own = fitted(SHOP, class_of=class_of, classes=["coffee", "tea"])
    found = recommend(params, nobody(own), 3, class_of=np.array([1, 0, -1]), most=3)
    assert found.product.tolist() == [[2, 4, 3], [4, 0, 1], [4, 0, 1]]
    # Twenty bought tea ten days ago and one four, twenty bread five days ago.
    tea, bread = 20 * 2 ** (-10 / 90) + 2 ** (-4 / 90), 20 * 2 ** (-5 / 90)
    sells = best_sellers(params, 1, 2)
    assert [p for p, _ in sells] == [2, 4]
    assert [n for _, n in sells] == pytest.approx([tea, bread])


def test_what_he_gave_back_or_is_out_of_stock_is_not_recommended() -> None:
    params, own = fitted(SHOP, left_out=[False, False, False, False, True])
    banned = (np.array([0]), np.array([1]))
    found = recommend(params, only(own, 50), 1, banned=banned, only_new=True)
    assert not {1, 4} & set(found.product[0].tolist())
    assert 4 not in recommend(params, nobody(own), 1).product


def test_a_durable_that_was_just_bought_is_not_recommended_and_bread_is() -> None:
    bread = [(c, 0, d) for c in range(12) for d in (370, 377, 384, 398)]
    fridge = [(c, 1, d) for c in range(12) for d in (10, 399)]
    params, own = fitted([*bread, *fridge], 2)
    assert params.interval.tolist() == [7, 389]
    assert recommend(params, own, 12).product[:, :2].tolist() == [[0, -1]] * 12
    # One whose fridge has its years is recommended a new one; one who says what a durable is decides it himself.
    old = Purchases.of(*arrays([(0, 1, 10)]), AS_OF, 90)
    assert 1 in recommend(params, old, 1).product
    assert 1 in recommend(params, own, 12, durable=390).product[0]


def test_a_product_without_intervals_of_its_own_has_those_of_its_category() -> None:
    bread = [(c, 0, d) for c in range(12) for d in (380, 387)]
    params, _ = fitted([*bread, (3, 1, 399), (4, 2, 399)], 3, category=["bakery", "bakery", "cars"])
    assert params.interval.tolist() == [7, 7, np.inf]


def test_likeness_is_the_cosine_worked_out_one_by_one() -> None:
    params, own = fitted(SHOP)
    table = np.zeros((52, 5))
    table[own.customer, own.product] = 1
    length = np.sqrt(table.sum(axis=0) + 10)
    cosine = table.T @ table / np.outer(length, length)
    for a in range(5):
        for b, value in related(params, a):
            assert value == pytest.approx(cosine[a, b])
        assert {b for b, _ in related(params, a)} == {b for b in range(5) if b != a and cosine[a, b] > 0}


@pytest.mark.parametrize("only_new", [False, True])
def test_each_product_that_a_customer_has_says_as_much_as_another(only_new: bool) -> None:
    # Twelve and more buy everything every twenty days, so that nothing is a durable.
    params, own = fitted([*SHOP, *((c, p, day - 20) for c, p, day in SHOP)])
    found = recommend(params, own, 52, only_new=only_new)
    for customer in (0, 40, 50):
        mine = own.some(own.customer == customer)
        scores = np.zeros(5)
        for product, last, recent in zip(mine.product, mine.last, mine.recent, strict=True):
            near = params.neighbours[product] >= 0
            shares = params.likeness[product][near] / params.likeness[product].sum()
            assert shares.sum() == pytest.approx(1)
            scores[params.neighbours[product][near]] += shares * (1 + 2 ** (-(AS_OF - last) / 90)) / 2
            scores[product] += rank._ITSELF * np.sqrt(params.again[product]) * recent
        if only_new:
            scores[mine.product] = 0
        told = (found.product[customer] >= 0) & ~found.popular[customer]
        assert found.score[customer][told] == pytest.approx(np.sort(scores[scores > 0])[::-1])
        assert scores[found.product[customer][told]] == pytest.approx(found.score[customer][told])


def test_two_sorts_of_one_kind_are_similar_by_what_is_bought_beside_them() -> None:
    # 0 and 1 are two brands of coffee that nobody buys both of; filters 2 go with either, 3 is a coffee of others.
    rows = [(c, p, 380) for c in range(40) for p in (c % 2, 2)] + [(c, p, 380) for c in range(40, 60) for p in (3, 4)]
    params, _ = fitted(rows, 5, category=["coffee", "coffee", "paper", "coffee", "tea"])
    assert [p for p, _ in similar(params, 0)] == [1]
    assert similar(params, 0)[0][1] == pytest.approx(1)
    assert 1 not in [p for p, _ in related(params, 0)]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, AS_OF)), min_size=1, max_size=80),
       st.randoms(use_true_random=False))  # fmt: skip
def test_the_order_of_rows_and_the_blocks_change_nothing(rows: Rows, random: st.DataObject) -> None:
    turned = [*rows, *rows[:3]]
    random.shuffle(turned)  # type: ignore[attr-defined]
    (one, own), (two, again) = fitted(rows), fitted(turned)
    for name in ("neighbours", "likeness", "again", "interval", "popularity"):
        assert getattr(one, name).tolist() == getattr(two, name).tolist()
    all_at_once = recommend(one, own, 10)
    for c in range(10):
        assert recommend(two, only(again, c), 1).product[0].tolist() == all_at_once.product[c].tolist()


@given(st.lists(st.lists(st.integers(0, 5), min_size=30, max_size=30), min_size=1, max_size=6), st.integers(1, 4))
def test_the_largest_are_those_that_sorting_finds(table: list[list[int]], most: int) -> None:
    chosen, values = largest(np.array(table, dtype=float), most)
    for line, places, found in zip(table, chosen.tolist(), values.tolist(), strict=True):
        exact = sorted((-v, i) for i, v in enumerate(line) if v > 0)[:most]
        assert [(p, v) for p, v in zip(places, found, strict=True) if p >= 0] == [(i, -v) for v, i in exact]


def test_a_customer_with_more_products_than_count_has_his_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OF_CUSTOMER", 2)
    own = Purchases.of(*arrays([(0, 0, 1), (0, 1, 9), (0, 2, 9), (0, 3, 9), (1, 0, 1)]), AS_OF, 90)
    kept = own.some(module._latest(own))
    assert list(zip(kept.customer.tolist(), kept.product.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 0)]


def test_parameters_are_kept_to_the_last_bit(tmp_path: Path) -> None:
    params, own = fitted(SHOP, category=["饮料", "", "饮料", "", "食品"])
    for name in ("a.npz", "b.npz"):
        params.save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = Params.load(tmp_path / "a.npz")
    assert recommend(back, own, 52).score.tolist() == recommend(params, own, 52).score.tolist()
    assert back.category.tolist() == params.category.tolist()


def test_held_out_purchases_are_counted_as_by_hand() -> None:
    # Known: two buy 0 and 1, a third only 0. Later the third buys 1, the first 0 again.
    known = [(0, 0, 100), (0, 1, 100), (1, 0, 100), (1, 1, 100), (2, 0, 300)]
    found = trial(*arrays([*known, (2, 1, 390), (0, 0, 380)]), 2, AS_OF, 30, most=1)
    assert found is not None
    assert (found.as_of, found.customers) == (370, 2)
    # The best seller 0 is right for the first; of either customer his own list has one place.
    assert found.popular.recall == 0.5
    assert found.popular.coverage == 0.5


def test_what_happens_later_is_not_known_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    rows = [(int(rng.integers(0, 40)), int(rng.integers(0, 9)), int(d)) for d in rng.integers(0, 370, 600)]
    seen: list[Any] = []
    real = fit

    def watched(own: Purchases, days: Any, *rest: Any, **options: Any) -> Params:
        seen.append((own.customer.tolist(), own.product.tolist(), own.recent.tolist(), [d.tolist() for d in days]))
        return real(own, days, *rest, **options)

    monkeypatch.setattr("custrata.core.predict.recommend_trial.fit", watched)
    for later in ([(0, 0, 399)], [(c, c % 9, 380 + c % 20) for c in range(40)]):
        trial(*arrays([*rows, *later]), 9, AS_OF, 30)
    assert seen[0] == seen[1]
    assert max(seen[0][3][2]) <= 370


def test_an_order_that_comes_back_later_is_still_bought_earlier_and_not_found_in_the_end() -> None:
    rows = [*((c, 0, 100) for c in range(12)), *((c, p, 300) for c in range(6, 12) for p in (1, 2)), (0, 3, 390),
            *((c, 1, 395) for c in range(6))]  # fmt: skip
    seen: list[Any] = []

    def known(gone: dict[int, int]) -> Any:
        customer, product, day = arrays(rows)
        away = np.array([gone.get(p, 1 << 40) for p in product], dtype=np.int64)

        def watched(own: Purchases, *rest: Any, **options: Any) -> Params:
            seen.append(own)
            return fit(own, *rest, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("custrata.core.predict.recommend_trial.fit", watched)
            found = trial(customer, product, day, 4, AS_OF, 30, gone=away, kept=away == 1 << 40)
        assert found is not None
        return sorted(set(seen[-1].product.tolist())), found.own.recall

    # Product 2 came back in the held-out days: until then it was bought, as far as anybody knew.
    assert known({2: 380})[0] == [0, 1, 2]
    assert known({2: 370})[0] == [0, 1]
    # What somebody bought and gave back in the held-out days is nothing that could have been found.
    assert (known({})[1], known({3: 398})[1]) == (pytest.approx(5.5 / 6), 1)


def test_customers_with_habits_are_recommended_better_than_what_sells() -> None:
    rng = np.random.default_rng(6)
    rows = []
    for c in range(200):
        taste = c % 5
        rows += [(c, int(taste * 8 + rng.integers(0, 8)), int(d)) for d in rng.integers(0, 400, 12)]
    found = trial(*arrays(rows), 40, AS_OF, 60, only_new=True, most=5)
    assert found is not None
    assert found.worth_it
    assert found.own.recall > 2 * found.popular.recall


def test_a_young_shop_has_no_trial() -> None:
    assert trial(*arrays([(0, 0, 390), (0, 1, 399)]), 2, AS_OF, 30) is None
