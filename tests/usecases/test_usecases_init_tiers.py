"""The three dimensions of a scheme that `custrata init` writes: cuts near the quantiles, the words of the files."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from init_shops import HEADERS, Cells, as_csv, looked, made, published, ran, sales, spends

from custrata.core.segments.thresholds import Thresholds
from custrata.locale import Lang
from custrata.usecases.init_tiers import round_pair


def test_the_three_dimensions_stand_after_init_and_part_the_customers(tmp_path: Path) -> None:
    rows = sales(600)
    written = made(tmp_path / "shop", as_csv(tmp_path / "a.csv", [HEADERS, *rows]))
    segments = written.scheme.segments
    assert segments["three_way"].inputs() == ("spend_tier", "frequency_tier", "category")
    spend, orders = segments["spend_tier"], segments["frequency_tier"]
    assert isinstance(spend, Thresholds) and isinstance(orders, Thresholds)
    assert list(spend.classes_) == ["高消费", "中等消费", "低消费"]
    assert list(orders.classes_) == ["高频", "中频", "低频"]
    assert "请改成自己的标准" in written.scheme.text
    found = pq.read_table(ran(tmp_path / "shop").run.customers).to_pydict()
    middle, high = (sum(t == name for t in found["spend_tier"]) for name in ("中等消费", "高消费"))
    assert 0 < high < 25 * 0.5 and 0 < middle < 25 * 0.7


def test_where_sales_span_years_the_tiers_are_of_the_last_12_months(tmp_path: Path) -> None:
    scheme = made(tmp_path / "shop", as_csv(tmp_path / "a.csv", [HEADERS, *sales(900)])).scheme
    assert scheme.segments["spend_tier"].inputs() == ("spend_12m",)


def test_customers_of_one_order_each_still_have_three_frequencies(tmp_path: Path) -> None:
    rows = [[row[0], f"C{i}", *row[2:]] for i, row in enumerate(sales())]
    orders = made(tmp_path / "shop", as_csv(tmp_path / "a.csv", [HEADERS, *rows])).scheme.segments["frequency_tier"]
    assert isinstance(orders, Thresholds)
    assert [b.value for b in orders.classes_.values()] == [3, 2, None]


@given(st.floats(0.02, 1e9), st.floats(1, 1e4))
def test_cuts_are_round_in_order_and_near_what_they_round(low: float, ratio: float) -> None:
    first, second = round_pair(low, low * ratio)
    assert 0 < first < second
    assert 0.75 <= first / low <= 1.35 and second >= 0.75 * low * ratio
    assert all(len(f"{n:.3e}".split("e")[0].rstrip("0").replace(".", "")) <= 2 for n in (first, second))


@pytest.mark.parametrize(
    ("header", "lang"),
    [(HEADERS, "zh"), (["order", "customer no", "date", "product", "category", "qty", "amount", "status"], "en")],
)
def test_the_scheme_speaks_as_the_files_do(tmp_path: Path, header: list[str], lang: Lang) -> None:
    with looked(as_csv(tmp_path / "a.csv", [header, *sales()])) as draft:
        assert draft.lang == lang


NAMED = [*HEADERS, "客户名称", "手机", "行业", "仓库", "备注"]


def named(rows: Cells) -> Cells:
    """Every sale tells of its customer; from June on C003 has another name."""
    found = []
    for i, row in enumerate(rows):
        n = int(row[1][1:])
        name = "新名" if n == 3 and row[2] >= "2024-06" else f"客户{n}"
        found.append([*row, name, f"1380000{n:04}", ["零售", "餐饮"][n % 2], f"仓{i % 3}", f"备注{i}"])
    return found


def test_names_and_industries_come_from_the_sales_where_no_file_has_the_customers(tmp_path: Path) -> None:
    rows = named([row for row in sales(330) if row[-1] == "已完成"])
    rows += [["XS9999", "", "2024-05-01", "茶1", "茶叶", 1, "5.00", "已完成", "散客", "", "零售", "仓1", ""]]
    written = made(tmp_path / "shop", as_csv(tmp_path / "a.csv", [NAMED, *rows]))
    people = written.scheme.sources.customers
    assert people is not None
    assert people.columns == {
        "customer_id": "会员号", "updated_at": "日期", "name": "客户名称", "手机": "手机", "行业": "行业",
    }  # fmt: skip
    assert {"行业"} <= set(written.scheme.segments)
    result = ran(tmp_path / "shop")
    told = next(s for s in result.sources if s.source == "customers")
    assert (told.used, told.quarantined) == (25, 0)
    assert told.excluded_by == {"anonymous": 1, "older": len(rows) - 26}
    classes = pq.read_table(result.run.customers).to_pydict()
    assert dict(zip(classes["customer_id"], classes["行业"], strict=True))["C004"] == "零售"
    names = pq.read_table(result.run.folder / "attributes.parquet").to_pydict()
    assert dict(zip(names["customer_id"], names["name"], strict=True))["C003"] == "新名"


def test_a_file_of_customers_goes_before_what_the_sales_tell(tmp_path: Path) -> None:
    people = [["会员号", "客户名称", "行业"]]
    people += [[f"C{i:03}", f"客户{i}", ["零售", "餐饮"][i % 2]] for i in range(1, 26)]
    files = as_csv(tmp_path / "销售.csv", [NAMED, *named(sales())]), as_csv(tmp_path / "客户.csv", people)
    scheme = made(tmp_path / "shop", *files).scheme
    assert scheme.sources.customers is not None and scheme.sources.customers.file == ("data/客户.csv",)


def test_a_decimal_comma_is_written_into_the_scheme_and_read_by_it(tmp_path: Path) -> None:
    rows = [[*row[:6], row[6].replace(".", ","), row[7]] for row in sales()]
    file = tmp_path / "a.csv"
    file.write_text("\n".join(";".join(map(str, row)) for row in [HEADERS, *rows]), "utf-8")
    written = made(tmp_path / "shop", file)
    assert written.scheme.sources.orders.decimal == "comma" and "小数点: 逗号" in written.scheme.text
    assert published(ran(tmp_path / "shop")) == spends(sales())
