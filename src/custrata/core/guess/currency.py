"""Which currency the amounts are in: from a currency column, signs beside numbers, units in headers, the language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from custrata.core.guess.fold import units
from custrata.core.guess.reasons import Reason
from custrata.core.guess.scoring import Table
from custrata.core.guess.table import CurrencyGuess
from custrata.core.guess.vocabulary import Vocabulary

_ISO = re.compile(r"[A-Za-z]{3}").fullmatch
#: What a sign means, and how often it means that: the yen has the yuan's sign, a dozen countries have a dollar.
_SIGNS = {
    "¥": ("CNY", 0.75), "元": ("CNY", 0.95), "RMB": ("CNY", 0.99), "CNY": ("CNY", 0.99), "圆": ("CNY", 0.7),
    "€": ("EUR", 0.98), "£": ("GBP", 0.95), "$": ("USD", 0.7), "USD": ("USD", 0.99), "EUR": ("EUR", 0.99),
    "GBP": ("GBP", 0.99), "HKD": ("HKD", 0.99),
}  # fmt: skip
_CHINESE = re.compile(r"[\u4e00-\u9fff]").search


def guess_currency(table: Table, amount: str | None) -> tuple[CurrencyGuess, list[Reason]]:
    """The currency, and what is to be told about it: more than one currency in a table means sums that mean nothing."""
    findings = []
    for header, p in table.profiles.items():
        if table.concept(header) == "currency" and p.filled:
            codes = Counter[str]()
            for value, n in p.counts.items():
                codes[_code(value, table.words)] += n
            code, n = codes.most_common(1)[0]
            if len(codes) > 1:
                findings.append(Reason("currencies_mixed", {"column": header, "codes": list(codes)}))
            if code:
                share = n / codes.total()
                return CurrencyGuess(code, 0.98 * share, Reason("currency_column", {"column": header})), findings
    found = sorted(_signs(table, amount), key=lambda c: -c.certainty)
    if found:
        return found[0], findings
    if any(_CHINESE(h.text) for h in table.headers.values()):
        return CurrencyGuess("CNY", 0.85, Reason("currency_language")), findings
    return CurrencyGuess("", 0.0, Reason("currency_unknown")), findings


def _signs(table: Table, amount: str | None) -> Iterator[CurrencyGuess]:
    chinese = any(_CHINESE(h.text) for h in table.headers.values())
    for header, p in table.profiles.items():
        bonus = 0.0 if header == amount else -0.05
        for sign in p.currencies[:1]:
            code, certainty = _SIGNS.get(sign, ("", 0.0))
            if code:
                certainty = 0.97 if chinese and code == "CNY" else certainty
                yield CurrencyGuess(code, certainty + bonus, Reason("currency_sign", {"column": header, "sign": sign}))
        if table.headers[header].currency:
            code = table.headers[header].currency
            yield CurrencyGuess(code, 0.97 + bonus, Reason("currency_header", {"column": header}))


def _code(value: str, words: Vocabulary) -> str:
    """人民币, RMB and CNY are one currency; a code of three letters that no list names is itself."""
    return words.units.get(units(value), "") or (value.upper() if _ISO(value) else "")
