"""How a scheme that a program writes is spelled: keys in the reader's language, values quoted where YAML needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custrata.core.facts.columns import CANONICAL
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.scheme.model import Head
from custrata.core.scheme.sources import Interactions, Orders, ReturnRule, Sources
from custrata.core.scheme.write import flow, scalar
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.locale import Lang

__all__ = ["Spelling", "comment", "flow", "scalar"]
_VALUES = {
    "ymd": "年月日", "dmy": "日月年", "mdy": "月日年", "yymd": "短年月日", "empty": "空", "end of data": "数据末日",
    "lifetime": "全部", "12 months": "近12个月", "days": "天", "en": "英文", "zh": "中文", "complaint": "投诉",
    "ticket": "工单", "feedback": "反馈", "visit": "拜访", "browsing": "浏览", "coupon": "优惠券", "inquiry": "咨询",
    "open": "未结", "all": "全部", "comma": "逗号", "minus": "负", "from": "不低于", "else": "其余",
    "own": "自身", "90 days": "90天", "before discount": "折前",
}  # fmt: skip


def comment(words: str) -> str:
    """Words behind a `#`, on one line, without what YAML refuses even there."""
    seen = "".join(sign if sign.isprintable() else " " for sign in words)
    return f"# {' '.join(seen.split())}"


class Spelling:
    """Names of options, columns, kinds and fixed values in one language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        models = (Head, Sources, Interactions, Orders, ReturnRule)
        self._keys = {english: zh for model in models for zh, english in model.chinese_keys().items()}
        self._own = {Sources: {v: k for k, v in Sources.chinese_keys().items()}}

    def key(self, name: str) -> str:
        """An option of the scheme or of a source."""
        return self._keys.get(name, name) if self.lang == "zh" else name

    def source(self, name: str) -> str:
        return self._own[Sources].get(name, name) if self.lang == "zh" else name

    def column(self, kind: str, name: str) -> str:
        """A canonical column; a further one is called what it is."""
        found = next((c.key for c in CANONICAL[kind] if c.name == name), name)
        return found if self.lang == "zh" else name

    def value(self, value: str) -> str:
        return _VALUES.get(value, value) if self.lang == "zh" else value

    def metric(self, kind: str, value: Any, **options: Any) -> str:
        """`{monetary: lifetime, label: Spend}`"""
        return self._model(METRICS.all()[kind], kind, value, options)

    def segment(self, kind: str, value: Any, **options: Any) -> str:
        """`{share: spend, label: ABC by spend}`"""
        return self._model(SEGMENTS.all()[kind], kind, value, options)

    def _model(self, model: Any, kind: str, value: Any, options: Mapping[str, Any]) -> str:
        keys = {english.removesuffix("_"): zh for zh, english in model.chinese_keys().items()}
        chinese = self.lang == "zh"
        named = {(keys.get(k, k) if chinese else k): self._value(v) for k, v in options.items()}
        return flow({(model.zh if chinese else kind): self._value(value), **named})

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(v) for v in value]
        return self.value(value) if isinstance(value, str) else value
