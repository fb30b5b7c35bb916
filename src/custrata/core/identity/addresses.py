"""Addresses in parts: city, road, house number and the rest, Chinese and Latin; two that are one have the same key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from custrata.core.identity.names import place_sounds, region_key
from custrata.core.identity.text import bare, fold, is_chinese, pinyin, tokens
from custrata.core.identity.words import places, words

_NUMBER = r"[0-9]+(?:[-—–][0-9]+)*[a-z]?|[一二三四五六七八九十百]+"
_HOUSE = re.compile(rf"({_NUMBER})(?:号|號)(?!楼|院|线)")
_DISTRICT = re.compile(r"^(.{1,6}?(?:新区|开发区|高新区|自治县|区|县|旗))")
_PLACE_END = r"(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|自治州|地区|省|市|盟|州)?"
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Address:
    """`city` as pinyin, empty where none is named; `street` is road and house number; `unit` what lies behind
    (building, floor, room) as its letters and digits. Empty parts are not told by the address."""

    city: str
    street: str
    unit: str

    @property
    def key(self) -> str | None:
        """Equal for spellings of one address; null where road and number are not both told."""
        return f"{self.city}|{self.street}|{self.unit}" if self.street else None

    @property
    def house(self) -> str | None:
        """The building's door: many live behind one, so it says less than the key."""
        return f"{self.city}|{self.street}" if self.street else None


def parse_address(value: str | None, city: str | None = None) -> Address | None:
    """The parts of an address; null where there is none. `city` is what another column says, used where the address
    names none. Province and district are left out of the key: people leave them out too.

    >>> parse_address("广东省深圳市南山区科技园路１０号３栋５０２室").key
    'shenzhen|科技园路10|3502'
    >>> parse_address("深圳市 科技园路十号 3 栋 502", None).key
    'shenzhen|科技园路10|3502'
    >>> parse_address("12 King's Rd., Apt. 4B", "London") == parse_address("12 Kings Road Unit 4b", "LONDON")
    True
    """
    folded = fold(value)
    if folded is None or not bare(folded):
        return None
    told = region_key(fold(city) or "") if city else ""
    return _chinese(folded, told) if is_chinese(folded) else _latin(folded, told)


@lru_cache(maxsize=1)
def _leading_place() -> re.Pattern[str]:
    known = "|".join(sorted(places(), key=lambda p: (-len(p), p)))
    return re.compile(f"^({known})(?!区|县){_PLACE_END}")


def _chinese(folded: str, city: str) -> Address:
    text = re.sub(r"\([^()]*\)", "", re.sub(r"[\s,，。、;]+", "", folded))
    named = ""
    for _ in range(4):
        found = _leading_place().match(text)
        if found is None or re.match(r"[东南西北中]?(?:路|街|道|巷)", text[found.end() :]):
            # 北京路 and 南京东路 are roads in other cities.
            break
        named = named if found[1] == "中国" else region_key(found[1])
        text = text[found.end() :]
    district = _DISTRICT.match(text)
    text = text[district.end() :] if district else text
    house = _HOUSE.search(text)
    if house is None:
        return Address(named or city, "", "")
    road = text[: house.start()]
    road = re.sub(r"^.*(?:街道|镇|乡)(?=.{2,}(?:路|街|道|巷|弄|里))", "", road)
    return Address(named or city, f"{bare(road)}{_digits(house[1])}", _unit(text[house.end() :]))


def _unit(text: str) -> str:
    """3栋5楼502室 and 3-5-502 say the same: letters and digits in their order."""
    plain = re.sub(r"[一二三四五六七八九十]+(?=[栋幢座楼层单号室])", lambda m: _digits(m[0]), text)
    return "".join(re.findall(r"[0-9a-z]+", plain))


def _digits(numeral: str) -> str:
    if numeral[0] not in _DIGITS + "十百":
        return re.sub("[—–]", "-", numeral).lstrip("0") or "0"
    if "十" not in numeral and "百" not in numeral:
        return "".join(str(_DIGITS.index(c)) for c in numeral)
    total, current = 0, 0
    for c in numeral:
        if c in _DIGITS:
            current = _DIGITS.index(c)
        else:
            total, current = total + (current or 1) * (10 if c == "十" else 100), 0
    return str(total + current)


def _latin(folded: str, city: str) -> Address:
    rules = words()["address"]
    noise = set(rules["noise_en"])
    found = [rules["abbreviations"].get(t, t) for t in tokens(re.sub(r"['’]", "", folded))]
    named = next((t for t in found if t in place_sounds() and t != "zhongguo"), "")
    found = [t for t in found if t not in noise and t not in (named, city)]
    if not any(c.isdigit() for t in found for c in t):
        return Address(named or city, "", "")
    units = [i for i, t in enumerate(found) if t in ("unit", "room", "floor", "building")]
    split = units[0] if units and units[0] > 1 else len(found)
    unit = "".join(t for t in found[split:] if t not in ("unit", "room", "floor", "building"))
    return Address(named or pinyin(city), " ".join(found[:split]), unit)
