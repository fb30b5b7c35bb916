"""What people call the usual columns of customers, and the numbers that a segment makes for itself."""

from __future__ import annotations

from custrata.locale import Lang, catalog


def attribute_word(name: str, lang: Lang) -> str:
    """The word for a column of the customers; one that is not usual is called by its name.

    >>> attribute_word("birthday", "zh"), attribute_word("birthday", "en"), attribute_word("区域", "en")
    ('生日', 'Birthday', '区域')
    """
    return str(catalog("names", lang)["attribute"].get(name, name))


def number_word(suffix: str, lang: Lang) -> str:
    """The word for a number of a segment's own, of which its column has the name behind the point.

    >>> number_word("top", "en"), number_word("r", "zh")
    ('Most is spent on', 'R 得分')
    """
    return str(catalog("names", lang)["number"].get(suffix, suffix))
