"""Grows the trees of the churn classifier with scikit-learn, and keeps of them plain numbers."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from custrata.core.errors import CustrataError, Problem

if TYPE_CHECKING:
    from custrata.core.predict.boosted import Boosted
    from custrata.core.predict.counts import Floats, Whole

#: Numbers of trees of which the best on a later time is kept.
STAGES = (5, 10, 20, 40, 70, 110)
_LEAVES, _RATE, _L2, _SEED = 12, 0.08, 1.0, 1999


def require_extra(place: str) -> None:
    """Raises E-PREDICT-040 where scikit-learn is not there."""
    if find_spec("sklearn") is None:
        raise CustrataError(Problem("E-PREDICT-040", place))


def grown(x: Floats, befell: Whole, features: tuple[str, ...], horizon: int, place: str) -> Boosted:
    """Trees for these customers, of whom `befell` says who was silent. The order of the rows makes no difference."""
    require_extra(place)
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    # What is known of nobody is the same for all, and sets nobody apart.
    x = np.where(np.isnan(x).all(axis=0), 0.0, x)
    # Sums of floats depend on their order; rows that are the same in everything may change places.
    order = np.lexsort((befell, *np.nan_to_num(x, nan=-1e300).T))
    model = HistGradientBoostingClassifier(
        max_iter=STAGES[-1], learning_rate=_RATE, max_leaf_nodes=_LEAVES, l2_regularization=_L2,
        min_samples_leaf=max(20, len(x) // 500), early_stopping=False, random_state=_SEED,
    )  # fmt: skip
    # One thread: trees then do not depend on how many a machine has, and small shops do not wait for threads to meet.
    with threadpool_limits(limits=1, user_api="openmp"):
        model.fit(x[order], befell[order])
    return _plain(model, features, horizon, len(x))


def _plain(model: Any, features: tuple[str, ...], horizon: int, rows: int) -> Boosted:
    from custrata.core.predict.boosted import Boosted

    roots: list[int] = []
    nodes: dict[str, list[Any]] = {n: [] for n in ("feature", "threshold", "missing_left", "left", "right", "value")}
    for [tree] in model._predictors:
        first = len(nodes["left"])
        roots.append(first)
        value = _expected(tree.nodes)
        for i, node in enumerate(tree.nodes):
            leaf = bool(node["is_leaf"])
            nodes["feature"].append(0 if leaf else int(node["feature_idx"]))
            nodes["threshold"].append(0.0 if leaf else float(node["num_threshold"]))
            nodes["missing_left"].append(bool(node["missing_go_to_left"]) and not leaf)
            nodes["left"].append(first + (i if leaf else int(node["left"])))
            nodes["right"].append(first + (i if leaf else int(node["right"])))
            nodes["value"].append(value[i])
    start = float(model._baseline_prediction.ravel()[0])
    told: dict[str, Any] = {name: tuple(found) for name, found in nodes.items()}
    return Boosted(
        features=features, horizon=horizon, start=start, roots=tuple(roots), customers=rows, **told
    )


def _expected(nodes: Any) -> list[float]:
    """What a tree says in the mean of the customers who come by each node; its own word at a leaf."""
    found = [0.0] * len(nodes)
    # A node comes before those below it.
    for i in range(len(nodes) - 1, -1, -1):
        node = nodes[i]
        if node["is_leaf"]:
            found[i] = float(node["value"])
        else:
            left, right = int(node["left"]), int(node["right"])
            a, b = float(nodes[left]["count"]), float(nodes[right]["count"])
            found[i] = (a * found[left] + b * found[right]) / (a + b)
    return found


def first_trees(model: Boosted, trees: int) -> Boosted:
    """The same with only so many trees."""
    end = model.roots[trees] if trees < len(model.roots) else len(model.left)
    cut = {n: getattr(model, n)[:end] for n in ("feature", "threshold", "missing_left", "left", "right", "value")}
    return model.model_copy(update={"roots": model.roots[:trees], **cut})
