"""Decides which columns of a text file DuckDB's reader may make numbers and days of, which it does at no cost.

The whole file is looked through beforehand, at a third of what it takes to cast and check each text by itself: RE2 (of
Arrow, which gives it a block as it lies) takes a byte in a nanosecond.
"""

from __future__ import annotations

import os
import re
from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from ibis.backends.sql.datatypes import DuckDBType

from custrata.core.facts.exact import Form
from custrata.core.scan import TextPart

_BLOCK = 1 << 22


def sql_types(part: TextPart, forms: Mapping[str, Form]) -> dict[str, str]:
    """The types as which DuckDB's reader is to read columns of a file."""
    return {name: DuckDBType.to_string(form.type) for name, form in _forms_of(part, forms).items()}


def _forms_of(part: TextPart, forms: Mapping[str, Form]) -> dict[str, Form]:
    """Those of the columns that a file has; case makes no difference."""
    wanted = {header.lower(): form for header, form in forms.items()}
    return {name: wanted[name.lower()] for name in part.columns if name.lower() in wanted}


def all_fit(part: TextPart, forms: Mapping[str, Form]) -> bool:
    """Whether each line below the header is one record with as many fields as there are columns, each of those in
    `forms` written so. For files of which nothing is quoted."""
    if not (part.delimiter.isascii() and len(part.delimiter) == 1):
        return False
    pattern = _pattern(part, _forms_of(part, forms))
    workers = os.cpu_count() or 1
    waiting: deque[Future[bool]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for block, end in _blocks(part):
            if not end:
                return False
            waiting.append(pool.submit(_fits, block, end, pattern))
            # Blocks that wait are held in memory.
            if len(waiting) > 2 * workers and not waiting.popleft().result():
                return False
        return all(found.result() for found in waiting)


def _pattern(part: TextPart, forms: Mapping[str, Form]) -> str:
    delimiter = re.escape(part.delimiter)
    cells = [f"(?:{forms[c].pattern})?" if c in forms else rf"[^{delimiter}\r\n]*" for c in part.columns]
    return rf"\A(?:{delimiter.join(cells)}(?:\r?\n|\z))*\z"


def _blocks(part: TextPart) -> Iterator[tuple[bytes, int]]:
    """What stands below the header, in blocks, and how much of each is whole lines: the next one begins there. Nothing,
    where a line is longer than a block."""
    with part.path.open("rb") as file:
        for _ in range(part.header_line):
            file.readline()
        at = file.tell()
    with part.path.open("rb", buffering=0) as file:
        file.seek(at)
        while block := file.read(_BLOCK):
            end = block.rfind(b"\n") + 1
            if not end and len(block) < _BLOCK:
                end = len(block)
            yield block, end
            at += end
            file.seek(at)


def _fits(block: bytes, end: int, pattern: str) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    # Not `pa.array`: for a value of Python's it would import pandas.
    parts = [None, pa.py_buffer(array("i", [0, end])), pa.py_buffer(block)]
    return bool(pc.match_substring_regex(pa.Array.from_buffers(pa.binary(), 1, parts), pattern)[0].as_py())
