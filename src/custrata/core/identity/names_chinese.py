"""Names written in Chinese: 深圳市恒达商贸有限公司广州分公司, 星巴克（天河二店）, 王建国先生, 王总."""

from __future__ import annotations

import re
from functools import lru_cache

from custrata.core.identity.names import Name, region_key
from custrata.core.identity.text import bare, pinyin
from custrata.core.identity.words import longest_first, places, words

_BRACKET = re.compile(r"\(([^()]*)\)")
_DIGITS = "零〇一二三四五六七八九"
_NUMERAL = r"[0-9]+|[零〇一二三四五六七八九十百两]+"
_PLACE_END = r"(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|自治州|地区|省|市|盟)?"


def chinese_name(folded: str) -> Name:
    """A folded text with Chinese characters in it as a name."""
    text = re.sub(r"\s+", "", folded)
    person = _person(text)
    return person if person is not None else _company(text)


def surname_of(name: str) -> str:
    """The surname that a Chinese name begins with, or '' where it is none that we know."""
    if name[:2] in words()["person"]["compound_surnames"] and len(name) > 2:
        return name[:2]
    return name[:1] if name[:1] in _surnames() else ""


@lru_cache(maxsize=1)
def _surnames() -> frozenset[str]:
    return frozenset("".join(words()["person"]["surnames"].split()))


def _person(text: str) -> Name | None:
    if any(c in text for c in "()") or re.search(r"[0-9a-z&]", text):
        return None
    name = text
    for title in _titles() if text.endswith(_titles()) else ():
        rest = name.removesuffix(title)
        if rest != name and rest:
            # 总 and 工 end given names too: they are a title only behind a surname alone.
            if len(title) > 1 or (rest == surname_of(rest + "某") and rest):
                name = rest
            break
    titled = name != text
    parts = name.split("·") if "·" in name else None
    core = bare(name)
    if parts and len(core) >= 4 and not _company_marked(core):
        return Name("person", core)
    surname = surname_of(core + ("某" if len(core) == 1 or core in words()["person"]["compound_surnames"] else ""))
    if core == surname and (titled or len(core) == 1):
        return Name("person", core, partial=True)
    if titled and 2 <= len(core) <= 4 and surname:
        return Name("person", core)
    if not surname or not len(surname) < len(core) <= len(surname) + 2 or _company_marked(core):
        return None
    return Name("person", core)


@lru_cache(maxsize=1)
def _kinds() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Endings of companies' names, of several characters and of one."""
    company = words()["company"]
    every = {*company["forms_zh"], *company["kinds_zh"], *company["branches_zh"]}
    return tuple(sorted(k for k in every if len(k) > 1)), tuple(sorted(k for k in every if len(k) == 1))


@lru_cache(maxsize=1)
def _forms() -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare(f) for f in longest_first("company", "forms_zh")))


@lru_cache(maxsize=1)
def _titles() -> tuple[str, ...]:
    return longest_first("person", "titles_zh")


def _company_marked(core: str) -> bool:
    """Whether a short name ends as only companies' names do. One character (店, 行) decides from four on: 刘一行 is a
    person."""
    long, short = _kinds()
    return core in places() or core.endswith(long) or (len(core) >= 4 and core.endswith(short))


def _company(text: str) -> Name:
    region, branch, notes, marked = "", "", [], False
    for inside in _BRACKET.findall(text):
        place = _place(inside)
        if place:
            region = place
        elif _branch_word(inside) or _numbers(inside):
            branch, marked = branch or pinyin(_unnumbered(bare(_strip_branch(inside)))), True
        elif f"({inside})" not in words()["company"]["forms_zh"]:
            notes.append(bare(inside))
        else:
            marked = True
    rest = bare(_BRACKET.sub("", text))
    head, part = _split_branch(rest)
    if part is not None:
        branch, rest, marked = region_key(_strip_branch(part)) or "branch", head, True
    ordinal = _numbers(text)
    core = rest
    for form in _forms():
        if core.endswith(form) and len(core) > len(form):
            core, marked = core.removesuffix(form), True
            break
    stripped, leading = _strip_region(core)
    if leading and (len(stripped) >= 2 or region):
        core, region = stripped, region or leading
    core += "".join(notes)
    known = marked or _company_marked(core)
    return Name("company" if known else "unknown", core or rest, region, branch, ordinal)


def _place(inside: str) -> str:
    short = re.sub(_PLACE_END + "$", "", inside)
    if short in places() or inside in places():
        return "" if short == "中国" else region_key(short)
    return ""


def _strip_region(core: str) -> tuple[str, str]:
    """Provinces and cities in front of a company's name, off; the nearest one is its region."""
    region = ""
    for _ in range(3):
        found = _leading_place().match(core)
        if found is None or len(core) - found.end() < 2 or region_key(found[1]) == region:
            break
        region = region if found[1] == "中国" else region_key(found[1])
        core = core[found.end() :]
    return core, region


@lru_cache(maxsize=1)
def _leading_place() -> re.Pattern[str]:
    known = "|".join(sorted(places(), key=lambda p: (-len(p), p)))
    return re.compile(f"^({known}){_PLACE_END}")


def _branch_word(text: str) -> str:
    return next((b for b in longest_first("company", "branches_zh") if text.endswith(b)), "")


def _strip_branch(part: str) -> str:
    return part.removesuffix(_branch_word(part)) or part


def _split_branch(rest: str) -> tuple[str, str | None]:
    """恒达商贸有限公司 and 深圳分公司; null where the name is not a branch's."""
    word = _branch_word(rest)
    if not word or rest == word:
        return rest, None
    body = rest.removesuffix(word)
    ends = [m.end() for m in re.finditer("公司|集团|银行|大学|医院|酒店|超市|书店|药房|药店", body)]
    for end in reversed(ends):
        if end < len(body):
            return body[:end], body[end:] + word
    if ends and ends[-1] == len(body):
        return body, word
    # Without a legal form in the middle: the longest place that stands before the word.
    for size in range(min(6, len(body) - 2), 1, -1):
        if re.sub(_PLACE_END + "$", "", body[-size:]) in places():
            return body[:-size], body[-size:] + word
    return body, body + word


@lru_cache(maxsize=1)
def _numbered() -> re.Pattern[str]:
    units = "|".join(longest_first("company", "numbered_zh"))
    return re.compile(rf"第?({_NUMERAL})号?(?:{units})")


def _unnumbered(text: str) -> str:
    return _numbered().sub("", text)


def _numbers(text: str) -> str:
    """The numbers that tell places of one company apart, as digits: 第二门店 and 2店 are both 2."""
    found = [_digits(m[1]) for m in _numbered().finditer(text)]
    # Digits that belong to the name (58同城, 360) tell companies apart as well.
    plain = [m[0].lstrip("0") or "0" for m in re.finditer(r"[0-9]+", text)]
    return ",".join(sorted({*found, *plain}))


def _digits(numeral: str) -> str:
    if numeral.isdigit() and numeral.isascii():
        return numeral.lstrip("0") or "0"
    values = [2 if c == "两" else max(0, _DIGITS.index(c) - 1) if c in _DIGITS else c for c in numeral]
    if "十" not in numeral and "百" not in numeral:
        return "".join(map(str, values)).lstrip("0") or "0"
    total, current = 0, 0
    for value in values:
        if isinstance(value, int):
            current = value
        else:
            total, current = total + (current or 1) * (10 if value == "十" else 100), 0
    return str(total + current)
