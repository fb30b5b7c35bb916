"""A sound file with some bytes flipped, inserted or cut out is read with balanced books, or refused with a code."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import books, old_books, parquets
from corpus.evil import GOOD, csv_text
from corpus.ole import container, old_book
from custrata import CustrataError, Scheme, evaluate
from custrata.sources.files.raw import raw_rows
from shops import backend, well_told

SCHEME = Scheme.parse(
    "scheme: Shop\nsegments: {abc: {share: spend}}\n"
    "sources: {orders: {columns: {order_id: 单号, customer_id: 会员号, ordered_at: 日期, amount: 金额}}}"
)
EXAMPLES = settings().max_examples
KINDS = ["csv", "gbk.csv", "xlsx", "by hand.xlsx", "xls", "xlsb", "ods", "parquet"]


@lru_cache
def sound(kind: str) -> bytes:
    """A small file of three sales."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "parquet":
            return parquets.put(Path(folder), parquets.table())
        if kind == "xlsx":
            return books.written(Path(folder) / "a.xlsx", [["单号", "会员号", "日期", "金额"], *map(list, GOOD)])
    if kind == "by hand.xlsx":
        return books.book(books.sheet_xml(books.TABLE))
    if kind == "xls":
        return container({"Workbook": old_book(old_books.CELLS)})
    if kind == "xlsb":
        return old_books.binary_book(old_books.CELLS)
    if kind == "ods":
        return old_books.open_book(old_books.open_rows())
    return csv_text(*GOOD).encode("gb18030" if kind.startswith("gbk") else "utf-8")


@st.composite
def mutated(draw: Any, kind: str) -> bytes:
    content = bytearray(sound(kind))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        how = draw(st.sampled_from(["flip", "insert", "cut", "end"]))
        if how == "flip" and at < len(content):
            content[at] ^= draw(st.integers(1, 255))
        elif how == "insert":
            content[at:at] = draw(st.binary(min_size=1, max_size=6))
        elif how == "cut":
            del content[at : at + draw(st.integers(1, 40))]
        elif how == "end":
            del content[max(8, at) :]
    return bytes(content)


def well_read(kind: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"a.{kind.rpartition('.')[2]}"
        file.write_bytes(content)
        try:
            raw_rows(file, file.name, Path(folder))
        except CustrataError as error:
            well_told(error.problems)
        try:
            with evaluate(SCHEME, orders=file, backend=backend()) as result:
                rows = result.rows["orders"]
                assert rows.read == rows.used + rows.quarantined + rows.excluded
                assert len({r["row"] for r in result.quarantine().to_pylist()}) == rows.quarantined
        except CustrataError as error:
            well_told(error.problems)


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
@settings(max_examples=max(4, EXAMPLES // 2))
def test_a_mutilated_file_is_refused_with_a_code_or_its_books_balance(kind: str, data: st.DataObject) -> None:
    well_read(kind, data.draw(mutated(kind)))


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
@settings(max_examples=EXAMPLES * 15)
def test_many_mutilated_files_are_refused_with_a_code_or_their_books_balance(kind: str, data: st.DataObject) -> None:
    well_read(kind, data.draw(mutated(kind)))
