"""What a customer's name says: person or company, the part that names, its place, which branch, which number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from custrata.core.identity.text import bare, fold, is_chinese, pinyin
from custrata.core.identity.words import places

NameKind = Literal["company", "person", "unknown"]


@dataclass(frozen=True)
class Name:
    """A name in parts. Two names are the same where their `key` is; `core` is what similarity is measured on.

    `region` is the place that a company's name gives, as pinyin, so that 深圳 and Shenzhen are one; `branch` names a
    part of a company (分公司, branch), empty for the company itself; `ordinal` holds the numbers that tell places apart
    (二店 is 2); `partial` is a surname alone (王总, Mr Smith), which is no evidence of who it is.
    """

    kind: NameKind
    core: str
    region: str = ""
    branch: str = ""
    ordinal: str = ""
    partial: bool = False

    @property
    def key(self) -> str | None:
        """Equal for spellings of one name; null for a partial name."""
        if self.partial or not self.core:
            return None
        company = "" if self.kind == "person" else f"{self.region}|{self.branch}|{self.ordinal}|"
        return f"{company}{self.core}"

    @property
    def sound(self) -> str:
        """The core as it sounds: Chinese characters and their pinyin are one, and so are a person's names in either
        order (Zhang San, San Zhang, 张三)."""
        if self.kind != "person":
            return pinyin(self.core)
        first, rest = _surname_first(self.core)
        return min(first + rest, rest + first)


def _surname_first(core: str) -> tuple[str, str]:
    if is_chinese(core):
        from custrata.core.identity.names_chinese import surname_of

        surname = surname_of(core) or core[:1]
        # 单 is Shan and 曾 is Zeng as surnames; the whole name read as a phrase would give Dan and Ceng.
        return _surname_sound(surname), pinyin(core[len(surname) :])
    first, _, rest = core.partition(" ")
    return first, rest.replace(" ", "")


#: Surnames that are read otherwise than the character usually is.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "朴": "piao", "区": "ou",
    "覃": "qin", "翟": "zhai", "尉迟": "yuchi", "乐": "yue", "缪": "miao", "召": "shao", "员": "yun", "黑": "he",
    "折": "she", "种": "chong", "繁": "po", "秘": "bi", "洗": "xian", "宓": "fu", "长孙": "zhangsun",
}  # fmt: skip


def _surname_sound(surname: str) -> str:
    return _SURNAMES.get(surname) or pinyin(surname)


def parse_name(value: str | None) -> Name | None:
    """The parts of a name; null where there is none (empty, 散客, test).

    >>> parse_name("深圳市恒达商贸有限责任公司") == parse_name("恒达商贸（深圳）有限公司")
    True
    >>> parse_name("深圳市恒达商贸有限公司广州分公司").branch, parse_name("Hengda Trading Co., Ltd. (Shenzhen)").region
    ('guangzhou', 'shenzhen')
    >>> parse_name("王总").partial, parse_name("ZHANG, San").sound == parse_name("张三").sound
    (True, True)
    """
    folded = fold(value)
    if folded is None or not bare(folded):
        return None
    if is_chinese(folded):
        from custrata.core.identity.names_chinese import chinese_name

        return chinese_name(folded)
    from custrata.core.identity.names_latin import latin_name

    return latin_name(folded)


@lru_cache(maxsize=1)
def place_sounds() -> frozenset[str]:
    """Provinces and cities in pinyin, as a company's English name has them."""
    return frozenset(pinyin(p) for p in places()) | {"hongkong", "macau", "macao", "taipei", "xian"}


def region_key(place: str) -> str:
    """One spelling for a place: without 省, 市, 自治区; in pinyin.

    >>> region_key("深圳市"), region_key("Shenzhen City"), region_key("广西壮族自治区")
    ('shenzhen', 'shenzhen', 'guangxi')
    """
    short = bare(place.casefold())
    for ending in (
        "壮族自治区",
        "回族自治区",
        "维吾尔自治区",
        "自治区",
        "特别行政区",
        "自治州",
        "地区",
        "省",
        "市",
        "盟",
    ):
        if short.endswith(ending) and len(short) > len(ending) + 1:
            short = short.removesuffix(ending)
            break
    sound = pinyin(short)
    for ending in ("city", "province"):
        if sound.endswith(ending) and sound.removesuffix(ending) in place_sounds():
            sound = sound.removesuffix(ending)
    return {"hongkong": "xianggang", "macau": "aomen", "macao": "aomen", "taipei": "taibei"}.get(sound, sound)
