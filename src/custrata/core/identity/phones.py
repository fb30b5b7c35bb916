"""Phone numbers as international numbers, by Google's library; what people type when they have none is none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from custrata.core.identity.text import library
from custrata.core.identity.words import longest_first, words

#: Currency → the country whose numbers are written without a country code.
REGIONS = {
    "CNY": "CN", "HKD": "HK", "TWD": "TW", "MOP": "MO", "USD": "US", "GBP": "GB", "EUR": "DE", "JPY": "JP", "KRW": "KR",
    "SGD": "SG", "MYR": "MY", "THB": "TH", "VND": "VN", "IDR": "ID", "PHP": "PH", "INR": "IN", "AUD": "AU", "NZD": "NZ",
    "CAD": "CA", "CHF": "CH", "SEK": "SE", "NOK": "NO", "DKK": "DK", "PLN": "PL", "CZK": "CZ", "RUB": "RU", "TRY": "TR",
    "BRL": "BR", "MXN": "MX", "ZAR": "ZA", "AED": "AE", "SAR": "SA",
}  # fmt: skip
_SPLIT = re.compile(r"[;,/、|\n\r\t]|或|和|及|\bor\b|\band\b")
_EXTENSION = re.compile(r"\s*(?:转|分机|内线|ext\.?|extension|x|#)\s*:?\s*\d{1,6}\s*$")
_DESK = re.compile(r"^(\(?0\d{2,3}\)?-?\d{7,8})-\d{1,5}$")
_CHINESE_MOBILE = re.compile(r"^(?:\+?86|0086)?(1[3-9]\d{9})$")
_LONG = 200


def parse_phones(value: str | None, region: str = "CN", area_code: str = "") -> tuple[str, ...]:
    """The numbers in a cell as E.164, each once, in the order of their digits; empty where there is none.

    `region` (ISO 3166, two letters) is whose numbers go without a country code. `area_code` (with its 0: 0755) stands
    before local numbers that come without one; without it such a number is no evidence, for it exists in every city.
    Extensions are left off: all desks of a company are the company. Left out are numbers that cannot exist, service
    numbers (10086, 95555) and what people type to fill the field (13800138000, 11111111111).

    >>> parse_phones("手机：１３９ 1234 5679 / 0755-8888 6661转801")
    ('+8613912345679', '+8675588886661')
    >>> parse_phones("13800138000"), parse_phones("88886661"), parse_phones("88886661", area_code="0755")
    ((), (), ('+8675588886661',))
    >>> parse_phones("(415) 555-2671", "US"), parse_phones("+1 415 555 2671")
    (('+14155552671',), ('+14155552671',))
    """
    if not value:
        return ()
    text = unicodedata.normalize("NFKC", value[:_LONG]).casefold()
    for label in longest_first("phone", "labels"):
        text = text.replace(label, " ")
    text = text.replace(":", " ")
    found: set[str] = set()
    for part in _SPLIT.split(text):
        number = _one(part, region, area_code)
        if number:
            found.add(number)
        elif " " in part.strip():
            found |= {n for piece in part.split() if (n := _one(piece, region, area_code))}
    return tuple(sorted(found))


def _one(part: str, region: str, area_code: str) -> str | None:
    plain = _EXTENSION.sub("", part.strip())
    desk = _DESK.match(re.sub(r"\s", "", plain))
    plain = desk[1] if desk else plain
    digits = re.sub(r"[^\d+]", "", plain)
    if len(digits) < 5:
        return None
    mobile = _CHINESE_MOBILE.match(digits) if region == "CN" or digits.startswith(("+86", "0086")) else None
    if mobile:
        # New prefixes are given out before the library knows them, so the form of a mobile number is enough.
        found = f"+86{mobile[1]}"
    else:
        local = bool(area_code) and re.fullmatch(r"[2-9]\d{6,7}", digits) is not None
        parsed = _library_number(f"{area_code}{digits}" if local else plain, region)
        if parsed is None:
            return None
        found = parsed
    return None if _made_up(found) else found


def _library_number(text: str, region: str) -> str | None:
    phonenumbers = library("phonenumbers")
    try:
        number: Any = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    found: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found


@lru_cache(maxsize=1)
def _fakes() -> frozenset[str]:
    return frozenset(words()["phone"]["fakes"])


def _made_up(number: str) -> bool:
    """Numbers from the list, seven equal digits at the end, or the digits in a row."""
    end = number[-8:]
    return (
        number in _fakes()
        or len(set(number[-7:])) == 1
        or end in "01234567890123456789"
        or end in "98765432109876543210"
    )
