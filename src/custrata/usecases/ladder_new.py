"""Ladders to begin with, for who has none: levels as companies use them, their thresholds round numbers of the
company's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.edit import with_value
from custrata.core.scheme.model import NAME, Head, Scheme
from custrata.core.scheme.write import flow, scalar
from custrata.core.scheme.yaml import read
from custrata.core.windows import Window
from custrata.locale import Lang
from custrata.usecases.init_tiers import round_pair
from custrata.usecases.look import Result

#: `three`: the best, those who buy, everybody else. `tiers`: levels of a membership, kept for a while and by less than
#: they take to reach. `active`: how much together with how often.
Template = Literal["three", "tiers", "active"]
TEMPLATES: tuple[Template, ...] = ("three", "tiers", "active")
#: Shares of the buyers below the cuts that templates are made of.
_QUANTILES = {"half": 0.5, "good": 0.8, "best": 0.95}
_NAMES: Mapping[Template, Mapping[Lang, tuple[str, ...]]] = {
    "three": {"zh": ("VIP", "普通", "潜在"), "en": ("VIP", "regular", "prospect")},
    "tiers": {"zh": ("钻石", "金卡", "银卡", "普通"), "en": ("diamond", "gold", "silver", "regular")},
    "active": {"zh": ("核心", "活跃", "普通", "潜在"), "en": ("core", "active", "occasional", "prospect")},
}
_YEAR = (Window("months", 12), Window("days", 365))
#: What it takes to stay on a level of `tiers`, of what it takes to reach it.
_KEPT = 0.8


@dataclass(frozen=True)
class _Numbers:
    """The metrics that templates ask for, and round numbers at the cuts of buyers."""

    spend: str
    orders: str | None
    spends: Mapping[str, int | float]
    often: int
    lang: Lang

    def amount(self, cut: str, part: float = 1) -> str:
        """A threshold as people write it, or a part of it."""
        n = round(self.spends[cut] * part, 2)
        short = self.lang == "zh" and n >= 10_000 and n % 1_000 == 0
        return f"{n / 10_000:g}万" if short else f"{int(n) if float(n).is_integer() else n}"

    @property
    def bought(self) -> str:
        return f"{self.orders} >= 1" if self.orders is not None else f"{self.spend} > 0"


def templates(scheme: Scheme, result: Result) -> list[Template]:
    """Those that can be made of the numbers of a run, the usual one first. Raises E-WEB-113 for none."""
    found = _numbers(scheme, result)
    return [t for t in TEMPLATES if t != "active" or found.orders is not None]


def with_new_ladder(text: str, name: str, result: Result, template: Template = "three") -> str:
    """The text with one more ladder, reckoned from what customers spend in the published run. Raises E-WEB-112 for a
    name that cannot be one or is taken, E-WEB-113 where the run knows no spend to go by."""
    scheme = Scheme.parse(text)
    taken = {*scheme.levels, *scheme.segments, *scheme.metrics, *scheme.attributes}
    if not NAME.match(name) or name in taken:
        raise CustrataError(Problem("E-WEB-112", "", {"name": name[:40]}))
    found, section = _numbers(scheme, result), _section(text)
    if template == "active" and found.orders is None:
        template = "three"
    ladder = _LADDERS[template](found, _NAMES[template][scheme.lang], chinese=section != "levels")
    return _in_lines(with_value(text, (section, name), ladder), section, name, ladder)


def _in_lines(text: str, section: str, name: str, ladder: Mapping[str, Any]) -> str:
    """A ladder that was added on one line with a line for each of its levels, as people write and compare it; where the
    file keeps its ladders on one line, so does this one."""
    entries = [f"{scalar(key)}: {flow(value)}" for key, value in ladder.items()]
    first, entry = f"{section}: {{{scalar(name)}: {flow(ladder)}}}", f"{scalar(name)}: {flow(ladder)}"
    lines = []
    for line in text.split("\n"):
        margin = line[: len(line) - len(line.lstrip())]
        if line == first:
            lines += [f"{section}:", f"  {scalar(name)}:", *(f"    {e}" for e in entries)]
        elif margin and line.strip() == entry:
            lines += [f"{margin}{scalar(name)}:", *(f"{margin}  {e}" for e in entries)]
        else:
            lines.append(line)
    return "\n".join(lines)


def free_name(scheme: Scheme, lang: Lang) -> str:
    """A name that a new ladder may have."""
    taken = {*scheme.levels, *scheme.segments, *scheme.metrics, *scheme.attributes}
    usual = "会员等级" if lang == "zh" else "member"
    return next(n for n in (usual, *(f"{usual}{i}" for i in range(2, len(taken) + 3))) if n not in taken)


def _three(found: _Numbers, names: tuple[str, ...], *, chinese: bool) -> dict[str, Any]:
    best, bought, others = names
    enter = "升级条件" if chinese else "enter"
    return {best: {enter: f"{found.spend} >= {found.amount('best')}"}, bought: {enter: found.bought}, others: {}}


def _tiers(found: _Numbers, names: tuple[str, ...], *, chinese: bool) -> dict[str, Any]:
    enter, keep = ("升级条件", "保级条件") if chinese else ("enter", "keep")
    ladder: dict[str, Any] = {}
    for level, cut in zip(names, ("best", "good", "half"), strict=False):
        asks, keeps = found.amount(cut), found.amount(cut, _KEPT)
        ladder[level] = {enter: f"{found.spend} >= {asks}", keep: f"{found.spend} >= {keeps}"}
    ladder[names[-1]] = {}
    keys = ("保护期", "宽限期", "幅度") if chinese else ("hold", "after", "by")
    said = ("6个月", "30天", "逐级") if found.lang == "zh" else ("6 months", "30 days of grace", "step")
    down = dict(zip(keys, said, strict=True))
    return {**ladder, "下降" if chinese else "down": down}


def _active(found: _Numbers, names: tuple[str, ...], *, chinese: bool) -> dict[str, Any]:
    core, active, bought, others = names
    enter, orders = "升级条件" if chinese else "enter", found.orders
    return {
        core: {enter: f"{found.spend} >= {found.amount('good')} and {orders} >= {found.often}"},
        active: {enter: f"{orders} >= {min(2, found.often)}"}, bought: {enter: found.bought}, others: {},
    }  # fmt: skip


_LADDERS = {"three": _three, "tiers": _tiers, "active": _active}


def _numbers(scheme: Scheme, result: Result) -> _Numbers:
    spend, orders = (_of_a_year(scheme, result, kind) for kind in ("monetary", "frequency"))
    if spend is None:
        raise CustrataError(Problem("E-WEB-113", "", {}))
    t = result.customers
    buyers = t.filter(t[spend] > 0)
    asked = {cut: buyers[spend].cast("float64").quantile(q) for cut, q in _QUANTILES.items()}
    if orders is not None:
        asked["often"] = buyers[orders].cast("float64").quantile(_QUANTILES["good"])
    found = result.engine.rows(buyers.aggregate(**asked))[0]
    if not found["best"]:
        raise CustrataError(Problem("E-WEB-113", "", {}))
    half, good = round_pair(float(found["half"]), float(found["good"]))
    best = round_pair(float(good), float(found["best"]))[1]
    often = max(2, round(float(found.get("often") or 2)))
    return _Numbers(spend, orders, {"half": half, "good": good, "best": best}, often, scheme.lang)


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
