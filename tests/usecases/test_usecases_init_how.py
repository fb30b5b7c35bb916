"""What a person says of how a file is read goes before what was found, and stands in the scheme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from init_shops import HEADERS, as_csv, published, ran, sales, spends, titled

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.init import look, write
from custrata.usecases.init_how import How
from custrata.usecases.init_look import Lie


def made(folder: Path, *files: Path, **hows: How) -> tuple[Scheme, list[Lie]]:
    """The scheme of files that are read as was said, by the stem of their names; and how they lie."""
    lies: list[Lie] = []
    said = {f"{stem}.*": how for stem, how in hows.items()}
    with look([str(f) for f in files], Path("/"), duckdb_engine, hows=said, seen=lies.append) as draft:
        draft.take_best()
        return write(draft, folder, "en").scheme, lies


def test_the_header_row_that_was_named_is_read_and_written(tmp_path: Path) -> None:
    # The second line names the columns in words that no vocabulary has; the first looks as if it did.
    rows = [["单号", "会员号", "日期", "品", "类", "数量", "实收金额", "状态"], HEADERS, *sales()]
    file = as_csv(tmp_path / "a.csv", rows)
    scheme, (lie,) = made(tmp_path / "shop", file, a=How(header=2))
    assert scheme.sources.orders.header == 2 and lie.row == 2
    assert published(ran(tmp_path / "shop")) == spends(sales())


def test_an_encoding_that_was_named_is_read_and_written(tmp_path: Path) -> None:
    headers = ["單號", "會員號", "日期", "商品", "類別", "數量", "實收金額", "狀態"]
    file = as_csv(tmp_path / "a.csv", [headers, *[[*r[:3], "茶", "茶", *r[5:7], ""] for r in sales()]], "big5")
    scheme, (lie,) = made(tmp_path / "shop", file, a=How(encoding="big5"))
    assert scheme.sources.orders.encoding == "big5"
    assert scheme.sources.orders.columns["customer_id"] == "會員號"
    assert lie.raw is not None and lie.raw.encoding == "big5"
    assert len(published(ran(tmp_path / "shop"))) == len({r[1] for r in sales()})


def test_a_delimiter_that_was_named_is_read_and_written(tmp_path: Path) -> None:
    # More commas than semicolons: a guess takes the comma.
    rows = [";".join(["单号,老", "会员号", "日期", "a,b,c,d", "金额"])]
    rows += [";".join([f"X,{n}", f"C{n % 7}", f"2024-01-{n % 28 + 1:02}", "a,b,c,d", f"{n}.5"]) for n in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(rows), "utf-8")
    scheme, _ = made(tmp_path / "shop", tmp_path / "a.csv", a=How(delimiter="semicolon"))
    assert scheme.sources.orders.delimiter == "semicolon" and scheme.sources.orders.columns["amount"] == "金额"
    assert len(published(ran(tmp_path / "shop"))) == 7


def test_a_sheet_that_was_named_is_read_alone(tmp_path: Path) -> None:
    import xlsxwriter

    book = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(book) as made_:
        for title, part in (("旧", sales()[:40]), ("新", sales()[40:])):
            sheet = made_.add_worksheet(title)
            for n, row in enumerate([HEADERS, *part]):
                sheet.write_row(n, 0, row)
    scheme, (lie,) = made(tmp_path / "shop", book, a=How(sheet="新"))
    assert scheme.sources.orders.sheet == "新" and lie.titles == ("旧", "新") and lie.name.endswith("a.xlsx")
    assert published(ran(tmp_path / "shop")) == spends(sales()[40:])


@pytest.mark.parametrize(
    ("how", "code"),
    [(How(encoding="utf-8"), "E-FILE-006"), (How(encoding="nonsense"), "E-FILE-005"), (How(header=4), "E-INIT-008"),
     (How(header=900), "E-INIT-008")],
)  # fmt: skip
def test_what_does_not_fit_is_told_of_the_file_and_its_rows_are_shown_all_the_same(
    tmp_path: Path, how: How, code: str
) -> None:
    rows: list[list[Any]] = titled(sales())
    file = as_csv(tmp_path / "a.csv", [*rows[:3], [""] * len(HEADERS), *rows[3:]], "gbk")
    lies: list[Lie] = []
    with (
        pytest.raises(CustrataError) as told,
        look([str(file)], Path("/"), duckdb_engine, hows={"a.csv": how}, seen=lies.append),
    ):
        pass
    assert [(p.code, p.place) for p in told.value.problems] == [(code, str(file).lstrip("/"))]
    (lie,) = lies
    assert lie.raw is not None and lie.raw.rows[2] == tuple(HEADERS) and lie.row is None


def test_a_file_that_no_encoding_fits_shows_its_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("单号,金额\n".encode() + b"\xff\xfe\xff\n" * 3)
    lies: list[Lie] = []
    with pytest.raises(CustrataError), look(["a.csv"], tmp_path, duckdb_engine, seen=lies.append):
        pass
    assert lies[0].raw is None and lies[0].lines[0] == "单号,金额" and lies[0].problems
