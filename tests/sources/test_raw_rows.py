"""The first and the last rows of a file as they lie, with the numbers that the user sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from custrata.sources.files.raw import raw_rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_titles_with_commas_do_not_hide_the_delimiter(tmp_path: Path, encoding: str) -> None:
    lines = ["销售表, 一月, 二月", "单号;金额", *[f"{i};1.50" for i in range(20)], "合计;30.00"]
    (tmp_path / "a.csv").write_bytes("\n".join(lines).encode(encoding))
    (found,) = raw_rows(tmp_path / "a.csv", "a.csv", tmp_path)
    assert found.delimiter == ";" and found.rows[1] == ("单号", "金额")
    assert found.tail[-1] == ("合计", "30.00") and found.last + len(found.tail) - 1 == 23


def test_rows_behind_line_breaks_in_quotes_have_the_number_of_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"a\ntitle",\n\nno,amount\n1,2\n', "utf-8")
    (found,) = raw_rows(tmp_path / "a.csv", "a.csv", tmp_path)
    assert dict(zip(found.numbers, found.rows, strict=True))[4] == ("no", "amount")


def test_the_end_of_a_long_file_has_the_right_numbers(tmp_path: Path) -> None:
    lines = ["no,amount,note", *[f"{i},1.50,{'x' * 40}" for i in range(2, 20_001)], "total,30.00,"]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n\n", "utf-8")
    (found,) = raw_rows(tmp_path / "a.csv", "a.csv", tmp_path)
    assert len(found.rows) == 50 and len(found.tail) == 30
    numbered = dict(enumerate(found.tail, found.last))
    assert numbered[20_001][0] == "total" and numbered[20_000][0] == "20000"
