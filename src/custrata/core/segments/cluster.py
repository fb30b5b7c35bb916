"""Cluster: customers who are alike in several numbers, found by k-means and named by what stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import ValidationInfo, field_validator

from custrata.core.cuts import parse_number
from custrata.core.errors import Fault, Problem
from custrata.core.predict.scale import Scale, known
from custrata.core.segments.base import Class, Columns, Fit, Params, Scope, Segment, Why, segment
from custrata.core.segments.cluster_params import ClusterParams
from custrata.core.segments.cluster_words import classes_of, kind_of, sentence
from custrata.core.segments.shown import unit_of
from custrata.core.strict import Choice, option
from custrata.locale import Lang

#: Below these, clusters are drawn through what is one cloud, or come out otherwise from other customers.
_SET_APART, _STABLE = 0.25, 0.75
#: Units whose numbers have long tails.
_LONG_TAILED = ("money", "count", "days")
_LEAST, _MOST = 2, 12


@segment
class ClusterModel(Segment):
    """`{cluster: [spend, orders, recency]}`: customers who are alike in these numbers, as many kinds as there are.

    Each number is pulled in to the 1 % and 99 % quantiles, put on a logarithm where its unit is money, a count or days,
    and measured in standard deviations from the mean. A customer belongs to the cluster whose centre is nearest (least
    sum of squared differences; of equals the first). `k: auto` takes the number of clusters, 2 to 8, that are set apart
    best among those that are stable. Clusters keep their keys (A, B, C …) when they are fitted again; names follow what
    stands out, unless `labels` names a key. A customer without one of the numbers is in the missing class; `fill` gives
    a value that stands for a missing one. Sources: S. P. Lloyd, IEEE Transactions on Information Theory 28 (1982);
    D. Arthur and S. Vassilvitskii, k-means++, SODA (2007); P. J. Rousseeuw, Journal of Computational and Applied
    Mathematics 20 (1987).
    """

    kind: ClassVar[str] = "cluster"
    zh: ClassVar[str] = "聚类"
    short: ClassVar[str] = "metrics"
    params_type: ClassVar[type[Params]] = ClusterParams

    metrics: tuple[str, ...] = option(
        key="指标", min_length=1, max_length=20,
        zh="按哪些指标聚类", en="the metrics in which customers are compared",
    )  # fmt: skip
    k: Annotated[Literal["auto"], Choice({"自动": "auto"})] | int = option(
        "auto", key="类数",
        zh="类数，2 至 12；自动（auto）在 2 至 8 中选取",
        en="number of clusters, 2 to 12; auto chooses among 2 to 8",
    )  # fmt: skip
    fill: dict[str, Any] = option(
        {}, key="填补",
        zh="指标 → 缺数值时以何值代替", en="metric → the value that stands for a missing one",
    )  # fmt: skip

    @field_validator("metrics")
    @classmethod
    def _different(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("twice:" + next(v for v in value if value.count(v) > 1))
        return value

    @field_validator("k")
    @classmethod
    def _few(cls, value: Any) -> Any:
        if isinstance(value, int) and not _LEAST <= value <= _MOST:
            raise ValueError(f"range:{value}:{_LEAST}:{_MOST}")
        return value

    @field_validator("fill", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        return {str(k): parse_number(v) for k, v in value.items()} if isinstance(value, Mapping) else value

    @field_validator("fill")
    @classmethod
    def _of_these_metrics(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        for name in value:
            if name not in info.data.get("metrics", value):
                raise Fault("fill", value=name)
        return value

    def inputs(self) -> tuple[str, ...]:
        return self.metrics

    def open_ended(self, scope: Scope) -> bool:
        return True

    def builtin(self, params: ClusterParams | None, scope: Scope) -> Sequence[Class]:
        return classes_of(params, scope, self.missing_class()) if params is not None else []

    def fit(self, table: ir.Table, scope: Scope) -> Fit[ClusterParams]:
        asked = table.select(**{name: self._filled(table, name) for name in self.metrics})
        columns = (yield Columns(asked))[0]
        # NumPy is loaded only by who fits: assigning does without.
        from custrata.core.predict.clusters import fit_clusters

        logs = {name: unit_of(scope, name) in _LONG_TAILED for name in self.metrics}
        kinds = {name: kind_of(scope.metrics[name]) for name in self.metrics if name in scope.metrics}
        before = scope.before.get(scope.name)
        return fit_clusters(columns, logs, kinds, self.k, before if isinstance(before, ClusterParams) else None)

    def numbers(self, table: ir.Table, params: ClusterParams, scope: Scope) -> Mapping[str, Any]:
        """How far the customer lies from the mean in each number, in standard deviations."""
        return {
            name: scale.expression(self._filled(table, name))
            for name, scale in zip(params.metrics, params.scales, strict=True)
        }

    def assign(self, table: ir.Table, params: ClusterParams, scope: Scope) -> Any:
        missing = ibis.literal(self.missing_class().label(scope.lang))
        labels = [c.label(scope.lang) for c in self.classes(params, scope)]
        if not labels:
            return missing
        at = [table[f"{scope.name}.{name}"] for name in params.metrics]
        lacking: Any = at[0].isnull()
        for one in at[1:]:
            lacking = lacking | one.isnull()
        far = [_squared(at, cluster.centre, params.scales) for cluster in params.clusters]
        least = ibis.least(*far)
        nearest = [(d <= least, label) for d, label in zip(far[:-1], labels[:-1], strict=True)]
        return ibis.cases((lacking, missing), *nearest, else_=ibis.literal(labels[-1]))

    def sentences(self, params: ClusterParams, scope: Scope, lang: Lang) -> Mapping[str, str]:
        return {c.key: sentence(c, params, scope, lang) for c in params.clusters}

    def why(self, params: ClusterParams, scope: Scope) -> Why:
        return Why(self.metrics, {})

    def notes(self, params: ClusterParams, scope: Scope, place: str) -> list[Problem]:
        """Few customers, numbers that tell nobody apart, clusters that are none: E-PREDICT-020 to 024."""
        if not params.n:
            return [Problem("E-PREDICT-020", place, {"metrics": ", ".join(self.metrics)})]
        found = [
            Problem("E-PREDICT-022", place, {"metric": name})
            for name, scale in zip(params.metrics, params.scales, strict=True)
            if scale.flat
        ]
        if len(params.clusters) < (2 if self.k == "auto" else self.k):
            values = {"found": len(params.clusters), "customers": params.n, "k": self.k}
            return [*found, Problem("E-PREDICT-021", place, values)]
        if params.silhouette is not None and params.silhouette < _SET_APART:
            found.append(Problem("E-PREDICT-023", place, {"silhouette": f"{params.silhouette:.2f}"}))
        if params.stability is not None and params.stability < _STABLE:
            found.append(Problem("E-PREDICT-024", place, {"stability": f"{params.stability:.2f}"}))
        return found

    def _filled(self, table: ir.Table, name: str) -> Any:
        value = known(table[name])
        return value.fill_null(float(self.fill[name])) if name in self.fill else value


def _squared(at: Sequence[Any], centre: Sequence[float], scales: Sequence[Scale]) -> Any:
    """The squared distance from a centre, less what it has in common with that from every other. On the grid of the
    scales it is exact, so that who stands between two centres does so on every engine."""
    found: Any = ibis.literal(sum(c * c for c in centre), type=dt.float64)
    for one, c, scale in zip(at, centre, scales, strict=True):
        if c and not scale.flat:
            found = found - one * (2 * c)
    return found
