"""Tax numbers whose check digit holds: 统一社会信用代码, the older 15-digit number, Chinese identity cards, EU VAT."""

from __future__ import annotations

import re
import unicodedata

#: GB 32100-2015: the 31 characters of a unified social credit code (no I, O, S, V, Z) and the weights of its places.
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
#: GB 11714-1997: the organisation code within it.
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: GB 11643-1999 (ISO 7064 MOD 11-2): identity cards, which sole traders use as their tax number.
_CARD_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_VAT = {
    "AT": r"U\d{8}", "BE": r"[01]?\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}", "GB": r"(?:\d{9}|\d{12})", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"(?:\d{9}|\d{12})", "LU": r"\d{8}",
    "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}",
    "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}",
}  # fmt: skip


def parse_tax_number(value: str | None) -> str | None:
    """A tax number in one spelling, prefixed by what it is; null where it is none or its check digit is wrong.

    `org:` is a Chinese organisation: the last nine characters of the older 15-digit number are characters 9 to 17 of
    the 统一社会信用代码 that replaced it in 2015, so both are one. `id:` is a Chinese identity card, `vat:` a European
    VAT number (its form is checked; national check digits are not).

    >>> parse_tax_number("９１３５０１００Ｍ０００１００Ｙ４３"), parse_tax_number("91350100M000100Y44")
    ('org:M000100Y4', None)
    >>> parse_tax_number("de 136.695.976"), parse_tax_number("000000000000000")
    ('vat:DE136695976', None)
    """
    if not value:
        return None
    text = re.sub(r"[\s.\-_/·:]", "", unicodedata.normalize("NFKC", value).upper())
    if len(text) == 18 and valid_uscc(text):
        return f"org:{text[8:17]}"
    if len(text) == 18 and valid_identity_card(text):
        return f"id:{text}"
    if len(text) == 15 and text[:6].isdigit() and valid_organisation_code(text[6:]):
        return f"org:{text[6:]}"
    form = _VAT.get(text[:2])
    if form and re.fullmatch(form, text[2:]) and len(set(re.sub(r"\D", "", text))) > 1:
        return f"vat:{text}"
    return None


def valid_uscc(code: str) -> bool:
    """Whether a 统一社会信用代码 of 18 characters keeps its check digit (GB 32100-2015).

    That of the organisation code within it is not asked for: numbers given out to sole traders do not all keep it.

    >>> valid_uscc("91350100M000100Y43")
    True
    """
    if not re.fullmatch(r"[1-9A-NY][1-9]\d{6}[0-9A-HJ-NP-RTUW-Y]{10}", code) or len(set(code[8:17])) == 1:
        return False
    total = sum(_USCC.index(c) * w for c, w in zip(code[:17], _USCC_WEIGHTS, strict=True))
    return code[17] == _USCC[(31 - total % 31) % 31]


def valid_organisation_code(code: str) -> bool:
    """Whether a nine-character organisation code keeps its check digit."""
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code) or len(set(code)) == 1:
        return False
    total = sum(int(c, 36) * w for c, w in zip(code[:8], _ORG_WEIGHTS, strict=True))
    return code[8] == "0123456789X0"[11 - total % 11]


def valid_identity_card(code: str) -> bool:
    """Whether an 18-digit identity card number keeps its check digit and holds a date of birth that exists."""
    from datetime import date

    if not re.fullmatch(r"[1-8]\d{16}[0-9X]", code):
        return False
    try:
        date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return False
    total = sum(int(c) * w for c, w in zip(code[:17], _CARD_WEIGHTS, strict=True))
    return code[17] == "10X98765432"[total % 11]
