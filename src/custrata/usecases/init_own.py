"""What a scheme that is written calls the columns that are kept under a name of their own.

A guess knows them by what they are (`level`, `industry`). Whoever reads a Chinese scheme knows them by the headers of
the company (客户类型), so these are their names there, as far as a header can be a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from custrata.core.facts.columns import CANONICAL
from custrata.core.identity.features import found_fields
from custrata.core.identity.words import words
from custrata.core.scheme.model import NAME, RESERVED
from custrata.locale import Lang

_NO_NAME = re.compile(r"[^\w]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]").search


def own_name(header: str) -> str:
    """A name for a column that is kept: its header, without the signs that names cannot have.

    >>> own_name("会员等级(旧)"), own_name("2024 score")
    ('会员等级_旧', 'c_2024_score')
    """
    name = _NO_NAME.sub("_", header).strip("_")
    return name if NAME.match(name) else f"c_{name}"


def own_names(kind: str, columns: Mapping[str, str], lang: Lang) -> dict[str, str]:
    """Name in the guess → name in a scheme in `lang`, of columns (name → header) of a source of this kind; canonical
    ones have the scheme's own words and are not among them.

    A column that identity looks for by what it is called (a telephone, a city) gets a word by which it is found.

    >>> own_names("customers", {"name": "客户名称", "level": "客户类型", "phone": "联系人手机", "city": "City"}, "zh")
    {'level': '客户类型', 'phone': '手机号', 'city': 'city'}
    """
    canonical = {c.name for c in CANONICAL[kind]}
    further = {name: header for name, header in columns.items() if name not in canonical}
    if lang != "zh":
        return {name: name for name in further}
    # A canonical column by either of its words would be that column, and no further one.
    taken = {c.key.casefold() for c in CANONICAL[kind]} | {c.casefold() for c in (*canonical, *further, *RESERVED)}
    found: dict[str, str] = {}
    for name, header in further.items():
        wanted = _wanted(name, header)
        free = wanted.casefold() not in taken and NAME.match(wanted) is not None
        found[name] = wanted if free else name
        taken.add(found[name].casefold())
    return found


def _wanted(name: str, header: str) -> str:
    if not name.isascii() or not _CHINESE(header):
        return name
    own = own_name(header)
    fields = words()["fields"]
    if name not in fields or name in found_fields([own], {}):
        return own
    return next((word for word in fields[name] if not word.isascii()), name)
