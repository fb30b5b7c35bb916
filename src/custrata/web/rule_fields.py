"""What the rule builder offers for each field: its title, its unit, the values to choose from, and how they are spread.

People type amounts as they say them (`2w`, `¥5,000`, `20` in a field of percents); they are read as the grammar of
schemes writes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import ibis.expr.datatypes as dt

from custrata.charts import numbers
from custrata.core.conditions import Field
from custrata.core.conditions.operands import typed
from custrata.locale import Lang, text
from custrata.usecases.customers.build import OPS, Group, Node, Row, Words
from custrata.usecases.customers.columns import ListColumn, list_columns
from custrata.usecases.look import Result
from custrata.web.list_words import FEW, few_values, listed

#: An attribute with at most so many values suggests them while one is typed.
_SUGGESTED = 300
#: Operators of an attribute whose values are chosen from a list.
_CHOSEN = ("in", "not_in", "missing", "present")
_SIGNS = re.compile(r"[¥￥$€£\s]|元|天|次|位|分|days?\b", re.IGNORECASE)
_SCALES = {"w": "万", "k": "千", "％": "%"}
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class RuleField:
    """A field as the builder shows it. `style` is that of a column of customers, `unit` a word after the value.
    `choices` are (value, what it is called), of a class or of an attribute with few values; `suggested` are the values
    of an attribute that has more."""

    name: str
    title: str
    group: str
    style: str
    ops: tuple[str, ...]
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    suggested: tuple[str, ...] = ()

    @property
    def input(self) -> str:
        """What is typed: a date, a number or a text; '' where it is chosen."""
        return "" if self.choices else self.style if self.style in ("date", "text") else "number"


def rule_fields(result: Result, known: Mapping[str, Field], lang: Lang) -> dict[str, RuleField]:
    """Everything that a row can ask of, in the order in which lists of customers have it. Columns whose values the
    reader sees masked are typed: a list would show them."""
    columns = dict[str, ListColumn]()
    for column in list_columns(result, lang).values():
        columns.setdefault(column.attribute or column.key, column)  # a segment, where an attribute is called so too
    values = few_values(result, [c for c in columns.values() if listed(c)], _SUGGESTED)
    found = {}
    for name, field in known.items():
        if name not in columns:
            continue
        column = columns[name]
        said = tuple(values.get(column.key, ()))
        choices = _choices(result, name, field, said if len(said) <= FEW else (), lang)
        ops = _CHOSEN if choices and field.type == "text" else OPS[field.type]
        group = "segments" if field.type == "class" else "attributes" if field.attribute else "metrics"
        style = "class" if field.type == "class" else "date" if field.type == "date" else column.style
        found[name] = RuleField(name, column.title, group, style, ops, _unit(result, name, style, lang), choices, said)
    return found


def _unit(result: Result, name: str, style: str, lang: Lang) -> str:
    if style == "money":
        return numbers.money_unit(lang, result.scheme.currency)
    metric = result.scheme.metrics.get(name)
    days = metric is not None and getattr(metric, "unit_", metric.unit) == "days"
    return text("web_segments.unit_days", lang) if days else "%" if style == "percent" else ""


def _choices(result: Result, name: str, field: Field, few: Any, lang: Lang) -> tuple[tuple[str, str], ...]:
    if field.type == "class":
        classes, missing = result.segment_class_labels(name)
        return tuple((c.label(result.scheme.lang), c.label(lang)) for c in [*classes, missing])
    return tuple((value, value) for value in few) if field.type == "text" else ()


def fitting(node: Any, fields: Mapping[str, RuleField]) -> Any:
    """Rows whose operator does not go with their field get the first one that does; classes of other fields go; values
    are read as people type them. A value of an attribute that is none of the usual ones stays."""
    if isinstance(node, Group):
        return Group(node.join, tuple(fitting(p, fields) for p in node.parts))
    if not isinstance(node, Row) or (field := fields.get(node.field)) is None:
        return node
    op, values = node.op, node.values
    if field.choices and field.style != "class":
        op = {"=": "in", "!=": "not_in"}.get(op, op)
    if field.style == "class":
        labels = {value for value, _ in field.choices}
        values = tuple(v for v in values if v in labels)
    elif field.input == "number":
        values = tuple(tidied(v, field.style) for v in values)
    return Row(node.field, op if op in field.ops else field.ops[0], values)


def tidied(said: str, style: str) -> str:
    """A number as the grammar reads it; what is none is left as it is.

    >>> tidied("¥ 5,000元", "money"), tidied("2w", "money"), tidied("２０", "percent"), tidied("30天", "count")
    ('5,000', '2万', '20%', '30')
    >>> tidied("很多", "money"), tidied("0.5%", "percent")
    ('很多', '0.5%')
    """
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", said))
    if plain and plain[-1].lower() in _SCALES:
        plain = plain[:-1] + _SCALES[plain[-1].lower()]
    if not re.fullmatch(r"-?[\d,]+(?:\.\d+)?[%万千亿]?", plain):
        return said
    return f"{plain}%" if style == "percent" and plain[-1].isdigit() else plain


def in_percent(node: Any, fields: Mapping[str, RuleField]) -> Any:
    """Rows of a condition that was written as text: 0.2 of a field of percents is 20%."""
    if isinstance(node, Group):
        return Group(node.join, tuple(in_percent(p, fields) for p in node.parts))
    if not isinstance(node, Row) or node.field not in fields or fields[node.field].style != "percent":
        return node
    return Row(node.field, node.op, tuple(_percent(v) for v in node.values))


def _percent(value: str) -> str:
    try:
        hundred = Decimal(value) * 100 if _PLAIN.fullmatch(value) else None
    except InvalidOperation:  # pragma: no cover  (the pattern holds numbers only)
        hundred = None
    return value if hundred is None else f"{typed(hundred)}%"


def spread(result: Result, root: Node, fields: Mapping[str, RuleField], lang: Lang) -> dict[str, tuple[str, str, str]]:
    """The least, middle and greatest value of every metric that a row asks of, as the reader's language writes them: in
    one question. Null where nobody has one."""
    names = [n for n in dict.fromkeys(_asked(root)) if n in fields and fields[n].group == "metrics"
             and fields[n].input == "number" and result.customers[n].type().is_numeric()]  # fmt: skip
    if not names:
        return {}
    t, asked = result.customers, dict[str, Any]()
    for i, name in enumerate(names):
        column = t[name].cast(dt.float64)
        asked |= {f"l{i}": column.min(), f"m{i}": column.quantile(0.5), f"h{i}": column.max()}
    row = result.engine.rows(t.aggregate(**asked))[0]
    currency = result.scheme.currency
    return {
        name: (low, middle, high)
        for i, name in enumerate(names) if row[f"l{i}"] is not None
        for low, middle, high in [tuple(_shown(row[f"{k}{i}"], fields[name].style, lang, currency) for k in "lmh")]
    }  # fmt: skip


def _asked(node: Node) -> list[str]:
    if isinstance(node, Group):
        return [name for part in node.parts for name in _asked(part)]
    return [] if isinstance(node, Words) else [node.field]


def _shown(value: float, style: str, lang: Lang, currency: str) -> str:
    if style == "money":
        return numbers.money(Decimal(str(round(value, 2))), lang, currency, brief=True)
    if style == "percent":
        return numbers.percent(value, lang)
    return numbers.number(value, 0 if float(value).is_integer() else 2)

