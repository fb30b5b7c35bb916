"""What a trial says of predictions must be what counting by hand says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.predict.trial import SHARES, amount_trial, lift, risk_trial

customers = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=60)


@given(customers)
def test_ranking_is_the_share_of_pairs_in_the_right_order(found: list[tuple[int, bool]]) -> None:
    trial = risk_trial([r / 8 for r, _ in found], [y for _, y in found])
    pairs = [(a > b) + (a == b) / 2 for a, left in found if left for b, stayed in found if not stayed]
    if pairs:
        assert trial.ranking == pytest.approx(sum(pairs) / len(pairs))
    else:
        assert trial.ranking is None
    assert trial.error == pytest.approx(np.mean([(r / 8 - y) ** 2 for r, y in found]))


@given(customers, st.randoms(use_true_random=False))
def test_the_order_of_customers_changes_nothing(found: list[tuple[int, bool]], random: st.DataObject) -> None:
    turned = list(found)
    random.shuffle(turned)  # type: ignore[attr-defined]
    one, two = (risk_trial([r / 8 for r, _ in f], [y for _, y in f]) for f in (found, turned))
    assert one.gains == pytest.approx(two.gains)
    assert [g.customers for g in one.calibration] == [g.customers for g in two.calibration]
    assert sum(g.customers for g in one.calibration) == len(found)


@given(customers)
def test_gains_rise_to_all_and_a_coin_gains_what_it_takes(found: list[tuple[int, bool]]) -> None:
    trial = risk_trial([r / 8 for r, _ in found], [y for _, y in found])
    assert list(trial.gains) == sorted(trial.gains)
    assert all(0 <= g <= 1 + 1e-12 for g in trial.gains)
    coin = risk_trial([0.5] * len(found), [y for _, y in found])
    if any(y for _, y in found):
        assert coin.gains == pytest.approx(SHARES)


def test_reaching_the_riskiest_tenth_finds_whom_it_finds() -> None:
    # Twenty customers, four leave; the two riskiest are leavers.
    risk = np.linspace(1, 0, 20)
    left = np.zeros(20)
    left[[0, 1, 7, 15]] = 1
    trial = risk_trial(risk, left)
    assert trial.gains[SHARES.index(0.1)] == 0.5
    assert lift(trial) == 5
    assert trial.share == 0.2


def test_amounts_are_compared_in_sum_and_one_by_one() -> None:
    trial = amount_trial([1.0, 2.0, 0.0], [2, 2, 0])
    assert trial.total == pytest.approx(-0.25)
    assert trial.off == pytest.approx(1 / 3)
    assert amount_trial([0.5], [0]).total is None


def test_customers_without_a_prediction_are_no_trial() -> None:
    with pytest.raises(ValueError, match="each customer"):
        risk_trial([0.5], [1, 0])
    with pytest.raises(ValueError, match="each customer"):
        amount_trial([], [])
