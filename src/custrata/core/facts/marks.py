"""Numbers whose signs a source writes in its own way: a comma before the decimals, CR and DR behind the amount.

What a source says holds for all of its texts; a cell by itself never tells (1.234 is a thousand and more, or hardly
more than one). Typed numbers are what they are.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from custrata.core.facts.columns import Type

DecimalMark = Literal["point", "comma"]
Credit = Literal["minus", "plus"]
_NUMBERS = ("money", "number")
#: Points and commas, narrow and wide, change places; what reads numbers with a decimal point then reads them.
_MARKS, _SWAPPED = ".,．，", ",.，．"
_CREDIT, _DEBIT = r"(?i)^(.*\S)\s*CR\.?$", r"(?i)^(.*\S)\s*DR\.?$"
_SWAP = str.maketrans(_MARKS, _SWAPPED)


def usual(column: Any, type_: Type, decimal: DecimalMark, credit: Credit | None) -> Any:
    """A column of texts with its numbers written as everywhere: with a decimal point, negative ones with a minus."""
    if type_ not in _NUMBERS or not column.type().is_string():
        return column
    if credit is not None:
        back, forth = (r"-\1", r"\1") if credit == "minus" else (r"\1", r"-\1")
        column = column.re_replace(_CREDIT, back).re_replace(_DEBIT, forth)
    return column.translate(_MARKS, _SWAPPED) if decimal == "comma" else column


def pointed(text: str) -> str:
    """The same of one text with a decimal comma.

    >>> pointed("1.234,50"), pointed("12,5 €")
    ('1,234.50', '12.5 €')
    """
    return text.translate(_SWAP)


def unmarked(text: str) -> tuple[str, str]:
    """A text without CR or DR behind it, and which of them stood there.

    >>> unmarked("12.50 CR"), unmarked("8.00Dr."), unmarked("7")
    (('12.50', 'CR'), ('8.00', 'DR'), ('7', ''))
    """
    for mark, pattern in (("CR", _CREDIT), ("DR", _DEBIT)):
        if found := re.match(pattern, text):
            return found[1], mark
    return text, ""
