"""A generated company is what its README says: sizes as asked, amounts that add up, and a truth that holds."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from custrata.core.errors import CustrataError
from custrata.synthetic import Generated, generate, tables

START, END = date(2023, 7, 1), date(2024, 12, 31)


def rows(made: Generated, table: str) -> list[dict[str, str]]:
    """All rows of a table as text; the bytes must be valid in the encoding to the last one."""
    text = made.paths[table][0].read_bytes().decode(made.encoding, "strict")
    return list(csv.DictReader(text.splitlines()))


def day(text: str) -> date:
    """2024-03-05 or 2024/3/5."""
    return date(*map(int, text.replace("/", "-").split("-")))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(tmp_path_factory.mktemp("gen") / "company", customers=600, seed=7, start=START, end=END)


def everything(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path, company: Generated) -> None:
    again = generate(tmp_path / "again", customers=600, seed=7, start=START, end=END)
    assert everything(again.folder) == everything(company.folder)
    other = generate(tmp_path / "other", customers=600, seed=8, start=START, end=END)
    assert other.paths["orders"][0].read_bytes() != company.paths["orders"][0].read_bytes()


def test_a_company_written_in_many_pieces_still_keeps_its_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custrata.synthetic.company._LINES_A_PIECE", 150)
    made = generate(tmp_path / "pieces", customers=120, seed=3, start=START, end=END)
    assert_truth_holds(made)
    numbers = [r["退货单号"] for r in rows(made, "returns")]
    assert numbers == sorted(numbers)
    by_number = defaultdict(set)
    for r in rows(made, "returns"):
        by_number[r["退货单号"]].add((r["客户编码"], r["退货日期"], r["原单号"]))
    assert all(len(headers) == 1 for headers in by_number.values())


def test_the_truth_agrees_with_a_naive_count_from_the_files(company: Generated) -> None:
    assert_truth_holds(company)


def assert_truth_holds(made: Generated) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    header: dict[str, tuple[str, date, str]] = {}
    for line in rows(made, "orders"):
        paid[line["单号"]] += Decimal(line["实收金额"])
        head = (line["客户编码"], day(line["日期"]), line["状态"])
        assert header.setdefault(line["单号"], head) == head, "an order has one customer, one day, one status"
    refund_of_order: dict[str, Decimal] = defaultdict(Decimal)
    refunds: dict[str, Decimal] = defaultdict(Decimal)
    for line in rows(made, "returns"):
        assert day(line["退货日期"]) <= made.end
        refunds[line["客户编码"]] += Decimal(line["退货金额"])
        if line["原单号"]:
            customer, ordered, status = header[line["原单号"]]
            assert (customer, status) == (line["客户编码"], "已完成")
            assert ordered < day(line["退货日期"])
            refund_of_order[line["原单号"]] += Decimal(line["退货金额"])
    orders: dict[str, int] = defaultdict(int)
    net: dict[str, Decimal] = defaultdict(Decimal)
    last: dict[str, date] = {}
    for number, (customer, ordered, status) in header.items():
        if status == "已完成":
            assert refund_of_order[number] <= paid[number]
            net[customer] += paid[number]
            if refund_of_order[number] < paid[number]:
                orders[customer] += 1
                last[customer] = max(last.get(customer, ordered), ordered)
    truth = rows(made, "truth")
    assert len(truth) == made.rows["customers"]
    for row in truth:
        code = row["客户编码"]
        assert int(row["订单数"]) == orders[code]
        assert Decimal(row["净消费"]) == net[code] - refunds[code]
        assert Decimal(row["退款额"]) == refunds[code]
        assert row["最后购买日"] == (last[code].isoformat() if code in last else "")


def test_every_kind_of_hard_case_is_there(company: Generated) -> None:
    orders, returns, truth = rows(company, "orders"), rows(company, "returns"), rows(company, "truth")
    assert {r["状态"] for r in orders} == {"已完成", "已取消", "草稿", "待发货"}
    anonymous = sum(not r["客户编码"] for r in orders) / len(orders)
    assert 0.01 < anonymous < 0.08
    assert any(not r["原单号"] for r in returns)
    sold = {(r["单号"], r["商品编码"]): r for r in orders}
    assert len(sold) == len(orders), "no product stands twice on an order"
    quantities = [(int(r["退货数量"]), int(sold[r["原单号"], r["商品编码"]]["数量"])) for r in returns if r["原单号"]]
    assert any(back < bought for back, bought in quantities)
    assert any(back == bought for back, bought in quantities)
    assert all(0 < back <= bought for back, bought in quantities)
    assert any(int(r["订单数"]) == 0 and Decimal(r["退款额"]) > 0 for r in truth)
    assert {r["类型"] for r in truth} == {
        "忠诚高价值", "季节性", "价格敏感", "一次性", "新客户", "流失", "服务型", "潜在", "普通"
    }  # fmt: skip
    buyers = {r["客户编码"] for r in orders}
    silent = [r for r in truth if r["客户编码"] not in buyers]
    assert len(silent) >= sum(r["类型"] == "潜在" for r in truth) == 48
    assert all(int(r["订单数"]) <= 1 for r in truth if r["类型"] == "一次性")
    left = [r for r in truth if r["离开日期"]]
    assert left
    assert all(not r["最后购买日"] or r["最后购买日"] <= r["离开日期"] for r in left)


def test_amounts_add_up_to_the_cent(company: Generated) -> None:
    for line in rows(company, "orders"):
        list_amount = int(line["数量"]) * Decimal(line["单价"])
        assert Decimal(line["实收金额"]) == list_amount - Decimal(line["折扣额"]) > 0
        assert START <= day(line["日期"]) <= END
    assert any(Decimal(line["折扣额"]) > 0 for line in rows(company, "orders"))


def test_firms_and_persons_have_the_fields_of_their_kind(company: Generated) -> None:
    customers = rows(company, "customers")
    firms = [c for c in customers if c["客户类型"] == "企业"]
    persons = [c for c in customers if c["客户类型"] == "个人"]
    assert (len(firms), len(persons)) == (180, 420)
    assert {c["企业规模"] for c in firms} == {"大型", "中型", "小型", "个体户"}
    assert not any(c["性别"] or c["生日"] for c in firms)
    assert not any(c["行业"] or c["企业规模"] for c in persons)
    assert {c["性别"] for c in persons} == {"男", "女"}
    assert {c["区域类型"] for c in customers} == {"城市", "农村", "海外"}
    codes = [c["客户编码"] for c in customers]
    assert len(set(codes)) == 600
    registered = [day(c["建档日期"]) for c in customers]
    assert registered == sorted(registered)
    assert registered[-1] <= END
    phones = [c["手机号"] for c in customers if c["手机号"]]
    assert len(set(phones)) == len(phones)
    assert all(len(p) == 11 and p.startswith("154") for p in phones)


def test_products_and_complaints_fit_the_rest(company: Generated) -> None:
    products = {p["商品编码"]: p for p in rows(company, "products")}
    assert {p["类型"] for p in products.values()} == {"商品", "服务"}
    assert {line["商品编码"] for line in rows(company, "orders")} <= products.keys()
    codes = {c["客户编码"] for c in rows(company, "customers")}
    complaints = rows(company, "complaints")
    assert complaints
    assert {c["客户编码"] for c in complaints} <= codes
    assert {c["满意度"] for c in complaints} <= {"", "1", "2", "3", "4", "5"}
    assert all(c["状态"] == "已解决" for c in complaints if c["满意度"])
    assert len({c["投诉编号"] for c in complaints}) == len(complaints)


def test_files_look_as_excel_in_china_saves_them(company: Generated) -> None:
    raw = company.paths["orders"][0].read_bytes()
    assert raw.startswith("单号,客户编码,日期,".encode("gbk"))
    assert raw.count(b"\r\n") == raw.count(b"\n") == company.rows["orders"] + 1
    assert "/" in rows(company, "returns")[0]["退货日期"]
    assert "-" in rows(company, "orders")[0]["日期"]


def test_the_folder_says_that_it_is_synthetic(company: Generated) -> None:
    text = company.readme.read_text("utf-8")
    assert "全部为虚构" in text
    assert "no real person or company" in text
    for paths in company.paths.values():
        assert f"`{paths[0].relative_to(company.folder).as_posix()}`" in text
    scheme = company.scheme.read_text("utf-8")
    assert "真值" not in scheme
    assert "as_of: 2024-12-31" in scheme


def test_xlsx_and_parquet_hold_what_csv_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SHEET_ROWS", 300)
    asked = {"customers": 40, "seed": 5, "start": START, "end": END}
    plain = generate(tmp_path / "csv", encoding="utf-8-sig", **asked)
    typed = generate(tmp_path / "parquet", format="parquet", **asked)
    excel = generate(tmp_path / "xlsx", format="xlsx", **asked)
    assert plain.rows == typed.rows == excel.rows
    assert [p.name for p in excel.paths["orders"]][:2] == ["销售单.xlsx", "销售单-2.xlsx"]
    for table in ("customers", "products", "orders", "returns", "complaints"):
        expected = [[_value(v) for v in row.values()] for row in rows(plain, table)]
        arrow = pq.read_table(typed.paths[table][0])
        assert [[_value(v) for v in r] for r in zip(*(c.to_pylist() for c in arrow.columns), strict=True)] == expected
        cells = []
        for path in excel.paths[table]:
            book = openpyxl.load_workbook(path)
            cells += [[_value(v) for v in r] for r in book.active.iter_rows(min_row=2, values_only=True)]
            book.close()
        assert cells == expected
    assert excel.paths["truth"][0].name == "真值.csv"


def _value(cell: object) -> object:
    """One shape for the same value as three formats give it: numbers as Decimal, dates as 2024-03-05, empty as null."""
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    text = str(cell) if cell is not None else ""
    if text.count("/") == 2:
        return day(text).isoformat()
    try:
        return Decimal(text).normalize()
    except ArithmeticError:
        return text or None


def test_excel_files_are_the_same_to_the_byte(tmp_path: Path) -> None:
    made = [
        generate(tmp_path / name, customers=5, format="xlsx", start=START, end=END).folder for name in ("one", "two")
    ]
    assert everything(made[0]) == everything(made[1])


@pytest.mark.parametrize("span", [(date(2024, 2, 29), date(2024, 2, 29)), (date(2024, 1, 1), date(2024, 1, 10))])
@pytest.mark.parametrize("customers", [1, 25])
def test_a_tiny_company_is_a_company(tmp_path: Path, span: tuple[date, date], customers: int) -> None:
    made = generate(tmp_path / "tiny", customers=customers, start=span[0], end=span[1])
    assert made.rows["customers"] == customers
    assert_truth_holds(made)


def test_wrong_arguments_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(CustrataError) as told:
        generate(tmp_path, customers=0, seed=-1, start=END, end=START, format="pdf", encoding="big5")  # type: ignore[arg-type]
    codes = [p.code for p in told.value.problems]
    assert codes == ["E-GEN-001", "E-GEN-002", "E-GEN-003", "E-GEN-004", "E-GEN-004", "E-GEN-005"]
    for problem in told.value.problems:
        assert "{" not in problem.text("zh") + problem.text("en")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
