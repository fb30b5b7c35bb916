"""The best time to reach a customer: the weekday and the hour on which he buys."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import field_validator

from custrata.core.errors import Fault
from custrata.core.facts.columns import CUSTOMERS
from custrata.core.metrics.base import Base, Metric, Unit, metric
from custrata.core.strict import Choice, option
from custrata.locale import Lang, text

Told = Literal["when", "share"]


class BestTime(Metric):
    """A time of which the habits of a customer's like say as much as his few purchases. All purchases up to the as-of
    date count, those of one day (one hour of a day) once."""

    base: ClassVar[Base] = "predicted"
    short: ClassVar[str] = "tell"

    tell: Annotated[Told, Choice({"时间": "when", "占比": "share"})] = option(
        "when", key="取值",
        zh="时间本身（when，默认）或该时间在购买中的占比（share）", en="when it is, or its share of the purchases",
    )  # fmt: skip
    within: str | None = option(
        None, key="同类",
        zh="同类客户所在的客群或客户档案的列；默认与全体客户相比",
        en="segment, or column of the customers source, whose classes are a customer's like; everybody by default",
    )  # fmt: skip

    def model_post_init(self, _: Any) -> None:
        if self.window.unit != "lifetime":
            raise Fault("prediction_window")

    @field_validator("within")
    @classmethod
    def _canonical(cls, value: str | None) -> str | None:
        """省份 means province, as it does among the columns of the source."""
        return value if value is None else {c.key: c.name for c in CUSTOMERS}.get(value, value).removeprefix("@")

    def inputs(self) -> tuple[str, ...]:
        return () if self.within is None else (self.within,)

    def decides_and_names(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """A scheme that says nothing of `within` decides what it decided before there was such a thing."""
        decides, names = super().decides_and_names()
        return {k: v for k, v in decides.items() if k != "within" or v is not None}, names

    def sentence(self, lang: Lang) -> str:
        key = self.kind if self.tell == "when" else f"{self.kind}_share"
        said = text(f"metrics.{key}", lang)
        return said if self.within is None else said + text("metrics.best_within", lang, name=self.within)

    @property
    def unit_(self) -> Unit:
        """A share is shown as one."""
        return "ratio" if self.tell == "share" else "number"


@metric
class BestWeekday(BestTime):
    """The weekday on which to reach a customer: 1 is Monday, 7 Sunday; the one on which most purchases are to be
    expected, from the customer's own shares drawn towards everybody's; with `within`, towards those of the class of a
    segment or of a column of the customers source, which are drawn towards everybody's. Null for who never bought,
    for everybody where fewer than fifty purchases are known, and where chance explains that some weekday has more for
    all who show no habit of their own (a note says so). With `tell: share` the share expected on it, 0 to 1. Source:
    Mosimann, Biometrika 49 (1962).
    """

    kind: ClassVar[str] = "best_weekday"
    zh: ClassVar[str] = "最佳联系星期"


@metric
class BestHour(BestTime):
    """The hour of the day in which to reach a customer, 0 to 23, in local time: the one in which most purchases are to
    be expected, from the customer's own shares drawn towards everybody's, or with `within` towards those of the class.

    The orders source maps a column with the time of day (`field`), which may be the one of the date. Null where no
    purchase has a time, for everybody where fewer than fifty have one, and where they fall evenly on the hours for all
    who show no habit (a note says so). Source: as `best_weekday`.
    """

    kind: ClassVar[str] = "best_hour"
    zh: ClassVar[str] = "最佳联系时段"

    field: str = option(
        "time", key="字段",
        zh="订单中带时刻的列，默认 time", en="the column of the orders with the time of day; `time` by default",
    )  # fmt: skip

    def needs(self) -> tuple[str, ...]:
        return (f"lines.{self.field}",)
