"""A condition as text that reads back to the very same: names as the scheme writes them, words in quotes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from custrata.core.conditions.operands import Arithmetic, Constant, Name, Operand
from custrata.core.conditions.tokens import ConditionError
from custrata.core.conditions.tree import Among, Both, Compare, Condition, Missing, Not
from custrata.locale import Lang

_QUOTES = ("''", '""', "“”", "‘’")
_WORDS: dict[Lang, dict[str, str]] = {
    "en": {"and": "and", "or": "or", "not": "not", "in": "in", "out": "not in", "none": "is missing",
           "some": "is not missing"},
    "zh": {"and": "且", "or": "或", "not": "非", "in": "属于", "out": "不属于", "none": "缺失", "some": "不是 缺失"},
}  # fmt: skip


def written(condition: Condition, lang: Lang) -> str:
    """The text of a condition in the grammar of schemes, its connecting words in `lang`.

    Raises `ConditionError` for a word that holds every kind of quotation mark, which no text can say.

    >>> from custrata.core.conditions import parse
    >>> written(parse("spend >= 1万 and (rfm is 重要价值 or not recency > 90)"), "en")
    'spend >= 1万 and (rfm = 重要价值 or not (recency > 90))'
    """
    words = _WORDS[lang]
    if isinstance(condition, Both):
        parts = (written(p, lang) for p in condition.parts)
        inner = [f"({s})" if isinstance(p, Both) else s for p, s in zip(condition.parts, parts, strict=True)]
        return f" {words[condition.op]} ".join(inner)
    if isinstance(condition, Not):
        return f"{words['not']} ({written(condition.part, lang)})"
    left = _operand(condition.left)
    if isinstance(condition, Missing):
        return f"{left} {words['some' if condition.negated else 'none']}"
    if isinstance(condition, Among):
        values = ", ".join(constant(v) for v in condition.values)
        return f"{left} {words['out' if condition.negated else 'in']} ({values})"
    assert isinstance(condition, Compare)
    return f"{left} {condition.op} {_operand(condition.right)}"


def constant(value: Constant) -> str:
    """A number as it was written, without commas, which part values in a list; a word in quotes.

    >>> constant(Constant(Decimal("0.1"), percent=True)), constant(Constant("A's"))
    ('10%', '"A\\'s"')
    """
    if isinstance(value.value, Decimal):
        if value.written:
            return value.written.replace(",", "").replace(" ", "")
        return f"{_bare(value.value * 100)}%" if value.percent else _bare(value.value)
    return value.value.isoformat() if isinstance(value.value, date) else quoted(value.value)


def quoted(word: str) -> str:
    """A word in the first kind of quotation marks that it does not hold itself."""
    for marks in _QUOTES:
        if not set(marks) & set(word):
            return f"{marks[0]}{word}{marks[1]}"
    raise ConditionError(1, word[:40], "a name without every kind of quotation mark")


def _operand(o: Operand) -> str:
    if isinstance(o, Name):
        return o.name
    if isinstance(o, Constant):
        return constant(o)
    assert isinstance(o, Arithmetic)
    sides = [f"({_operand(side)})" if isinstance(side, Arithmetic) else _operand(side) for side in (o.left, o.right)]
    return f"{sides[0]} {o.op} {sides[1]}"


def _bare(value: Decimal) -> str:
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
