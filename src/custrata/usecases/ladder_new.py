"""A first ladder for a scheme that has none: three usual levels, the threshold a round number of the company's own."""

from __future__ import annotations

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.edit import with_value
from custrata.core.scheme.model import NAME, Head, Scheme
from custrata.core.scheme.yaml import read
from custrata.core.windows import Window
from custrata.usecases.init_tiers import round_pair
from custrata.usecases.look import Result

#: The best twentieth of those who buy are a start for the highest level.
_BEST, _GOOD = 0.95, 0.8
_NAMES = {"zh": ("VIP", "普通", "潜在"), "en": ("VIP", "regular", "prospect")}
_YEAR = (Window("months", 12), Window("days", 365))


def with_new_ladder(text: str, name: str, result: Result) -> str:
    """The text with one more ladder, reckoned from what customers spend in the published run: who is above the 95 % of
    buyers, who has bought, everybody else. Raises E-WEB-112 for a name that cannot be one or is taken, E-WEB-113 where
    the run knows no spend to go by."""
    scheme = Scheme.parse(text)
    taken = {*scheme.levels, *scheme.segments, *scheme.metrics, *scheme.attributes}
    if not NAME.match(name) or name in taken:
        raise CustrataError(Problem("E-WEB-112", "", {"name": name[:40]}))
    spend, orders = (_of_a_year(scheme, result, kind) for kind in ("monetary", "frequency"))
    t = result.customers
    if spend is None:
        raise CustrataError(Problem("E-WEB-113", "", {}))
    buyers = t.filter(t[spend] > 0)
    low, high = (buyers[spend].cast("float64").quantile(q) for q in (_GOOD, _BEST))
    found = result.engine.rows(buyers.aggregate(low=low, high=high))[0]
    if not found["high"]:
        raise CustrataError(Problem("E-WEB-113", "", {}))
    best, bought, others = _NAMES[scheme.lang]
    section = _section(text)
    enter = "enter" if section == "levels" else "升级条件"
    threshold = round_pair(float(found["low"]), float(found["high"]))[1]
    some = f"{orders} >= 1" if orders is not None else f"{spend} > 0"
    ladder = {best: {enter: f"{spend} >= {threshold}"}, bought: {enter: some}, others: {}}
    return with_value(text, (section, name), ladder)


def _of_a_year(scheme: Scheme, result: Result, kind: str) -> str | None:
    """A metric of a kind that the run has: one of a year before any other."""
    known = [n for n, m in scheme.metrics.items() if m.kind == kind and n in result.customers.columns]
    yearly = [n for n in known if scheme.metrics[n].window in _YEAR]
    usual = scheme.basis(kind) if known else None
    return next(iter([*yearly, *([usual] if usual in known else []), *known]), None)


def _section(text: str) -> str:
    """The key of the levels in the language of the file."""
    data = read(text, "scheme.yaml").data
    chinese = {field: zh for zh, field in Head.chinese_keys().items()}
    return chinese["levels"] if chinese["levels"] in data or "客群" in data else "levels"
