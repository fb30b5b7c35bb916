"""The options of a ladder: what a level asks and brings, and when and how customers move."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, model_validator

from custrata.core.conditions import Condition, ConditionError, parse
from custrata.core.conditions.tree import fits
from custrata.core.cuts import Share
from custrata.core.errors import Fault
from custrata.core.levels.span import NO_TIME, SpanText
from custrata.core.strict import Choice, Strict, Text, option

_AT = Choice({"at once": "once", "立即": "once", "at review": "review", "评审时": "review"})
_FALLS = Choice({**_AT.chinese, "从不": "never", "不降级": "never"})
_BY = Choice({"to earned": "earned", "按所得": "earned", "one step": "step", "逐级": "step"})
RHYTHMS = Choice({
    "每次评估": "every run", "每月": "monthly", "每季": "quarterly", "每季度": "quarterly", "每年": "yearly",
    "入会周年": "anniversary of joining", "定级周年": "anniversary of level",
})  # fmt: skip
REFUNDS = Choice({"once": "at once", "立即": "at once", "review": "at review", "评审时": "at review"})
_GRACE = re.compile(r"^(?:宽限期?)?\s*(.+?)\s*(?:of grace|宽限期?)?$", re.IGNORECASE)
#: What stands for what a customer has earned, in place of a level.
EARNED = ("earned", "按所得")

At = Annotated[Literal["once", "review"], _AT]
By = Annotated[Literal["earned", "step"], _BY]


def _condition(value: Any) -> Any:
    if value is None or not isinstance(value, str | Mapping | list | tuple):
        return value
    try:
        return parse(value)
    except ConditionError as error:
        parts = ("", str(error.at), error.found, error.expected)
        raise ValueError("condition:" + "\x1f".join(parts)) from None


def _weight(value: Any) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise Fault("number", value=value) from None
    if not fits(found):
        raise Fault("digits", value=value)
    return found


ConditionText = Annotated[
    Any, BeforeValidator(_condition), PlainSerializer(lambda c: None if c is None else c.text("en"), return_type=Any)
]
Weight = Annotated[Decimal, BeforeValidator(_weight)]


class Level(Strict):
    """One level: who reaches it, who stays on it, what it brings."""

    enter: ConditionText = option(
        None, key="升级条件",
        zh="达到该等级的条件；最低等级不写", en="condition to reach it; the lowest level has none",
    )  # fmt: skip
    keep: ConditionText = option(
        None, key="保级条件",
        zh="保住该等级的条件；不写则与升级条件相同", en="condition to stay on it; by default that of `enter`",
    )  # fmt: skip
    label: Text | None = option(
        None, key="名称", zh="在报告中显示的名称", en="name shown in reports", role="label"
    )  # fmt: skip
    benefits: dict[str, str | int | Decimal | bool] = option(
        {}, key="权益",
        zh="该等级的权益（折扣、积分倍率、专属服务、价目表……），供其他系统读取",
        en="what it brings (discount, points rate, service, price list …), as data for others",
        role="label",
    )  # fmt: skip

    @property
    def keeps(self) -> Condition | None:
        """The condition to stay: `keep`, else `enter`."""
        found: Condition | None = self.keep if self.keep is not None else self.enter
        return found


class Up(Strict):
    """How customers rise."""

    at: At = option("once", key="时机", zh="立即（once）或评审时（review）", en="at once, or at review")
    by: By = option("earned", key="幅度", zh="按所得（earned）或逐级（step）", en="to what was earned, or one step")


class Down(Strict):
    """How customers fall."""

    hold: SpanText = option(
        NO_TIME, key="保护期",
        zh="到达一个等级后至少保持多久", en="how long a level that was reached is kept at least",
    )  # fmt: skip
    after: SpanText = option(
        NO_TIME, key="宽限期",
        zh="保级条件不满足后宽限多久", en="grace: how long `keep` must have failed, as in `30 days of grace`",
    )  # fmt: skip
    by: By = option(
        "earned", key="幅度", zh="降到所得等级（earned）或逐级（step）", en="to what is earned, or one step"
    )
    at: Annotated[Literal["once", "review", "never"], _FALLS] = option(
        "once", key="时机", zh="立即（once）、评审时（review）或从不（never）", en="at once, at review, or never"
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _grace(cls, data: Any) -> Any:
        """`grace: 30 days` is what `after: 30 days of grace` says."""
        if not isinstance(data, Mapping):
            return data
        out = {"after" if key in ("grace", "宽限期") else key: value for key, value in data.items()}
        if len(out) < len(data):
            raise ValueError("twice:grace")
        if isinstance(out.get("after"), str) and (match := _GRACE.match(out["after"].strip())):
            out["after"] = match[1]
        return out


class New(Strict):
    """What a customer gets who was on no level before."""

    level: str = option("earned", key="等级", zh="等级；earned 为按所得", en="a level, or `earned`")
    lasts: SpanText | None = option(
        None, key="期限", alias="for",
        zh="至少保持多久；默认同保护期", en="how long it is kept at least; by default the hold",
    )  # fmt: skip


class Brakes(Strict):
    """Shares of the customers on the ladder from which on a plan must be approved."""

    fall: Share = option(Decimal("0.1"), key="降级", zh="下降者超过此比例", en="more than this share would fall")
    rise: Share = option(Decimal(1), key="升级", zh="上升者超过此比例", en="more than this share would rise")
