"""The words of a condition: numbers, names, texts, dates and signs, in either language and in full or half width."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<date>\d{4}-\d{2}-\d{2})
    | (?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s*(?P<scale>[%％万千亿])?)
    | (?P<string>'[^']*'|"[^"]*"|“[^”]*”|‘[^’]*’)
    | (?P<op>>=|<=|!=|<>|==|[<>=≥≤≠()（）\[\]+\-*/,，、])
    | (?P<name>[^\W\d][\w.]*)
    )""",
    re.VERBOSE,
)
_OPS = {"==": "=", "<>": "!=", "≠": "!=", "≥": ">=", "≤": "<=", "（": "(", "）": ")", "，": ",", "、": ","}
_KEYWORDS = {
    "and": "and", "且": "and", "并且": "and", "or": "or", "或": "or", "或者": "or", "not": "not", "非": "not",
    "不": "not", "is": "is", "是": "is", "为": "is", "in": "in", "属于": "in", "between": "between", "介于": "between",
    "missing": "missing", "缺失": "missing", "null": "missing", "空": "missing", "不属于": "not in", "不是": "is not",
}  # fmt: skip
_WORD_OPS = {
    "大于": ">", "高于": ">", "超过": ">", "多于": ">", "小于": "<", "低于": "<", "不足": "<", "少于": "<",
    "不低于": ">=", "不少于": ">=", "至少": ">=", "不超过": "<=", "不高于": "<=",
    "至多": "<=", "等于": "=", "不等于": "!=",
}  # fmt: skip
SCALE: dict[str, Decimal | int] = {
    "%": Decimal("0.01"),
    "％": Decimal("0.01"),
    "千": 1000,
    "万": 10_000,
    "亿": 100_000_000,
}
MAX_LENGTH = 4000


class ConditionError(ValueError):
    """`at` is where in the text (from 1) it stops making sense; `expected` what could stand there."""

    def __init__(self, at: int, found: str, expected: str) -> None:
        self.at, self.found, self.expected = at, found, expected
        super().__init__(f"at character {at}: found {found}, expected {expected}")


@dataclass(frozen=True)
class Token:
    """`value` is the word or sign in the one spelling that the grammar knows, `written` as it stands in the text."""

    kind: str
    value: str
    at: int
    written: str = ""


def tokens(source: str) -> list[Token]:
    if len(source) > MAX_LENGTH:
        raise ConditionError(MAX_LENGTH, "a condition longer than 4,000 characters", "a shorter one")
    tokens, at = [], 0
    while at < len(source.rstrip()):
        match = _TOKEN.match(source, at)
        if not match:
            at += len(source[at:]) - len(source[at:].lstrip())
            raise ConditionError(at + 1, f"'{source[at]}'", "a name, a number, a text in quotes or a comparison")
        kind = str(match.lastgroup if match.lastgroup != "scale" else "number")
        value, start = match[kind].strip(), match.start(kind) + 1
        said = value
        if kind == "name" and value.lower() in _KEYWORDS:
            kind, value = "word", _KEYWORDS[value.lower()]
        elif kind == "name" and value in _WORD_OPS:
            kind, value = "op", _WORD_OPS[value]
        tokens.append(Token(kind, _OPS.get(value, value) if kind == "op" else value, start, said))
        at = match.end()
    return [*tokens, Token("end", "", len(source.rstrip()) + 1)]
