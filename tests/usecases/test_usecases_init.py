"""`custrata init` from the files to the published run: every customer's spend equals plain addition over the cells."""

from __future__ import annotations

from pathlib import Path

import fastexcel
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from init_shops import HEADERS, as_csv, looked, made, published, ran, sales, spends, titled

from custrata.locale import LANGS, Lang
from custrata.usecases.init import write
from custrata.usecases.init_files import pattern

pytestmark = pytest.mark.slow


def test_a_gbk_export_with_titles_above_and_totals_below(tmp_path: Path) -> None:
    rows = sales()
    made(tmp_path / "shop", as_csv(tmp_path / "销售.csv", titled(rows), "gbk"))
    result = ran(tmp_path / "shop")
    assert published(result) == spends(rows)
    assert result.sources[0].used == sum(row[-1] == "已完成" for row in rows)
    segments = set(result.scheme.segments)
    assert {"rfm", "abc", "pyramid", "category"} <= segments


def test_titles_totals_and_statuses_are_told_in_the_scheme(tmp_path: Path) -> None:
    written = made(tmp_path / "shop", as_csv(tmp_path / "销售.csv", titled(sales()), "gbk"))
    text = written.file.read_text("utf-8")
    assert "表头行: 3" in text and "计入状态: [已完成]" in text
    assert "不计入：已取消 (12)、已退款 (12)" in text
    assert "第 124 行（“合计”）是合计" in text and "第 125 行（“制单人：张三”）" in text
    assert "币种: CNY  # 85%：" in text


def test_every_guess_that_is_less_than_sure_says_how_sure_it_is_and_why(tmp_path: Path) -> None:
    header = ["no", "who", "when", "x1", "x2"]
    rows = [[r[0], r[1], r[2], r[5], r[6]] for r in sales()]
    file = as_csv(tmp_path / "a.csv", [header, *rows])
    with looked(file) as draft:
        draft.take_best()
        unsure = [c for c in draft.tables[0].guess.columns if c.certainty < 0.9]
        text = write(draft, tmp_path / "shop", "en").file.read_text("utf-8")
    assert unsure
    for c in unsure:
        line = next(line for line in text.splitlines() if line.strip().startswith(f"{c.column}: "))
        assert f"# {round(c.certainty * 100)}%: {c.reasons[0].text('en')}" in line


def test_a_workbook_whose_first_sheet_is_a_cover(tmp_path: Path) -> None:
    rows = sales(60)
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["内部资料，请勿外传"])
    sheet = book.create_sheet("明细")
    for row in titled(rows):
        sheet.append(row)
    book.save(tmp_path / "销售.xlsx")
    assert fastexcel.read_excel(tmp_path / "销售.xlsx").sheet_names == ["说明", "明细"]
    text = made(tmp_path / "shop", tmp_path / "销售.xlsx").file.read_text("utf-8")
    assert "工作表: 明细" in text and "表头行: 3" in text
    assert published(ran(tmp_path / "shop")) == spends(rows)


def test_parquet_needs_no_header_row(tmp_path: Path) -> None:
    rows = sales(60)
    columns = map(list, zip(*rows, strict=True))
    pq.write_table(pa.table(dict(zip(HEADERS, columns, strict=True))), tmp_path / "s.parquet")
    made(tmp_path / "shop", tmp_path / "s.parquet")
    assert published(ran(tmp_path / "shop")) == spends(rows)


def test_orders_and_customers_give_classes_of_the_customers_columns(tmp_path: Path) -> None:
    rows = sales()
    people = [[f"C{i:03}", f"客户{i}", ["零售", "餐饮", "批发"][i % 3], f"1380000{i:04}"] for i in range(1, 26)]
    files = [as_csv(tmp_path / "销售单.csv", [HEADERS, *rows]),
             as_csv(tmp_path / "客户档案.csv", [["客户编号", "客户名称", "行业", "手机"], *people])]  # fmt: skip
    written = made(tmp_path / "shop", *files)
    assert written.scheme.sources.customers is not None
    assert written.scheme.segments["行业"].kind == "attribute"
    result = ran(tmp_path / "shop")
    assert published(result) == spends(rows)
    found = pq.read_table(result.run.customers).to_pydict()
    trades = {p[0]: p[2] for p in people}
    assert dict(zip(found["customer_id"], found["行业"], strict=True)) == trades


def test_the_customers_column_is_the_one_whose_values_the_sales_name(tmp_path: Path) -> None:
    """Two columns of numbers under headers that say nothing; only one of them holds the numbers of the sales."""
    orders = as_csv(tmp_path / "销售单.csv", [HEADERS, *sales()])
    people = [[f"G{500 + i}", f"C{i:03}", f"客户{i}", ["零售", "餐饮", "批发"][i % 3]] for i in range(1, 26)]
    clients = as_csv(tmp_path / "客户档案.csv", [["客户编号", "代码", "客户名称", "行业"], *people])
    with looked(clients) as alone:
        assert alone.tables[0].guess.mapping["customer_id"] == "客户编号"
    with looked(orders, clients) as draft:
        found = draft.tables[1].guess.of("customer_id")
        assert found is not None and (found.header, found.certainty) == ("代码", 0.97)
        assert found.reasons[0].text("zh") == "销售中“会员号”的取值有 100% 出现在其中"
        draft.take_best()
        write(draft, tmp_path / "shop", "zh")
    classes = pq.read_table(ran(tmp_path / "shop").run.customers).to_pydict()
    assert set(classes["行业"]) == {"零售", "餐饮", "批发"}


def test_returns_and_products_in_files_of_their_own(tmp_path: Path) -> None:
    rows = [[*row[:3], f"P{i % 6}", *row[5:7], "已完成"] for i, row in enumerate(sales())]
    header = ["单号", "会员号", "日期", "商品编码", "数量", "实收金额", "状态"]
    back = [[f"TH{i}", row[0], row[1], "2024-06-01", "1", row[5]] for i, row in enumerate(rows[::10])]
    goods = [[f"P{i}", f"茶{i}", ["茶叶", "茶具"][i % 2], ["东山", "西湖"][i // 3]] for i in range(6)]
    written = made(
        tmp_path / "shop",
        as_csv(tmp_path / "销售单.csv", [header, *rows]),
        as_csv(tmp_path / "退货单.csv", [["退货单号", "原单号", "会员号", "退货日期", "退货数量", "退款金额"], *back]),
        as_csv(tmp_path / "商品档案.csv", [["商品编码", "商品名称", "类别", "品牌"], *goods]),
    )
    assert {"category", "brand"} <= set(written.scheme.segments) and "return_rate" in written.scheme.metrics
    expected = spends(rows, amount=5)
    for row in back:
        expected[row[2]] = round(expected[row[2]] - float(row[5]), 2)
    assert published(ran(tmp_path / "shop")) == {c: s for c, s in expected.items() if s}


def test_complaints_visits_and_assets_are_sources_with_metrics_of_their_own(tmp_path: Path) -> None:
    rows = sales()
    day, who = [row[2] for row in rows], [row[1] for row in rows]
    told = [[f"TS{i}", who[i], day[i], "质量", ["已解决", "处理中"][i % 2], 1 + i % 5] for i in range(60)]
    files = (
        as_csv(tmp_path / "销售单.csv", [HEADERS, *rows]),
        as_csv(tmp_path / "投诉记录.csv", [["投诉编号", "会员号", "日期", "原因", "处理状态", "满意度"], *told]),
        as_csv(tmp_path / "拜访.csv", [["会员号", "拜访日期"], *([w, d] for w, d in zip(who, day, strict=True))]),
        as_csv(tmp_path / "资产.csv", [["会员号", "日期", "资产余额"], *([w, day[0], 5] for w in sorted(set(who)))]),
    )
    for lang in ("zh", "en"):
        written = made(tmp_path / lang, *files, lang=lang)
        parts = written.scheme.sources.interactions
        assert {config.kind for config in parts.values()} == {"complaint", "visit"}
        assert next(c.closed for c in parts.values() if c.kind == "complaint") == ("已解决",)
        numbers = {"complaints", "open_complaints", "satisfaction", "last_visit", "assets"}
        assert numbers <= set(written.scheme.metrics)
        result = ran(tmp_path / lang)
        customers = pq.read_table(result.run.customers).to_pylist()
        assert sum(c["complaints"] for c in customers) == 60 and sum(c["open_complaints"] for c in customers) == 30
        assert {c["assets"] for c in customers} == {5}
    one = made(tmp_path / "one", *files[:2])
    assert one.scheme.sources.interactions[""].kind == "complaint"


def test_two_lines_of_headers_and_a_line_of_units(tmp_path: Path) -> None:
    rows = sales(40)
    above = ["单据", "", "", "商品", "", "", "", "单据"]
    low = ["单号", "会员号", "日期", "商品名称", "类别", "数量", "实收金额", "状态"]
    units = ["", "", "", "", "", "个", "元", ""]
    written = made(tmp_path / "shop", as_csv(tmp_path / "a.csv", [above, low, units, *rows]))
    assert written.scheme.sources.orders.header == 2
    assert "第 3 行" in written.file.read_text("utf-8")
    assert published(ran(tmp_path / "shop")) == spends(rows)


def test_files_of_one_layout_are_one_source_under_a_glob(tmp_path: Path) -> None:
    first, second = sales(60), sales(60, "2024-07-01")
    second = [[f"N{row[0]}", *row[1:]] for row in second]
    folder = tmp_path / "shop"
    files = [as_csv(folder / "data" / f"sales_{i}.csv", [HEADERS, *rows]) for i, rows in ((1, first), (2, second))]
    written = made(folder, *files)
    assert written.scheme.sources.orders.file == ("data/sales_*.csv",)
    assert written.copies == ()
    assert published(ran(folder)) == spends([*first, *second])
    as_csv(folder / "data" / "sales_3.csv", [HEADERS])
    assert pattern([f.relative_to(folder) for f in files], folder) == ["data/sales_1.csv", "data/sales_2.csv"]


def test_numbers_that_begin_with_c_are_returns_and_lower_the_spend(tmp_path: Path) -> None:
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    rows = []
    for i in range(90):
        back = i % 9 == 8
        number = f"C{537000 + i}" if back else f"{536300 + i}"
        day = f"12/{1 + i % 28}/2010 8:26"
        customer = "" if i % 10 == 3 else f"{17850 + i % 7}"
        row = [number, f"8{i % 5}123A", f"MUG {i % 5}", -1 if back else 2 + i % 4, day, 2.5, customer, "United Kingdom"]
        rows.append(row)
    made(tmp_path / "shop", as_csv(tmp_path / "online.csv", [header, *rows]), lang="en")
    result = ran(tmp_path / "shop")
    expected: dict[str, float] = {}
    for row in rows:
        if row[6]:
            expected[str(row[6])] = round(expected.get(str(row[6]), 0) + float(row[3]) * float(row[5]), 2)
    assert result.scheme.sources.orders.returns.prefix is None, "no order is called what stands behind the C"
    assert result.scheme.sources.orders.dates == "mdy"
    assert published(result) == expected
    assert result.sources[0].excluded_by == {"anonymous": 9}


def test_what_an_answer_changes_is_in_the_scheme(tmp_path: Path) -> None:
    header = ["order number", "customer", "date", "amount"]
    rows = [[f"A{i}", f"K{i % 9}", f"{1 + i % 12:02}/{1 + (5 * i) % 12:02}/2024", f"{10 + i}.50"] for i in range(60)]
    file = as_csv(tmp_path / "a.csv", [header, *rows])
    with looked(file) as draft:
        topics = {}
        while (asked := draft.next_question()) is not None:
            table, question = asked
            topics[question.topic] = question
            answer = {"dates": "dmy", "currency": "GBP"}.get(question.topic, question.best)
            table.answer(question, answer, given=True)
        assert {"dates", "currency"} <= set(topics)
        scheme = write(draft, tmp_path / "shop", "en").scheme
    assert (scheme.sources.orders.dates, scheme.currency, scheme.timezone) == ("dmy", "GBP", "Europe/London")


def test_a_person_may_name_another_column(tmp_path: Path) -> None:
    file = as_csv(tmp_path / "a.csv", [[*HEADERS[:6], "F1", "F2", "状态"],
                                       *[[*r[:6], r[6], f"{float(r[6]) / 2:.2f}", r[7]] for r in sales()]])  # fmt: skip
    with looked(file) as draft:
        asked = {}
        while (open_ := draft.next_question()) is not None:
            table, question = open_
            asked[question.about] = [o.value for o in question.options]
            table.answer(question, "F2" if question.about == "amount" else question.best, given=True)
        assert {"F1", "F2"} <= set(asked["amount"])
        scheme = write(draft, tmp_path / "shop", "zh").scheme
    assert scheme.sources.orders.columns["amount"] == "F2"
    halves = [[*r[:6], f"{float(r[6]) / 2:.2f}", r[7]] for r in sales()]
    assert published(ran(tmp_path / "shop")) == spends(halves)


def test_a_status_that_is_rare_and_far_down_is_not_counted(tmp_path: Path) -> None:
    """Only a sample of the rows is looked at, but every status in the file is known."""
    rows = [[f"XS{i}", f"C{i % 50}", "2024-03-01", "茶", "茶叶", 1, "10.00", "已完成"] for i in range(12_000)]
    rows[700][-1] = "已取消"
    with looked(as_csv(tmp_path / "a.csv", [HEADERS, *rows])) as draft:
        table = draft.tables[0]
        sample = table.export.profiles[-1]
        assert sample.rows < 12_000 and "已取消" not in table.export.profiles[-1].counts
        assert table.guess.status is not None and table.guess.status.left_out == ("已取消",)
        draft.take_best()
        assert write(draft, tmp_path / "shop", "zh").scheme.sources.orders.count == ("已完成",)
    assert published(ran(tmp_path / "shop")) == spends(rows)


@pytest.mark.parametrize("lang", LANGS)
def test_headers_that_yaml_would_misread_come_back_as_they_are(tmp_path: Path, lang: Lang) -> None:
    header = ["单号", "No", "日期", "实收金额(元): #1", "状态"]
    rows = [[r[0], r[1], r[2], r[6], "是: [完成]" if r[7] == "已完成" else r[7]] for r in sales()]
    with looked(as_csv(tmp_path / "a.csv", [header, *rows])) as draft:
        while (asked := draft.next_question()) is not None:
            table, question = asked
            table.answer(question, "No" if question.about == "customer_id" else question.best, given=True)
        mapping = draft.tables[0].guess.mapping
        scheme = write(draft, tmp_path / "shop", lang).scheme
    assert mapping["amount"] == header[3]
    assert scheme.sources.orders.columns == mapping
    assert scheme.lang == lang
