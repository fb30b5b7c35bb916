"""Attribute: a field of the customer taken as it is, grouped, or cut into ranges; age from a birth date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import field_validator, model_validator

from custrata.core.cuts import ELSE, Bound, first_match
from custrata.core.facts.columns import CUSTOMERS, DECIMAL
from custrata.core.segments.base import Class, Fit, Params, Scope, Segment, Why, found_in_data, segment
from custrata.core.segments.thresholds import BoundText, check_bounds
from custrata.core.strict import option
from custrata.locale import Lang, text


class Values(Params):
    """The values that occur, the commonest first."""

    values: tuple[str, ...]


@segment
class Attribute(Segment):
    """`attribute: industry` makes a class of every value; `groups: {制造: [机械, 电子], 其他: else}` puts values
    together, those in no group go to `else` (a class `Other` where none is written); `ranges: {小: below 50, 大: else}`
    cuts a number; `age: true` turns a date into whole years.

    Customers whose field is empty (or no number, where ranges are wanted) go to the missing class.
    """

    kind: ClassVar[str] = "attribute"
    zh: ClassVar[str] = "属性"
    params_type: ClassVar[type[Params]] = Values
    short: ClassVar[str] = "field"
    reads: ClassVar[Literal["numbers", "segments", "attributes", "anything"]] = "attributes"
    default_missing: ClassVar[tuple[str, str]] = ("未填写", "Not given")

    field: str = option(key="字段", zh="客户档案中的列", en="column of the customers source")
    groups: dict[str, tuple[str, ...] | None] | None = option(
        None, key="分组",
        zh="类 → 取值的列表；else 收下其余取值", en="class → list of values; `else` takes the values in no list",
        role="classes",
    )  # fmt: skip
    ranges: dict[str, BoundText] | None = option(
        None, key="区间",
        zh="类 → 界限，从上到下", en="class → bound, from top to bottom", role="classes",
    )  # fmt: skip
    age: bool = option(False, key="年龄", zh="把日期换算成周岁", en="turn a date into whole years of age")
    else_: str | None = option(
        None, key="其余", alias="else",
        zh="不在任何分组中的取值归入的类；默认“其他”", en="class of the values in no group; 'Other' by default",
        role="label",
    )  # fmt: skip

    @field_validator("field")
    @classmethod
    def _canonical(cls, value: str) -> str:
        """生日 means birthday, as it does among the columns of the source."""
        return {c.key: c.name for c in CUSTOMERS}.get(value, value)

    @field_validator("groups", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        groups: dict[str, tuple[str, ...] | None] = {}
        seen: set[str] = set()
        for i, (name, members) in enumerate(value.items()):
            if isinstance(members, str) and members.strip() in ELSE:
                if i != len(value) - 1:
                    raise ValueError(f"bounds:else_last:{name}")
                groups[str(name)] = None
                continue
            listed = tuple(str(x) for x in (members if isinstance(members, list | tuple) else [members]))
            for member in listed:
                if member in seen:
                    raise ValueError(f"twice:{member}")
                seen.add(member)
            groups[str(name)] = listed
        return groups

    @field_validator("ranges")
    @classmethod
    def _in_order(cls, value: dict[str, Bound] | None) -> Any:
        return value if value is None else check_bounds(value)

    @model_validator(mode="after")
    def _one_way(self) -> Attribute:
        if self.groups is not None and self.ranges is not None:
            raise ValueError("one_of:groups, ranges")
        if self.else_ is not None and None in (self.groups or {}).values():
            raise ValueError("twice:else")
        if self.age and self.ranges is None:
            raise ValueError("needs:ranges")
        return self

    def inputs(self) -> tuple[str, ...]:
        return (f"@{self.field}",)

    def _other(self) -> Class:
        written = next((name for name, members in (self.groups or {}).items() if members is None), None)
        if written is not None:
            return Class(written, written, written)
        if self.else_ is not None:
            return Class("else", self.else_, self.else_)
        return Class("else", text("segments.other", "zh"), text("segments.other", "en"))

    def _lists(self) -> dict[str, tuple[str, ...]]:
        return {name: members for name, members in (self.groups or {}).items() if members is not None}

    def open_ended(self, scope: Scope) -> bool:
        return self.groups is None and self.ranges is None

    def builtin(self, params: Values, scope: Scope) -> Sequence[Class]:
        if self.ranges is not None:
            return [Class(k, k, k) for k in self.ranges]
        if self.groups is not None:
            return [*(Class(k, k, k) for k in self._lists()), self._other()]
        return found_in_data(params.values if params else (), [self.missing_class()])

    def fit(self, table: ir.Table, scope: Scope) -> Fit[Values]:
        if self.groups is not None or self.ranges is not None:
            return Values(values=())
        words = table.select(word=table[f"@{self.field}"].cast(dt.string))
        counts = words.filter(words.word.notnull()).group_by("word").aggregate(n=lambda t: t.count())
        rows = yield counts.order_by([ibis.desc("n"), ibis.asc("word")])
        return Values(values=tuple(str(r["word"]) for r in rows))

    def _number(self, table: ir.Table, scope: Scope) -> Any:
        column: Any = table[f"@{self.field}"]
        if not self.age:
            return column.cast(DECIMAL) if column.type().is_numeric() else column.try_cast(DECIMAL)
        born = column if column.type().is_date() else column.try_cast(dt.date)
        as_of = scope.as_of
        birthday_to_come = (born.month() * 100 + born.day()) > as_of.month * 100 + as_of.day
        years = ibis.literal(as_of.year) - born.year() - ibis.ifelse(birthday_to_come, 1, 0)
        return ibis.ifelse(born <= as_of, years, ibis.null(years.type()))

    def assign(self, table: ir.Table, params: Values, scope: Scope) -> Any:
        missing = self.missing_class().label(scope.lang)
        labels = {c.key: c.label(scope.lang) for c in self.classes(params, scope)}
        if self.ranges is not None:
            bounds = {labels[key]: bound for key, bound in self.ranges.items()}
            return first_match(self._number(table, scope), bounds, missing)
        word: Any = table[f"@{self.field}"].cast(dt.string)
        branches: list[Any] = [(word.isnull(), missing)]
        if self.groups is not None:
            branches += [(word.isin(list(members)), labels[key]) for key, members in self._lists().items()]
            return ibis.cases(*branches, else_=labels[self._other().key])
        called = [c.label(scope.lang) for c in self.classes(params, scope)]
        both = zip(params.values, called, strict=True)
        branches += [(word == value, label) for value, label in both if value != label]
        return ibis.cases(*branches, else_=word)

    def sentences(self, params: Values, scope: Scope, lang: Lang) -> Mapping[str, str]:
        field = scope.attribute(self.field, lang)
        if self.ranges is not None:
            name = text("segments.age_of", lang, field=field) if self.age else field
            return {key: bound.text(name, lang) for key, bound in self.ranges.items()}
        if self.groups is not None:
            sep = "、" if lang == "zh" else ", "
            found = {key: f"{field} = {sep.join(members)}" for key, members in self._lists().items()}
            return {**found, self._other().key: text("segments.other_values", lang, field=field)}
        classes = self.builtin(params, scope)
        return {c.key: f"{field} = {v}" for c, v in zip(classes, params.values, strict=True)}

    def why(self, params: Any, scope: Scope) -> Why:
        cuts = [b.value for b in (self.ranges or {}).values() if b.value is not None]
        return Why((f"@{self.field}",), {self.field: cuts} if cuts else {})
