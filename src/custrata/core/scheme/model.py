"""The scheme: everything a company has decided about its customers, in one frozen object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import field_validator

from custrata.core.facts.parse import FIRST_DAY, LAST_DAY
from custrata.core.identity.policy import Identity
from custrata.core.levels.ladder import Ladder
from custrata.core.metrics.base import Metric
from custrata.core.names import attribute_labels
from custrata.core.schedule.options import Keep, Schedule
from custrata.core.scheme.fingerprint import Fingerprint
from custrata.core.scheme.sources import Sources
from custrata.core.segments.base import Scope, Segment
from custrata.core.strict import Bilingual, Choice, Strict, option
from custrata.locale import Lang

END_OF_DATA: Literal["end of data"] = "end of data"
TODAY: Literal["today"] = "today"
_AS_OF = Choice({
    END_OF_DATA: END_OF_DATA, "数据末日": END_OF_DATA, "数据截止": END_OF_DATA, TODAY: TODAY, "今天": TODAY,
})  # fmt: skip
#: A name that conditions and SQL can say without quotes.
NAME = re.compile(r"^[^\W\d_]\w*$")
RESERVED = ("customer_id",)


def as_of_date(value: date | str) -> date:
    """An as-of date; `ValueError` where it is none, or lies where no sale can be dated."""
    try:
        day = date.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"as_of:{value}") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"as_of:{value}")
    return day


class Purchase(Strict):
    """What counts as one purchase."""

    count: Annotated[Literal["order", "day"], Choice({"单": "order", "天": "day"})] = option(
        "order", key="计数",
        zh="每单算一次（order），或同一天的单合算一次（day）",
        en="every order is a purchase, or all orders of a day are one",
    )  # fmt: skip

    @property
    def by(self) -> Literal["order", "day"]:
        return self.count


class Head(Strict):
    """The top level of a scheme file, but for metrics and segments, which the loader reads one by one."""

    scheme: str = option(key="方案", min_length=1, zh="方案名称", en="name of the scheme")
    language: Annotated[Literal["zh", "en"], Choice({"中文": "zh", "英文": "en"})] | None = option(
        None, key="语言",
        zh="类名所用语言；默认：名称、类或标签中有汉字则为 zh，否则 en",
        en="language of the class names; by default zh if a name, class or label is Chinese, else en",
    )  # fmt: skip
    currency: str = option(
        "CNY", key="币种", pattern=r"^[A-Z]{3}$",
        zh="币种（ISO 4217），所有金额同一币种", en="currency (ISO 4217); all amounts are in it",
    )  # fmt: skip
    timezone: str = option(
        "Asia/Shanghai", key="时区",
        zh="时区（IANA 名）；带时区的时间换算为该地日期",
        en="time zone (IANA name); times with a zone become that place's dates",
    )  # fmt: skip
    as_of: Annotated[Literal["end of data", "today"], _AS_OF] | date = option(
        "end of data", key="基准日",
        zh="评估基准日：日期、today（今天）或 end of data（数据末日，默认）",
        en="as-of date: a date, today, or end of data (default)",
    )  # fmt: skip
    purchase: Purchase = option(Purchase(), key="购买", zh="何为一次购买", en="what counts as a purchase")
    sources: Sources = option(Sources(), key="数据源", zh="数据在哪里", en="where the records lie")
    identity: Identity | None = option(
        None, key="身份",
        zh="何时两个客户是同一个，下级单位是否归到上级",
        en="when two customers are one, and whether subsidiaries roll up",
    )  # fmt: skip
    metrics: dict[str, Any] = option({}, key="指标", zh="每位客户的数值", en="numbers of each customer")
    segments: dict[str, Any] = option({}, key="客群", zh="每位客户的分类", en="classes of each customer")
    levels: dict[str, Any] = option({}, key="等级", zh="客户的等级体系", en="ladders of customer levels")
    schedule: Schedule | None = option(
        None, key="排程",
        zh="`custrata worker` 何时评估、何时评定等级（时区内的当地时间）",
        en="when `custrata worker` evaluates and reviews levels, in local time",
    )  # fmt: skip
    keep: Keep | None = option(
        None, key="保留", zh="保留哪些批次；默认全部", en="which runs are kept; everything by default"
    )  # fmt: skip

    @field_validator("metrics", "segments", "levels", mode="before")
    @classmethod
    def _nothing_yet(cls, value: Any) -> Any:
        """`metrics:` with nothing below it, as while a scheme is being written, is a scheme without metrics."""
        return {} if value is None else value

    @field_validator("as_of", mode="before")
    @classmethod
    def _as_of(cls, value: Any) -> Any:
        if isinstance(value, date) or (isinstance(value, str) and _AS_OF.english(value) is None):
            return as_of_date(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"timezone:{value}") from None
        return value


@dataclass(frozen=True)
class Scheme:
    """A checked scheme. `metrics` and `segments` are in dependency order where that matters: as written, otherwise.

    `default_metrics` names those that were added because every scheme has spend, orders and recency.
    """

    name: str
    lang: Lang
    currency: str
    timezone: str
    as_of: Literal["end of data", "today"] | date
    purchase: Purchase
    sources: Sources
    metrics: Mapping[str, Metric]
    segments: Mapping[str, Segment]
    order: tuple[str, ...]
    """Segments so that each comes after those it reads."""
    identity: Identity
    """When two customers are one; without this part of a scheme, what people have merged and nothing else."""
    default_metrics: tuple[str, ...]
    attributes: tuple[str, ...]
    """Columns of the customers source that segments read."""
    text: str
    fingerprint: Fingerprint
    path: Path | None = None
    levels: Mapping[str, Ladder] = field(default_factory=dict)
    """Ladders of levels by name."""
    schedule: Schedule = field(default_factory=Schedule)
    keep: Keep = field(default_factory=Keep)
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each written metric and segment stands, as in `scheme.yaml:12 metrics.spend`: what is found wrong after
    loading is told with the line as well."""

    @classmethod
    def load(cls, path: str | Path) -> Scheme:
        """Reads and checks a scheme file, or `scheme.yaml` in a folder.

        Raises `CustrataError` with every problem found, each with file, line, value and mend.

        >>> import tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "scheme.yaml"
        >>> tier = "{thresholds: spend, classes: {big: above 100, small: else}}"
        >>> _ = file.write_text(f"scheme: Shop\\nsegments:\\n  tier: {tier}")
        >>> list(Scheme.load(file).segments)
        ['tier']
        """
        from custrata.core.scheme.loader import load

        return load(Path(path))

    @classmethod
    def parse(cls, text: str, name: str = "scheme.yaml") -> Scheme:
        """The same from text."""
        from custrata.core.scheme.loader import parse

        return parse(text, name)

    def scope(self, name: str, as_of: date, params: Mapping[str, Any]) -> Scope:
        return Scope(name, self.lang, as_of, self.metrics, self.segments, params, attributes=self.called)

    @cached_property
    def called(self) -> dict[str, Bilingual]:
        """What people call the columns of the customers that the source maps, of those that are called otherwise."""
        customers = self.sources.customers
        return attribute_labels(customers.columns) if customers is not None else {}

    def own_metrics(self) -> dict[str, Metric]:
        """Numbers that only segments need, as `segment.suffix`."""
        return {
            f"{name}.{suffix}": metric
            for name, segment in self.segments.items()
            for suffix, metric in segment.own_metrics().items()
        }

    @property
    def by_membership_year(self) -> bool:
        """Whether some number counts the days of each customer's own membership year."""
        return any(m.window.own for m in (*self.metrics.values(), *self.own_metrics().values()))

    def basis(self, kind: str, segment: str | None = None) -> str:
        """The metric of a kind (`monetary`, `frequency`, `recency`) that a share table shows: the only one that the
        segment itself depends on, else the one with the usual name, else the first in the scheme. The spend of a ladder
        is `level_spend`."""
        candidates = [n for n, m in self.metrics.items() if m.kind == kind]
        if kind == "monetary" and segment in self.levels:
            return self.level_spend()
        if segment is not None:
            used = [n for n in self.reads(segment) if n in candidates] if segment in self.segments else []
            if len(used) == 1:
                return used[0]
            if kind == "frequency" and len(used) != 1:
                # Orders of a year beside the spend of a month would mislead: the same window, where there is one.
                window = self.metrics[self.basis("monetary", segment)].window
                alike = [n for n in candidates if self.metrics[n].window == window]
                if alike:
                    return alike[0]
        usual = {"monetary": "spend", "frequency": "orders", "recency": "recency"}[kind]
        return usual if usual in candidates else candidates[0]

    def level_spend(self) -> str:
        """The spend by which customers on the ladders are ranked: the one that all ladders ask for, where they ask for
        one, else that of the share tables."""
        read = {n for ladder in self.levels.values() for n in ladder.inputs()}
        asked = [n for n, m in self.metrics.items() if m.kind == "monetary" and n in read]
        return asked[0] if len(asked) == 1 else self.basis("monetary")

    def readers(self) -> dict[str, str]:
        """Column of the customers source → the first segment or metric that reads it."""
        parts: list[tuple[str, Segment | Metric]] = [*self.segments.items(), *self.metrics.items()]
        named = [(n.removeprefix("@"), name) for name, part in parts for n in part.inputs()]
        return {n: segment for n, segment in reversed(named) if n in self.attributes}

    def reads(self, segment: str) -> list[str]:
        """Metrics and attributes that a segment depends on, through other segments too."""
        found: dict[str, None] = {}
        for name in self.segments[segment].inputs():
            if name in self.segments:
                found |= dict.fromkeys(self.reads(name))
            else:
                found[name] = None
        return list(found)
