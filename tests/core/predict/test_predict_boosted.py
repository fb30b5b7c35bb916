"""A classifier is kept as plain numbers: it scores as the library that grew it did, and its parts add up."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from custrata.core.errors import CustrataError
from custrata.core.predict.boosted import Boosted, calibrated, log_loss, sigmoid
from custrata.usecases import churn_trees
from custrata.usecases.churn_trees import STAGES, first_trees, grown

NAMES = ("silent", "gap", "complaints")


def people(n: int = 1_500, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Customers who are silent the likelier the longer they have been and the more they complained; some lack a gap."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 90, n), rng.gamma(2, 10, n).round(1), rng.poisson(0.5, n)]).astype(np.float64)
    x[rng.random(n) < 0.2, 1] = np.nan
    odds = -2 + 0.04 * x[:, 0] + 1.2 * x[:, 2]
    return x, (rng.random(n) < sigmoid(odds)).astype(np.int64)


@pytest.fixture(scope="module")
def model() -> Boosted:
    return grown(*people(), NAMES, 90, "here")


def test_a_customer_is_scored_as_by_the_library_that_grew_the_trees(model: Boosted) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    x, y = people()
    order = np.lexsort((y, *np.nan_to_num(x, nan=-1e300).T))
    theirs = HistGradientBoostingClassifier(
        max_iter=STAGES[-1], learning_rate=0.08, max_leaf_nodes=12, l2_regularization=1.0, min_samples_leaf=20,
        early_stopping=False, random_state=1,
    ).fit(x[order], y[order])  # fmt: skip
    other = people(400, 2)[0]
    assert model.risk(other) == pytest.approx(theirs.predict_proba(other)[:, 1], abs=1e-9)


def test_the_parts_of_a_customers_score_add_up_to_it(model: Boosted) -> None:
    x = people(40, 3)[0]
    anybody = model.start + sum(model.value[r] for r in model.roots)
    for row, score in zip(x, model.scores(x), strict=True):
        parts = model.parts(row)
        assert set(parts) == set(NAMES)
        assert anybody + sum(parts.values()) == pytest.approx(score, abs=1e-9)
    complaining = model.parts(np.array([45.0, 20.0, 3.0]))
    assert complaining["complaints"] > 0 > model.parts(np.array([45.0, 20.0, 0.0]))["complaints"]


def test_neither_the_order_nor_the_company_of_customers_matters(model: Boosted) -> None:
    x, y = people()
    turned = np.random.default_rng(4).permutation(len(x))
    assert grown(x[turned], y[turned], NAMES, 90, "here") == model
    assert model.risk(x)[7:9].tolist() == [float(model.risk(x[i : i + 1])[0]) for i in (7, 8)]


def test_what_is_kept_scores_without_the_library(model: Boosted, monkeypatch: pytest.MonkeyPatch) -> None:
    x = people(100, 5)[0]
    before = model.risk(x).tolist()
    for name in [n for n in sys.modules if n.split(".")[0] == "sklearn"]:
        monkeypatch.setitem(sys.modules, name, None)
    kept = json.loads(json.dumps(model.model_dump(mode="json")))
    assert Boosted.model_validate(kept).risk(x).tolist() == before


def test_fewer_trees_are_the_first_ones(model: Boosted) -> None:
    x = people(50, 6)[0]
    few = first_trees(model, STAGES[1])
    assert len(few.roots) == STAGES[1] and len(few.value) < len(model.value)
    assert few.scores(x) == pytest.approx(model.staged(x, STAGES)[STAGES[1]])
    assert first_trees(model, STAGES[-1]) == model


def test_a_sigmoid_makes_percentages_true_again() -> None:
    rng = np.random.default_rng(7)
    odds = rng.normal(0.5, 1.5, 20_000)
    came = (rng.random(20_000) < sigmoid(odds)).astype(np.int64)
    slope, offset = calibrated(2 * odds + 3, came)
    assert slope == pytest.approx(0.5, rel=0.05)
    assert offset == pytest.approx(-1.5, rel=0.05)
    assert log_loss(sigmoid(slope * (2 * odds + 3) + offset), came) < log_loss(sigmoid(2 * odds + 3), came)


def test_a_score_that_is_the_wrong_way_round_says_nothing() -> None:
    came = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    slope, offset = calibrated(-came.astype(np.float64), came)
    assert slope == 0
    assert sigmoid(np.array([offset]))[0] == pytest.approx(5 / 8, abs=0.08)


def test_a_perfect_order_makes_nobody_certain() -> None:
    came = np.array([0] * 50 + [1] * 50)
    slope, offset = calibrated(np.where(came > 0, 5.0, -5.0), came)
    assert 0 < sigmoid(np.array([-5 * slope + offset]))[0] < 0.05


def test_without_the_library_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(churn_trees, "find_spec", lambda _: None)
    with pytest.raises(CustrataError) as error:
        grown(*people(50), NAMES, 90, "scheme.yaml:4 metrics.churn")
    [problem] = error.value.problems
    assert problem.code == "E-PREDICT-040"
    assert "pip install 'custrata[prediction]'" in problem.text("en") and "custrata[prediction]" in problem.text("zh")
