"""Text that leaves for a spreadsheet: no cell of it is ever taken for a formula; numbers stay numbers."""

from __future__ import annotations

import re
from typing import Any

_STARTS = "=+\\-@＝＋－＠"
"""What a spreadsheet begins a formula with; the wide forms where an input method turns them into the others."""
_BLANKS = "\x00-\x20\u00a0\u200b\u3000\ufeff"
"""What may stand before it unseen: a formula begins behind blanks as well."""
_LIVE = f"^(?:[\t\r\n]|[{_BLANKS}]*[{_STARTS}])"
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell("-12.5"), safe_cell(" -1+1"), safe_cell(None)
    ("'=HYPERLINK(1)", '-12.5', "' -1+1", '')
    """
    shown = "" if value is None else str(value)
    return f"'{shown}" if re.match(_LIVE, shown) and not re.fullmatch(_NUMBER, shown) else shown


def unguarded(cell: str) -> str:
    """A cell as it was before `safe_cell` guarded it.

    >>> unguarded("'=A1"), unguarded("'tis")
    ('=A1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def safe_column(column: Any) -> Any:
    """The same for a whole PyArrow array of texts; null stays null.

    >>> import pyarrow as pa
    >>> safe_column(pa.array(["@x", "+1", "tea", None])).to_pylist()
    ["'@x", '+1', 'tea', None]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    live = pc.and_not(pc.match_substring_regex(column, _LIVE), pc.match_substring_regex(column, _NUMBER))
    if not pc.any(live).as_py():
        return column
    return pc.if_else(live, pc.binary_join_element_wise(pa.scalar("'"), column, ""), column)
