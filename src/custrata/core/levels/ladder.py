"""The `levels` of a scheme: a ladder of levels from the highest down, and how customers move on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir
from pydantic import field_validator, model_validator

from custrata.core import arithmetic
from custrata.core.conditions import Condition, Field, bind
from custrata.core.conditions.neutral import neutral_condition
from custrata.core.errors import Problem
from custrata.core.levels.checks import SCORE, Place, check
from custrata.core.levels.options import EARNED, REFUNDS, RHYTHMS, Brakes, Down, Level, New, Up, Weight
from custrata.core.levels.review import Rhythm
from custrata.core.levels.step import Policy
from custrata.core.segments.base import Class
from custrata.core.strict import Bilingual, Strict, Text, option


class Ladder(Strict):
    """`member: {VIP: {enter: "spend_12m >= 20000"}, 普通: {enter: "orders_12m >= 1"}, 潜在: {}}`: levels from the
    highest down, and beside them how customers move."""

    LEVELS: ClassVar[str] = "levels"

    levels: dict[str, Level] = option(..., key="等级", zh="等级，从高到低", en="the levels, from the highest down")
    label: Text | None = option(
        None, key="名称", zh="在报告中显示的名称", en="name shown in reports", role="label"
    )  # fmt: skip
    up: Up = option(Up(), key="上升", zh="何时、如何升级", en="when and how customers rise")
    down: Down = option(
        Down(), key="下降", zh="何时、如何降级；never 为从不", en="when and how customers fall, or `never`"
    )
    review: Annotated[Rhythm, RHYTHMS] = option(
        "every run", key="评审",
        zh="定期评审的节奏", en="when levels are reviewed",
    )  # fmt: skip
    refund: Annotated[Literal["at once", "at review"], REFUNDS] = option(
        "at review", key="退款",
        zh="退款导致不达标：立即（at once）按所得调整，不受保护期和宽限期保护；或按一般降级规则（at review）",
        en="who fails because of a refund falls at once, without hold and grace, or like anybody else (at review)",
    )  # fmt: skip
    new: New = option(New(), key="新客户", zh="新客户的等级", en="what new customers get")
    score: dict[str, Weight] = option(
        {}, key="评分",
        zh="加权评分：指标 → 权重；条件中写作 score",
        en="a weighted score: metric → weight; conditions call it `score`",
    )  # fmt: skip
    brakes: Brakes = option(Brakes(), key="闸门", zh="超过即须审批的比例", en="shares from which on a plan is approved")

    @model_validator(mode="before")
    @classmethod
    def _levels_beside_options(cls, data: Any) -> Any:
        """Whatever is no option is a level."""
        if not isinstance(data, Mapping):
            return data
        listed = {cls.LEVELS, "等级"}
        options = {*cls.model_fields, *cls.chinese_keys()} - listed
        levels: dict[str, Any] = {}
        for key, value in data.items():
            if key in listed and isinstance(value, Mapping):
                levels |= value
            elif key not in options:
                levels[str(key)] = {} if value is None else value
        return {**{key: value for key, value in data.items() if key in options}, cls.LEVELS: levels}

    @field_validator("up", "down", mode="before")
    @classmethod
    def _at_only(cls, value: Any) -> Any:
        return {"at": value} if isinstance(value, str) else value

    @field_validator("new", mode="before")
    @classmethod
    def _new(cls, value: Any) -> Any:
        return {"level": "earned" if value in EARNED else value} if isinstance(value, str) else value

    @property
    def names(self) -> list[str]:
        """Levels from the lowest (rank 0) to the highest."""
        return list(self.levels)[::-1]

    def rank(self, level: str) -> int:
        return self.names.index(level)

    def classes(self) -> list[Class]:
        """Levels from the highest down, named as the scheme wants them."""
        return [_class(name, level.label) for name, level in self.levels.items()]

    @staticmethod
    def missing_class() -> Class:
        """What those are called who are on no level yet."""
        return Class("missing", "未定级", "No level")

    def policy(self) -> Policy:
        """How customers move, as the state machine takes it."""
        given = None if self.new.level == "earned" else self.rank(self.new.level)
        return Policy(
            top=len(self.levels) - 1, up_at=self.up.at, up_by=self.up.by, falls=self.down.at != "never",
            down_at="review" if self.down.at == "review" else "once", down_by=self.down.by, hold=self.down.hold,
            grace=self.down.after, refund_at="once" if self.refund == "at once" else "review", review=self.review,
            new=given, new_for=self.new.lasts,
        )  # fmt: skip

    def inputs(self) -> tuple[str, ...]:
        """Metrics, attributes and segments that must be there first."""
        named = [n for c in self.conditions().values() for n in c.names() if not (n == SCORE and self.score)]
        return tuple(dict.fromkeys([*self.score, *named]))

    def bind(self, fields: Mapping[str, Field], place: Place) -> tuple[Ladder, list[Problem]]:
        """The ladder with the names in its conditions resolved, and what is wrong with it."""
        problems = check(self, fields, place)
        known = {**fields, SCORE: Field("number")} if self.score else fields
        levels = dict(self.levels)
        for (name, kind), condition in self.conditions().items():
            bound, found = bind(condition, known, place(name))
            problems.extend(found)
            levels[name] = levels[name].model_copy(update={kind: bound})
        return self.model_copy(update={"levels": levels}), problems

    def logic(self, places: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """What decides, as plain values, for the logic hash; names of levels are their identity."""
        decides, _ = self.decides_and_names()
        conditions = self.conditions().items()
        said = {f"{name}.{kind}": neutral_condition(c, places) for (name, kind), c in conditions}
        return {**decides, "levels": list(self.levels), "conditions": said}

    def naming(self) -> dict[str, Any]:
        """What only names, as plain values, for the label hash; what a level brings moves nobody."""
        own = {name: level.decides_and_names()[1] for name, level in self.levels.items()}
        return {**self.decides_and_names()[1], "levels": own}

    def scored(self, table: ir.Table) -> ir.Table:
        """The table with the weighted score, where the ladder has one; a missing number counts as 0."""
        if not self.score:
            return table
        numbers = {n: arithmetic.of(table[n].fill_null(0)) for n in self.score}
        parts = [arithmetic.compute("*", arithmetic.literal(w), numbers[n]) for n, w in self.score.items()]
        return table.mutate(**{SCORE: reduce(lambda a, b: arithmetic.compute("+", a, b), parts).value})

    def earned(self, table: ir.Table) -> Any:
        """The rank of the highest level whose `enter` holds, of a table as `scored` gives it; row-wise. A condition
        that a null leaves open does not hold."""
        levels = [(rank, level.enter) for rank, level in self._ranked() if level.enter is not None]
        return ibis.cases(*((enter.expression(table), rank) for rank, enter in levels), else_=0).cast("int16")

    def judged(self, people: ir.Table) -> ir.Table:
        """Of a table with customer_id and all that the conditions read: customer_id, `earned` and what `keeps_on`
        reads. Nothing of the scheme's own naming is left, which could be called as a column of a standing is."""
        t = self.scored(people)
        holds = {_holds(rank): keep.expression(t).fill_null(True) for rank, keep in self._keeping()}
        return t.select("customer_id", earned=self.earned(t), **holds)

    def keeps_on(self, judged: ir.Table, level: Any) -> Any:
        """Whether the condition to stay on the level of rank `level` (a column) holds; row-wise, of a table with the
        columns of `judged`. Nobody falls from the lowest, and nobody for what is not known."""
        return ibis.cases(*((level == rank, judged[_holds(rank)]) for rank, _ in self._keeping()), else_=True)

    def _keeping(self) -> list[tuple[int, Condition]]:
        return [(rank, found) for rank, level in self._ranked() if (found := level.keeps) is not None]

    def _ranked(self) -> list[tuple[int, Level]]:
        return [(len(self.levels) - 1 - i, level) for i, level in enumerate(self.levels.values())]

    def conditions(self) -> dict[tuple[str, str], Condition]:
        return {
            (name, kind): condition
            for name, level in self.levels.items()
            for kind, condition in (("enter", level.enter), ("keep", level.keep))
            if condition is not None
        }


def _holds(rank: int) -> str:
    """The column that says whether the condition to stay on a level holds."""
    return f"keeps_{rank}"


def _class(name: str, label: Bilingual | None) -> Class:
    return Class(name, name, name) if label is None else Class(name, label.zh, label.en)
