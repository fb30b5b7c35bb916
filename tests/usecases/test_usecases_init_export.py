"""An export as a 进销存 program writes it: a header of two lines, amounts before discounts, customers without a code,
periods that overlap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from init_shops import as_csv, looked, made, published, ran

from custrata.core.guess import Question
from custrata.usecases.init import Draft
from custrata.usecases.init_faults import faults

HEADER = [
    ["单据编号", "单据日期", "往来单位", "往来单位编码", "商品名称", "商品编码", "本期销售", "", "", "", "状态"],
    ["", "", "", "", "", "", "数量", "单价", "金额", "优惠", ""],
]
TITLE = ["销售明细表", *[""] * 10]
DAYS = ("2024-{m:02}-{d:02}", "2024/{m}/{d}", "2024年{m}月{d}日")


def line(i: int) -> list[Any]:
    """One in ten is a return; one in twenty names a customer and not his code; one in seven has no amount."""
    back, customer = i % 10 == 9, i % 12
    quantity, price = -1 if back else 1 + i % 4, 120 + i % 5 * 30
    off = 0 if i % 3 else round(quantity * price * 0.05, 2)
    code = "" if i % 20 == 4 else f"KH{customer:04}"
    day = DAYS[i % 3].format(m=1 + i // 60, d=1 + i % 28)
    number, name = f"{'XSTH' if back else 'XSCK'}-2024{i:04}-{i * 7 % 999:05}", "甲乙丙丁戊己庚辛壬癸子丑"[customer]
    amount = "" if i % 7 == 3 else quantity * price
    return [
        number, day, f"杭州{name}贸易公司", code, f"茶{i % 6}", f"SP{i % 6:03}", quantity, price, amount, off, "已审核",
    ]  # fmt: skip


def paid(rows: list[list[Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows:
        if row[3]:
            found[row[3]] = round(found.get(row[3], 0) + row[6] * row[7] - row[9], 2)
    return found


def book(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path) as made_:
        sheet = made_.add_worksheet("销售明细表")
        for n, row in enumerate([TITLE, *HEADER, *rows]):
            for c, cell in enumerate(row):
                if cell != "":
                    sheet.write(n, c, cell)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_header_of_two_lines_gives_every_column_its_name_and_the_scheme_runs(tmp_path: Path, kind: str) -> None:
    rows = [line(i) for i in range(200)]
    whole = [TITLE, *HEADER, *rows]
    file = book(tmp_path / "销售.xlsx", rows) if kind == "xlsx" else as_csv(tmp_path / "销售.csv", whole, "gbk")
    written = made(tmp_path / "shop", file)
    orders = written.scheme.sources.orders
    assert (orders.header, orders.header_lines) == (3, 2)
    assert orders.columns["order_id"] == "单据编号" and orders.columns["discount"] == "优惠"
    assert not any("column_" in h for h in orders.columns.values())
    assert written.scheme.lang == "zh" and orders.amount == "before discount" and orders.returns.prefix is None
    assert published(ran(tmp_path / "shop")) == paid(rows)


def test_the_language_of_the_company_is_that_of_its_headers(tmp_path: Path) -> None:
    with looked(book(tmp_path / "a.xlsx", [line(i) for i in range(60)])) as draft:
        assert draft.lang == "zh"


def told(draft: Draft) -> list[str]:
    return [said for table in draft.tables for said in faults(table, "zh")]


def test_lines_of_two_files_that_are_one_sale_are_told_before_they_count_twice(tmp_path: Path) -> None:
    rows = [line(i) for i in range(200)]
    again = [[*r[:1], DAYS[(i + 1) % 3].format(m=1 + i // 60, d=1 + i % 28), *r[2:]] for i, r in enumerate(rows)]
    one, two = book(tmp_path / "上半年.xlsx", rows[:120]), book(tmp_path / "下半年.xlsx", again[108:])
    twice = sum(r[6] * r[7] - r[9] for r in rows[108:120] if r[3])
    n = sum(bool(r[3]) for r in rows[108:120])
    with looked(one, two) as draft:
        said = [s for s in told(draft) if "计两次" in s]
        assert len(said) == 1 and f"有 {n} 行相同" in said[0] and f"{twice:,.2f}" in said[0]
        assert "上半年.xlsx" in said[0] and "下半年.xlsx" in said[0]
    with looked(book(tmp_path / "a.xlsx", rows[:100]), book(tmp_path / "b.xlsx", rows[100:])) as draft:
        assert not [s for s in told(draft) if "计两次" in s]


def test_customers_with_a_name_and_no_code_are_no_walk_ins_and_are_told(tmp_path: Path) -> None:
    rows = [line(i) for i in range(200)]
    rows[24][2] = "散客"
    lost = [r for r in rows if not r[3] and r[2] != "散客"]
    with looked(book(tmp_path / "a.xlsx", rows)) as draft:
        said = [s for s in told(draft) if "往来单位编码" in s]
    assert len(said) == 1 and f"有 {len(lost)} 行" in said[0]
    assert f"{sum(r[6] * r[7] - r[9] for r in lost):,.2f}" in said[0]


def test_who_says_that_an_amount_was_paid_is_believed(tmp_path: Path) -> None:
    with looked(book(tmp_path / "a.xlsx", [line(i) for i in range(60)])) as draft:
        table = draft.tables[0]
        assert table.guess.discount is not None and table.guess.discount.before
        table.answer(Question("discount", "优惠", (), "before", 0.97), "after", given=True)
        assert table.guess.discount.before is False
