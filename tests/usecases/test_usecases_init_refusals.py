"""What `custrata init` leaves alone and what it refuses: schemes that stand there, files that hold no sales."""

from __future__ import annotations

from pathlib import Path

import pytest
from init_shops import HEADERS, as_csv, made, sales

from custrata.core.errors import CustrataError
from custrata.usecases.init import refuse_existing


def codes(error: pytest.ExceptionInfo[CustrataError]) -> list[str]:
    return [p.code for p in error.value.problems]


def test_a_file_outside_is_copied_and_no_file_of_the_folder_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    other = as_csv(folder / "data" / "a.csv", [["something"], ["else"]])
    written = made(folder, as_csv(tmp_path / "a.csv", [HEADERS, *sales()]))
    assert other.read_text() == "something\nelse"
    assert written.copies == ((folder / "data" / "a-2.csv").resolve(),)
    assert written.scheme.sources.orders.file == ("data/a-2.csv",)
    again = made(folder, tmp_path / "a.csv", force=True)
    assert again.copies == () and again.scheme.sources.orders.file == ("data/a-2.csv",)
    assert again.kept is not None and again.kept.read_text("utf-8") == written.scheme.text


def test_a_folder_with_a_scheme_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "方案.yaml").write_text("方案: 我的", "utf-8")
    with pytest.raises(CustrataError) as error:
        refuse_existing(tmp_path)
    assert codes(error) == ["E-INIT-002"]
    refuse_existing(tmp_path, force=True)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["12", "13"], ["14", "15"], ["1", "9"]], "E-INIT-001"),
        ([["客户编号", "客户名称", "行业"], ["C1", "甲", "茶"], ["C2", "乙", "茶"]], "E-INIT-006"),
        ([["日期", "气温", "湿度"], ["2024-01-05", "3.5", "60"], ["2024-01-06", "4.5", "61"]], "E-INIT-005"),
        ([["单号", "客户", "日期", "金额"], *[[f"S{i}", f"C{i % 3}", f"11月{1 + i}日", 5 + i] for i in range(9)]],
         "E-INIT-004"),
    ],
)  # fmt: skip
def test_what_cannot_become_a_scheme_is_told(tmp_path: Path, rows: list[list[str]], code: str) -> None:
    file = as_csv(tmp_path / "a.csv", rows)
    with pytest.raises(CustrataError) as error:
        made(tmp_path / "shop", file)
    assert code in codes(error)
    assert not (tmp_path / "shop").exists()


def test_two_layouts_of_sales_are_refused(tmp_path: Path) -> None:
    one = as_csv(tmp_path / "a.csv", [HEADERS, *sales()])
    two = as_csv(tmp_path / "b.csv", [HEADERS[:-1], *[row[:-1] for row in sales()]])
    with pytest.raises(CustrataError) as error:
        made(tmp_path / "shop", one, two)
    assert codes(error) == ["E-INIT-007"]
