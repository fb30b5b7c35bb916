"""How values are spelled in a scheme that a program writes: on one line, in quotes where YAML reads something else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

#: What YAML reads as the very text that it is.
_PLAIN = re.compile(r"(?:\d+ )?[^\W\d_](?:[\w ./()（）*-]*[\w)）*])?|\d+(?:\.\d+)? ?[%万千亿]").fullmatch
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def scalar(value: Any) -> str:
    """A text, number or date as YAML reads it back.

    >>> print(scalar("实收金额(元)"), scalar("No"), scalar("0012"), scalar("a: b"), scalar(3), scalar("70%"))
    实收金额(元) "No" "0012" "a: b" 3 70%
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # Without an exponent, which YAML would read as a text.
        shown = f"{value:f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    return value if _PLAIN(value) and value.lower() not in _WORDS else json.dumps(value, ensure_ascii=False)


def flow(value: Any) -> str:
    """A value on one line.

    >>> print(flow({"status": ["退货"], "prefix": "C"}))
    {status: [退货], prefix: C}
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)
