"""Which columns tell how to reach or identify a person, and what is shown of them to who may not see them in full.

A column is recognised by what it is called, in Chinese or English, and by what its values look like. What is hidden is
hidden by one rule for each kind, row by row and alike on every engine: a few characters at either end stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import ibis.expr.datatypes as dt

Kind = Literal["phone", "email", "address", "identity", "tax"]
KINDS: tuple[Kind, ...] = get_args(Kind)
STARS = "****"


@dataclass(frozen=True)
class _Rule:
    """What stays: so many characters of the beginning and the end, of values at least that long; of shorter ones
    nothing."""

    head: int
    tail: int
    least: int


_RULES: dict[Kind, _Rule] = {
    "phone": _Rule(3, 4, 10),
    "email": _Rule(1, 0, 2),
    "address": _Rule(6, 0, 10),
    "identity": _Rule(4, 2, 10),
    "tax": _Rule(4, 2, 10),
}
#: Words of a heading; one that reads Latin letters stands between what is no letter. The first kind that fits holds.
_WORDS: dict[Kind, tuple[str, ...]] = {
    "email": ("邮箱", "电子邮件", "电邮", "邮件", "email", "e-mail", "mail"),
    "identity": (
        "身份证", "证件", "护照", "社保", "驾驶证", "银行卡", "银行账", "银行帐", "卡号", "开户",
        "idcard", "id card", "idno", "id number", "identity", "passport", "ssn", "national id",
        "bank account", "iban", "card number", "card no",
        "licence", "license",
    ),
    "tax": (
        "税号", "纳税", "信用代码", "组织机构代码", "tax id", "tax no", "tax number", "taxno", "taxid", "vat", "tin",
        "uscc", "credit code",
    ),
    "phone": (
        "手机", "电话", "联系方式", "联系号码", "座机", "传真", "固话", "微信", "phone", "phones", "mobile",
        "telephone", "tel", "cell", "cellphone", "phonenumber", "whatsapp", "fax",
        "contact number", "wechat", "qq", "openid", "unionid",
    ),
    "address": (
        "地址", "住址", "住所", "门牌", "街道", "收货地", "邮编", "邮政编码", "经度", "纬度", "address", "addr",
        "street", "postcode", "zip", "zip code", "zipcode", "latitude", "longitude",
    ),
}  # fmt: skip
_SPLIT_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")

_MOBILE = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
_DESK = r"\(?0\d{2,3}\)?[- ]?[2-9]\d{6,7}"
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_IDENTITY = r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_TAX = r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}"
#: Value → kind, the narrow shapes before the wide ones.
_SHAPES: dict[Kind, re.Pattern[str]] = {
    "email": re.compile(_EMAIL),
    "identity": re.compile(_IDENTITY),
    "tax": re.compile(_TAX),
    "phone": re.compile(rf"(?:{_MOBILE}|{_DESK}|\+\d[\d -]{{7,16}}\d)(?:\s*[,;/、，；转x-]\s*[\d\- ]+)*"),
    "address": re.compile(r".*(?:省|自治区|市|县|区).{0,20}(?:路|街|道|巷|弄|号|村|镇|楼|室).*", re.DOTALL),
}
#: Inside a text, whatever stands around: what is a part of a longer number is hidden rather than shown. What stays is
#: between brackets. Written so that every engine reads it, and bounded: the time grows with a text and no faster.
_WITHIN: tuple[tuple[str, str], ...] = (
    (r"([A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{0,63}(@[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+)", "***"),
    (r"([1-9][0-9]{3})[0-9]{12}([0-9][0-9Xx])", STARS),
    (r"([0-9A-Z]{2}[0-9]{2})[0-9]{4}[0-9A-Z]{8}([0-9A-Z]{2})", STARS),
    (r"(1[3-9][0-9])[- ]?[0-9]{4}[- ]?([0-9]{4})", STARS),
    (r"(0[0-9]{2})[0-9]?[- ]?[2-9][0-9]{2,3}([0-9]{4})", STARS),
)
_ANY = "|".join(shape for shape, _ in _WITHIN)
#: From this share of its values on, a column is what they look like.
_MOST = 0.3


def kind_of_heading(heading: str) -> Kind | None:
    """What a column holds by what it is called; null where that says nothing personal.

    >>> [kind_of_heading(heading) for heading in ("联系人手机号", "customerEmail", "ID_Card", "行业")]
    ['phone', 'email', 'identity', None]
    >>> kind_of_heading("hotel"), kind_of_heading("统一社会信用代码"), kind_of_heading("收货地址")
    (None, 'tax', 'address')
    """
    plain = re.sub(r"[\s_\-./:：]+", " ", _SPLIT_CASE.sub(" ", heading)).casefold()
    for kind, words in _WORDS.items():
        for word in words:
            said = word.replace("-", " ")
            if re.search(rf"(?<![a-z]){re.escape(said)}(?![a-z])", plain) if said.isascii() else said in plain:
                return kind
    return None


def kind_of_values(values: Iterable[Any]) -> Kind | None:
    """What a column holds by a sample of its values: what at least three tenths of them look like; empty ones do not
    count.

    >>> kind_of_values(["13812345678", None, "139 1234 5678"]), kind_of_values(["100", "2 号店"])
    ('phone', None)
    """
    texts = [text for value in values if value is not None and (text := str(value).strip())]
    for kind, shape in _SHAPES.items():
        if texts and sum(shape.fullmatch(t) is not None for t in texts) >= _MOST * len(texts):
            return kind
    return None


def masked(value: Any, kind: Kind) -> str | None:
    """What is shown of a value; null stays null.

    >>> masked("13812345678", "phone"), masked("wang@example.com", "email"), masked("110101199003071234", "identity")
    ('138****5678', 'w***@example.com', '1101****34')
    >>> masked("广东省深圳市南山区科技路1号", "address"), masked("5678", "phone"), masked(None, "email")
    ('广东省深圳市****', '****', None)
    """
    if value is None:
        return None
    text = str(value)
    if kind == "email" and (at := text.find("@")) > 0:
        return f"{text[:1]}***{text[at:]}"
    rule = _RULES[kind]
    if len(text) < rule.least:
        return STARS
    return text[: rule.head] + STARS + text[len(text) - rule.tail :]


def masked_column(column: Any, kind: Kind) -> Any:
    """The same as an expression over a column, row by row."""
    text = column.cast(dt.string)
    rule, n = _RULES[kind], text.length()
    kept = text.substr(0, rule.head).concat(STARS)
    if rule.tail:
        kept = kept.concat(text.substr(n - rule.tail, rule.tail))
    hidden = (n < rule.least).ifelse(STARS, kept)
    if kind != "email":
        return text.isnull().ifelse(text, hidden)
    at = text.find("@")
    told = (at > 0).ifelse(text.substr(0, 1).concat("***").concat(text.substr(at)), hidden)
    return text.isnull().ifelse(text, told)


def scrubbed(text: str) -> str:
    """A text that somebody wrote, with what looks like a telephone number, an address of e-mail or the number of a
    person or company hidden.

    >>> scrubbed("回电 13812345678，发 wang@example.com；第 12 单")
    '回电 138****5678，发 w***@example.com；第 12 单'
    """
    for shape, stars in _WITHIN:
        text = re.sub(shape, rf"\1{stars}\2", text)
    return text


def scrubbed_column(column: Any) -> Any:
    """The same as an expression over a column of texts."""
    text = column.cast(dt.string)
    for shape, stars in _WITHIN:
        text = text.re_replace(shape, rf"\1{stars}\2")
    return text


def embedded(column: Any) -> Any:
    """Row by row, whether there is anything to hide in a text."""
    return column.cast(dt.string).re_search(_ANY)
