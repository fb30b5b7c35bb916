"""How a number is written for people: grouping, percent, money, 万/亿 in Chinese and K/M/B in English.

Null is written '—' everywhere. Nothing here loads a chart library: console, page and chart write figures alike.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from custrata.locale import Lang, text

NONE = "—"
MINUS = "−"
"""The sign of what is below zero, as wide as a digit; a hyphen-minus is for what programs read."""
Number = int | float | Decimal
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "TWD": "NT$", "KRW": "₩"}
_STEPS: dict[Lang, tuple[tuple[int, int, str], ...]] = {  # from, unit, sign
    "zh": ((10**8, 10**8, "亿"), (10**4, 10**4, "万")),
    "en": ((10**9, 10**9, "B"), (10**6, 10**6, "M"), (10**4, 10**3, "K")),
}


def number(value: Number | None, digits: int = 0) -> str:
    """Grouped in thousands, rounded half up.

    >>> number(1234567.5), number(Decimal("-0.004"), 2), number(-3), number(None)
    ('1,234,568', '0.00', '−3', '—')
    """
    if value is None:
        return NONE
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,f}"


def short(value: Number | None, lang: Lang, digits: int = 1) -> str:
    """Large numbers as people say them: from 万 (10⁴) and 亿 (10⁸), or K, M, B; small ones in full.

    >>> short(38624175, "zh"), short(38624175, "en"), short(9512, "zh"), short(512, "en")
    ('3,862.4万', '38.6M', '9,512', '512')
    """
    if value is None:
        return NONE
    exact = Decimal(str(value))
    for least, unit, sign in _STEPS[lang]:
        if abs(exact) >= least:
            return number(exact / unit, digits) + sign
    return number(value)


def count(value: int | None, lang: Lang, *, brief: bool = False) -> str:
    """A number of customers, orders, rows.

    >>> count(1234567, "en"), count(1234567, "zh", brief=True)
    ('1,234,567', '123.5万')
    """
    return short(value, lang) if brief else number(value)


def percent(value: float | None, lang: Lang, digits: int = 1) -> str:  # noqa: ARG001  (a language may yet differ)
    """A share 0..1; what is there but rounds to nothing is told from nothing.

    >>> percent(0.4567, "zh"), percent(0.0002, "en"), percent(0, "en"), percent(None, "zh")
    ('45.7%', '<0.1%', '0.0%', '—')
    """
    if value is None:
        return NONE
    least = Decimal(1).scaleb(-digits)
    if 0 < Decimal(str(value)) * 100 < least / 2:
        return f"<{least}%"
    return f"{number(Decimal(str(value)) * 100, digits)}%"


def money(value: Number | None, lang: Lang, currency: str, *, digits: int = 2, brief: bool = False) -> str:
    """An amount with its currency's sign, or its code where it has none.

    >>> money(Decimal("1234.5"), "zh", "CNY"), money(Decimal("-38624175"), "zh", "CNY", brief=True)
    ('¥1,234.50', '−¥3,862.4万')
    >>> money(1234.5, "en", "CHF"), money(None, "en", "USD")
    ('CHF\\xa01,234.50', '—')
    """
    if value is None:
        return NONE
    size = abs(Decimal(str(value)))
    written = short(size, lang) if brief and short(size, lang) != number(size) else number(size, digits)
    sign = MINUS if value < 0 and any(c in "123456789" for c in written) else ""
    return f"{sign}{_SYMBOLS.get(currency, currency + chr(0xA0))}{written}"


def money_unit(lang: Lang, currency: str) -> str:
    """The unit for a column's heading: 元 for CNY in Chinese, else the currency's code.

    >>> money_unit("zh", "CNY"), money_unit("en", "CNY")
    ('元', 'CNY')
    """
    return "元" if lang == "zh" and currency == "CNY" else currency


def days(value: Number | None, lang: Lang) -> str:
    """A number of days with its unit.

    >>> days(1, "en"), days(41.6, "en"), days(41.6, "zh")
    ('1 day', '42 days', '42 天')
    """
    if value is None:
        return NONE
    written = number(value)
    return text("charts.day_one" if written == "1" else "charts.days", lang, n=written)


def day(value: date | None, lang: Lang) -> str:
    """A date in words.

    >>> day(date(2024, 6, 3), "zh"), day(date(2024, 6, 3), "en"), day(None, "en")
    ('2024年6月3日', '3 June 2024', '—')
    """
    if value is None:
        return NONE
    months = text("charts.months", lang).split()
    return text("charts.date", lang, year=value.year, month=months[value.month - 1], day=value.day)


def signed(n: int) -> str:
    """A change with its sign; no change is ±0.

    >>> signed(1200), signed(-3), signed(0)
    ('+1,200', '−3', '±0')
    """
    return f"+{n:,}" if n > 0 else f"{MINUS}{-n:,}" if n < 0 else "±0"


def spend_digits(values: list[Decimal | None]) -> int:
    """Decimals for a column of money: none where amounts are large, so that the column reads at a glance.

    >>> spend_digits([Decimal("99.5"), None]), spend_digits([Decimal("99.5"), Decimal(20000)])
    (2, 0)
    """
    return 0 if max((abs(v) for v in values if v is not None), default=Decimal(0)) >= 1000 else 2
