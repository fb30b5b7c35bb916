"""Clusters in words: what each is called, what sets it apart, what its customers are typically like."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from custrata.core.metrics.base import Metric
from custrata.core.predict.naming import AVERAGE, BY_KEY, MEANS
from custrata.core.predict.rules import Range
from custrata.core.segments.base import Class, Scope
from custrata.core.segments.cluster_params import Cluster, ClusterParams
from custrata.core.segments.shown import cut_text, unit_of
from custrata.locale import Lang, text

_ASKED = {kind.removeprefix("-") for kinds in MEANS.values() for kind in kinds}
#: Meanings of which people say otherwise than "high" and "low" that they are.
_SAID = ("silence", "irregular", "tenure", "discount", "leaving")


def kind_of(metric: Metric) -> str:
    """The kind of a metric as the rules for naming know it: with its field, or what it counts, where they ask."""
    for part in ("field", "of"):
        value = getattr(metric, part, None)
        if value is not None:
            kind = f"{metric.kind}.{value if isinstance(value, str) else ','.join(map(str, value))}"
            return kind if kind in _ASKED else metric.kind
    return metric.kind


def classes_of(params: ClusterParams, scope: Scope, taken: Class) -> list[Class]:
    """The clusters as classes, each with a name of its own; `taken` is the missing class."""
    found: list[Class] = []
    for cluster in params.clusters:
        names = {lang: _name(cluster, scope, lang) for lang in ("zh", "en")}
        if any(names["zh"] == c.zh or names["en"] == c.en for c in (*found, taken)):
            names = {lang: f"{name} ({cluster.key})" for lang, name in names.items()}
        found.append(Class(cluster.key, names["zh"], names["en"]))
    return found


def sentence(cluster: Cluster, params: ClusterParams, scope: Scope, lang: Lang) -> str:
    """What sets a cluster apart, how well that tells it, and its typical customer."""
    told = cluster.telling
    values = (
        text("segments.cluster.value", lang, metric=scope.called(m, lang), value=cut_text(v, unit_of(scope, m)))
        for m, v in zip(params.metrics, cluster.typical, strict=False)
    )
    typical = text("segments.cluster.typical", lang, values=text("segments.cluster.comma", lang).join(values))
    if told is None or not told.customers:
        how = "only" if len(params.clusters) == 1 else "untold"
        return text(f"segments.cluster.{how}", lang, key=cluster.key, typical=typical)
    rule = f" {text('conditions.and', lang)} ".join(range_text(r, scope, lang) for r in told.ranges)
    return text(
        "segments.cluster.told", lang, key=cluster.key, rule=rule, typical=typical,
        of=_percent(told.own, cluster.customers), within=_percent(told.own, told.customers),
    )  # fmt: skip


def range_text(part: Range, scope: Scope, lang: Lang) -> str:
    """What a rule asks of one number, as `40 < recency ≤ 90`."""
    name, unit = scope.called(part.name, lang), unit_of(scope, part.name)
    if not part.known:
        return text("segments.lacking", lang, names=name)
    left = f"{cut_text(part.above, unit)} < " if part.above is not None and part.up_to is not None else ""
    right = f" ≤ {cut_text(part.up_to, unit)}" if part.up_to is not None else ""
    if not left and not right:
        right = f" > {cut_text(part.above, unit)}" if part.above is not None else ""
    shown = f"{left}{name}{right}" if left or right else text("segments.cluster.known", lang, metric=name)
    return text("segments.cluster.or_none", lang, range=shown) if part.lacking else shown


def _name(cluster: Cluster, scope: Scope, lang: Lang) -> str:
    rule = BY_KEY.get(cluster.rule or "")
    if rule is not None:
        return rule.zh if lang == "zh" else rule.en
    if not cluster.stands_out:
        return AVERAGE.zh if lang == "zh" else AVERAGE.en
    parts = [_height(name, high, scope, lang) for name, high in cluster.stands_out]
    shown = text("segments.cluster.comma", lang).join(parts)
    return shown if lang == "zh" else shown[:1].upper() + shown[1:]


def _height(name: str, high: bool, scope: Scope, lang: Lang) -> str:
    metric = scope.metrics.get(name)
    kind = kind_of(metric) if metric is not None else ""
    for meaning in _SAID:
        if kind in MEANS[meaning] or f"-{kind}" in MEANS[meaning]:
            side = "high" if high == (kind in MEANS[meaning]) else "low"
            return text(f"segments.cluster.{meaning}_{side}", lang)
    return text("segments.cluster.high" if high else "segments.cluster.low", lang, metric=scope.called(name, lang))


def _percent(part: int, whole: int) -> str:
    share = Decimal(100 * part) / max(whole, 1)
    return f"{share.quantize(Decimal(1), rounding=ROUND_HALF_UP)}%"
