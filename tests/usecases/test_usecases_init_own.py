"""A scheme that was guessed speaks the language of its files, and says which files of other periods it could read."""

from __future__ import annotations

from pathlib import Path

import pytest
from init_shops import HEADERS, as_csv, made, published, ran, sales, spends

from custrata.usecases.init_files import pattern, periods
from custrata.usecases.init_own import own_names

pytestmark = pytest.mark.slow


def test_columns_of_a_chinese_scheme_are_called_as_their_headers_and_it_runs(tmp_path: Path) -> None:
    rows = sales()
    header = ["客户编号", "客户名称", "客户类型", "所属行业", "联系人手机", "所在市", "等级(旧)", "备注"]
    people = [
        [f"C{i:03}", f"客户{i}", ["VIP", "普通"][i % 2], ["零售", "餐饮"][i % 2], f"1380000{i:04}",
         ["杭州", "宁波"][i % 2], "ABC"[i % 3], f"n{i}"] for i in range(1, 26)
    ]  # fmt: skip
    files = [as_csv(tmp_path / "销售单.csv", [HEADERS, *rows]), as_csv(tmp_path / "客户.csv", [header, *people])]
    written = made(tmp_path / "shop", *files)
    config = written.scheme.sources.customers
    assert config is not None
    named = {name: h for name, h in config.columns.items() if name not in ("customer_id", "name")}
    # What duplicates are found by has the name by which it is looked for.
    assert named["客户类型"] == "客户类型" and named["手机号"] == "联系人手机" and named["城市"] == "所在市"
    assert all(not name.isascii() for name in named), named
    assert {"客户类型", "所属行业", "城市"} <= set(written.scheme.segments)
    assert published(ran(tmp_path / "shop")) == spends(rows)


def test_an_english_scheme_of_the_same_files_keeps_the_usual_names(tmp_path: Path) -> None:
    people = [[f"C{i:03}", ["VIP", "普通"][i % 2]] for i in range(1, 26)]
    files = [as_csv(tmp_path / "销售单.csv", [HEADERS, *sales()]),
             as_csv(tmp_path / "客户.csv", [["客户编号", "客户类型"], *people])]  # fmt: skip
    written = made(tmp_path / "shop", *files, lang="en")
    assert written.scheme.segments["level"].kind == "attribute"


@pytest.mark.parametrize(("columns", "found"), [
    # 类型 is the canonical kind of an order line.
    ({"type": "类型", "store": "门店"}, {"type": "type", "store": "门店"}),
    ({"store": "门店", "department": "门 店"}, {"store": "门店", "department": "门_店"}),
    ({"level": "Level", "tags": "1标签"}, {"level": "Level".lower(), "tags": "c_1标签"}),
])  # fmt: skip
def test_a_header_that_means_something_else_to_a_scheme_is_no_name(
    columns: dict[str, str], found: dict[str, str]
) -> None:
    assert own_names("orders", columns, "zh") == found


def test_files_that_end_alike_are_one_pattern_where_it_means_no_other(tmp_path: Path) -> None:
    for name in ("2023年销售.csv", "2024年销售.csv", "A店_2023.csv", "A店_2024.csv", "A店_退货.csv"):
        (tmp_path / name).touch()
    assert pattern([Path("2023年销售.csv"), Path("2024年销售.csv")], tmp_path) == ["*年销售.csv"]
    assert pattern([Path("A店_2023.csv"), Path("A店_2024.csv")], tmp_path) == ["A店_2023.csv", "A店_2024.csv"]
    found = periods([Path("A店_2023.csv"), Path("A店_2024.csv")], tmp_path)
    assert found is not None and (found.glob, found.others) == ("A店_*.csv", (Path("A店_退货.csv"),))


def test_a_file_called_by_its_period_says_what_would_read_the_others(tmp_path: Path) -> None:
    rows, shop = sales(), tmp_path / "shop"
    first, second = as_csv(shop / "销售_2023.csv", [HEADERS, *rows]), shop / "销售_2024.csv"
    assert "若每期一个文件，可改写为 销售_*.csv" in made(shop, first).file.read_text("utf-8")
    as_csv(second, [HEADERS, *sales(60, "2024-06-01")])
    text = made(shop, first, force=True).file.read_text("utf-8")
    assert "文件: 销售_2023.csv  # 同类名称的文件未读入：销售_2024.csv" in text
    assert published(ran(shop)) == spends(rows), "nothing is read that nobody asked for"
    assert "文件: 销售_*.csv" in made(shop, first, second, force=True).file.read_text("utf-8")


def test_files_that_are_another_source_make_no_pattern_be_offered(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    orders = as_csv(shop / "店_2024.csv", [HEADERS, *sales()])
    people = [[f"C{i:03}", f"客户{i}", ["零售", "餐饮"][i % 2]] for i in range(1, 26)]
    clients = as_csv(shop / "店_客户.csv", [["客户编号", "客户名称", "行业"], *people])
    assert "店_*.csv" not in made(shop, orders, clients).file.read_text("utf-8")
