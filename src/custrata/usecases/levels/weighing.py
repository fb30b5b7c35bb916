"""The numbers that decide a move, each beside what is asked of it, as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from custrata.charts.numbers import NONE, number, percent
from custrata.core.conditions import Condition
from custrata.core.conditions.tree import Compare, Constant, Missing, Name
from custrata.core.levels.checks import SCORE
from custrata.core.levels.ladder import Ladder
from custrata.core.measure.levels import Way, Weighed
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, text
from custrata.usecases.names import attribute_title, class_words

_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}
_HOLDS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def way(ladder: Ladder, before: str | None, level: str | None) -> Way:
    """Which way somebody goes who goes from one level to another."""
    if level is None:
        return "gone"
    if before is None:
        return "new"
    if before not in ladder.levels:
        return "anew"
    return "up" if ladder.rank(level) > ladder.rank(before) else "down"


def deciding(ladder: Ladder, before: str | None, level: str | None) -> tuple[str, Condition | None]:
    """What decided by the rules: that of staying (`keep`) for who falls, that of entering (`enter`) for who rises or is
    placed. Null where no condition did: on the lowest level, or off the ladder."""
    where = way(ladder, before, level)
    if where == "down" and before is not None:
        return "keep", ladder.levels[before].keeps
    if where == "gone" or level is None:
        return "enter", None
    return "enter", ladder.levels[level].enter


class Scales:
    """Weighs the numbers of customers on one ladder."""

    def __init__(self, scheme: Scheme, ladder: Ladder, lang: Lang) -> None:
        self.ladder, self._lang = ladder, lang
        self._titles = {
            name: metric.label.in_(lang) if metric.label is not None else name
            for name, metric in scheme.metrics.items()
        }
        self._titles |= {n: s.label.in_(lang) for n, s in scheme.segments.items() if s.label is not None}
        own = [n for n in (i.removeprefix("@") for i in ladder.inputs()) if n not in scheme.metrics]
        self._titles |= {n: attribute_title(scheme, n, lang) for n in own if n not in scheme.segments}
        self._classes = {n: class_words(scheme, n, lang) for n in own if n in scheme.segments}
        self._titles.setdefault(SCORE, text("levels_report.score", lang))
        self._units = {name: getattr(m, "unit_", m.unit) for name, m in scheme.metrics.items()}
        self.inputs = [n.removeprefix("@") for n in ladder.inputs()]

    def title(self, name: str) -> str:
        """What a metric, segment or attribute is called."""
        return self._titles.get(name, name)

    def weighed(self, condition: Condition | None, numbers: Sequence[Any]) -> list[Weighed]:
        """Comparison by comparison; `numbers` are in the order of the ladder's inputs, as texts or values."""
        if condition is None:
            return []
        values = self._values(numbers)
        return [self._atom(atom, values) for atom in condition.atoms()]

    def asked(self, condition: Condition | None) -> str:
        """The condition in words, '' for none."""
        return "" if condition is None else condition.text(self._lang)

    def _values(self, numbers: Sequence[Any]) -> dict[str, Any]:
        values = dict(zip(self.inputs, numbers, strict=False))
        if self.ladder.score:
            parts = ((w, _decimal(values.get(n.removeprefix("@")))) for n, w in self.ladder.score.items())
            values[SCORE] = sum((w * v for w, v in parts if v is not None), Decimal(0))
        return values

    def _atom(self, atom: Any, values: Mapping[str, Any]) -> Weighed:
        if isinstance(atom, Compare) and isinstance(atom.left, Name) and isinstance(atom.right, Constant):
            name, bound = atom.left.name.removeprefix("@"), atom.right
            value, asked = values.get(name), f"{_SIGNS.get(atom.op, atom.op)} {bound.text(self._lang)}"
            exact = _decimal(value)
            holds = None
            if isinstance(bound.value, Decimal):
                holds = None if exact is None else _HOLDS[atom.op](exact, bound.value)
            elif atom.op in ("=", "!=") and value is not None:
                holds = (str(value) == str(bound.value)) is (atom.op == "=")
            # What is compared with a text is one, also where it looks like a number, as a telephone does.
            said = str(value) if isinstance(bound.value, str) and value is not None else None
            said = self._classes.get(name, {}).get(said, said) if said is not None else None
            told = said if said is not None else self.shown(name, value, as_percent=bound.percent)
            return Weighed(self.title(name), told, asked, holds)
        names = list(dict.fromkeys(n.removeprefix("@") for n in atom.names()))
        if isinstance(atom, Missing) and len(names) == 1:
            there = values.get(names[0]) is not None
            said = atom.text(self._lang).removeprefix(atom.left.text(self._lang)).strip()
            return Weighed(
                self.title(names[0]), self.shown(names[0], values.get(names[0])), said, there is atom.negated
            )
        comma = "、" if self._lang == "zh" else ", "
        told = comma.join(f"{self.title(n)} {self.shown(n, values.get(n))}" for n in names)
        return Weighed(atom.text(self._lang), told, "", None)

    def shown(self, name: str, value: Any, *, as_percent: bool = False) -> str:
        """A value as people write it: a ratio in percent, money to the cent, other numbers without idle zeros."""
        if value is None:
            return NONE
        if (word := self._classes.get(name, {}).get(str(value))) is not None:
            return word
        exact = _decimal(value)
        if exact is None:
            return str(value)
        unit = self._units.get(name, "")
        if as_percent or unit == "ratio":
            return percent(float(exact), self._lang)
        if unit == "money":
            return number(exact, 0 if exact == exact.to_integral_value() else 2)
        written = number(exact, 2)
        return written.rstrip("0").rstrip(".")


def _decimal(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
