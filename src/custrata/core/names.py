"""What people call the usual columns of customers, and the numbers that a segment makes for itself."""

from __future__ import annotations

from collections.abc import Mapping

from custrata.core.strict import Bilingual
from custrata.locale import LANGS, Lang, catalog


def attribute_word(name: str, lang: Lang) -> str:
    """The word for a column of the customers; one that is not usual is called by its name.

    >>> attribute_word("birthday", "zh"), attribute_word("birthday", "en"), attribute_word("区域", "en")
    ('生日', 'Birthday', '区域')
    """
    return str(catalog("names", lang)["attribute"].get(name, name))


def attribute_label(name: str, heading: str | None) -> Bilingual | None:
    """What people call a column of the customers: a usual one by its word, another one by the heading that the data
    give it where the scheme only has an abbreviation of it; null where that is its name.

    >>> attribute_label("city", None), attribute_label("type", "客户类型"), attribute_label("区域", "区域类型")
    (Bilingual(zh='城市', en='City'), Bilingual(zh='客户类型', en='type'), None)
    """
    zh, en = (attribute_word(name, lang) for lang in LANGS)
    if zh == en == name and heading and name.isascii() and not heading.isascii():
        zh = heading
    return None if zh == en == name else Bilingual(zh=zh, en=en)


def attribute_labels(columns: Mapping[str, object]) -> dict[str, Bilingual]:
    """Column of the customers → what people call it, of those that are called something else; `columns` has their
    headings in the data."""
    found = {name: attribute_label(name, str(heading) if heading else None) for name, heading in columns.items()}
    return {name: label for name, label in found.items() if label is not None}


def number_word(suffix: str, lang: Lang) -> str:
    """The word for a number of a segment's own, of which its column has the name behind the point.

    >>> number_word("top", "en"), number_word("r", "zh")
    ('Most is spent on', 'R 得分')
    """
    return str(catalog("names", lang)["number"].get(suffix, suffix))
