"""What the papers print of CDNOW's customers comes out to the last digit that they print."""

from __future__ import annotations

import numpy as np
import pytest
from cdnow import cdnow

from custrata.core.predict.beta_geometric import BGNBD, MBGNBD
from custrata.core.predict.counts import Counts
from custrata.core.predict.gamma_gamma import GammaGamma
from custrata.core.predict.pareto_nbd import ParetoNBD
from custrata.core.predict.purchases import PurchaseModel

_WEEKS = 7
#: Customer 1516: 26 repeat purchases, the last 30.857 weeks after the first, followed for 31 weeks.
BUYER = Counts.of([26], [216], [217])


@pytest.mark.parametrize(
    ("model", "parameters", "likelihood"),
    [
        (BGNBD, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.43),
        (MBGNBD, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, None),
        (ParetoNBD, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9594.98),
    ],
)  # fmt: skip
def test_the_parameters_are_those_that_were_published(
    model: type[PurchaseModel], parameters: dict[str, float], likelihood: float | None
) -> None:  # fmt: skip
    fitted = model.fit(cdnow().counts)
    assert fitted.customers == 2357
    assert fitted.repeaters == 946
    assert {name: round(getattr(fitted, name), 3) for name in model.names} == parameters
    if likelihood is not None:
        assert round(fitted.log_likelihood, 2) == likelihood


def test_spend_a_purchase_is_as_published() -> None:
    sample = cdnow()
    again = sample.counts.frequency > 0
    fitted = GammaGamma.fit(sample.counts.frequency[again], sample.mean[again])
    assert (round(fitted.p, 2), round(fitted.q, 2), round(fitted.gamma, 2)) == (6.25, 3.74, 15.44)
    assert fitted.customers == 946
    # The papers call it small enough to be taken for none.
    assert fitted.dependence == pytest.approx(0.11, abs=0.005)


@pytest.mark.parametrize(
    ("model", "expected", "alive", "of_new"),
    [(BGNBD, 25.757, 0.96885, 1.4440), (ParetoNBD, 25.456, 0.99787, 1.4734)],
)  # fmt: skip
def test_a_frequent_buyer_and_a_new_one_are_expected_to_buy_as_published(
    model: type[PurchaseModel], expected: float, alive: float, of_new: float
) -> None:  # fmt: skip
    fitted = model.fit(cdnow().counts)
    # The papers use parameters that they have rounded.
    assert fitted.expected(BUYER, 52 * _WEEKS)[0] == pytest.approx(expected, abs=0.002)
    assert fitted.alive(BUYER)[0] == pytest.approx(alive, abs=0.00001)
    assert fitted.expected_of_new(52 * _WEEKS) == pytest.approx(of_new, abs=0.0001)


@pytest.mark.parametrize(("model", "error", "total"), [(BGNBD, 0.234, -0.121), (MBGNBD, 0.231, -0.162)])
def test_the_held_out_weeks_are_missed_by_as_much_as_published(
    model: type[PurchaseModel], error: float, total: float
) -> None:  # fmt: skip
    sample = cdnow()
    expected = model.fit(sample.counts).expected(sample.counts, 39 * _WEEKS)
    assert round(float(np.mean((np.log1p(expected) - np.log1p(sample.later)) ** 2)), 3) == error
    assert round(float(expected.sum() / sample.later.sum()) - 1, 3) == total
