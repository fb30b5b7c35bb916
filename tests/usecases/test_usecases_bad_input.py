"""What people's files are really like: each oddity is read right or told of, in both languages, with the mend."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from custrata import CustrataError, Problem, evaluate
from shops import AS_OF, People, backend, classify, column, evaluated, sales, scheme, spends, well_told

EVERYTHING = """
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}}
  q: {quantile: spend, groups: 5}
  abc: {share: spend}
  pyramid: {pyramid: spend}
  rfm: {rfm: [recency, orders, spend]}
  groups: {rfm: [recency, orders, spend], groups: 11}
  size: {size: {spend: [1, 2], orders: [1, 2]}}
  cross: {matrix: [tier, q]}
"""


def failing(body: str, orders: Any, **given: Any) -> list[Problem]:
    with pytest.raises(CustrataError) as caught:
        evaluate(scheme(body), orders=orders, backend=backend(), **given)
    return well_told(caught.value.problems)


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "sales.csv"
    file.write_bytes(text.encode(encoding))
    return file


def cells(dates: list[str] | None = None, amounts: list[str] | None = None, ids: list[str] | None = None) -> Any:
    """One order a cell, the other columns fine; the values as understood, with None where quarantined."""
    n = len(dates or amounts or ids or [])
    orders = pa.table({
        "customer_id": ids or [f"c{i}" for i in range(n)],
        "ordered_at": dates or ["2024-03-01"] * n,
        "amount": amounts or ["1"] * n,
        "order_id": [f"o{i}" for i in range(n)],
    })  # fmt: skip
    body = "metrics: {day: {sql: max(day), unit: date}, spend: {monetary: lifetime}}\n"
    return classify(body, orders, as_of=date(2030, 1, 1))


MARCH = date(2024, 3, 5)
DAYS = [
    "2024-03-05", "2024-3-5", "2024/03/05", "2024/3/5", "2024.3.5", "2024年3月5日", "20240305", "2024-03-05 23:59:59",
    "2024-03-05T10:00", "20240305101500", "２０２４－０３－０５", " 2024-03-05 ", "45356", "45356.75", "2024/3/5 9:05",
    "2024年03月05日 12时30分", "March 5, 2024", "5 Mar 2024", "2024年3月5日下午3:05",
]  # fmt: skip
NO_DAYS = [
    "05/03/2024", "3/5/2024", "March 35, 2024", "yesterday", "2024-02-30", "2024-13-01", "2024-03", "5.3.24",
    "0000-00-00", "1899-12-31", "2024-03-05 bis 2024-03-07", "99999999", "三月五日", "9999-12-31", "12",
]  # fmt: skip
AMOUNTS = [
    ("1234.56", "1234.56"), ("1,234.56", "1234.56"), ("¥1,234.56", "1234.56"), ("￥1234.56", "1234.56"),
    ("1234.56元", "1234.56"), ("RMB 1234.56", "1234.56"), ("$1,234.56", "1234.56"), ("１２３４．５６", "1234.56"),
    ("+5", "5"), (" 5 ", "5"), ("1.5E+3", "1500"), (".5", "0.5"), ("(12.50)", "-12.50"), ("12.50-", "-12.50"),
    ("-1,000", "-1000"), ("0", "0"), ("1 234.56", "1234.56"),
]  # fmt: skip
NO_AMOUNTS = ["ten", "1,23", "1.2.3", "1,2,3", "12-5", "", "NaN", "#REF!", "=1+1", "1,234,56", "99999999999999999"]


@lru_cache
def days_as_read() -> People:
    return cells([*DAYS, *NO_DAYS])


@lru_cache
def amounts_as_read() -> People:
    return cells(amounts=[*(written for written, _ in AMOUNTS), *NO_AMOUNTS])


@pytest.mark.parametrize("written", DAYS)
def test_a_day_is_read_however_it_is_written(written: str) -> None:
    assert days_as_read()[f"c{DAYS.index(written)}"]["day"] == MARCH


@pytest.mark.parametrize("written", NO_DAYS)
def test_what_is_no_day_is_quarantined(written: str) -> None:
    assert f"c{len(DAYS) + NO_DAYS.index(written)}" not in days_as_read()


def test_day_first_and_month_first_are_told_by_the_scheme_never_guessed() -> None:
    assert column(_dated("dmy"), "day") == {"c0": MARCH, "c1": MARCH, "c2": MARCH}
    assert column(_dated("mdy"), "day") == {"c0": date(2024, 5, 3), "c1": date(2024, 5, 3), "c2": MARCH}


def _dated(order: str) -> Any:
    orders = pa.table(
        {"customer_id": ["c0", "c1", "c2"], "ordered_at": ["05/03/2024", "5.3.2024", "2024-03-05"], "amount": ["1"] * 3}
    )
    body = f"metrics: {{day: {{sql: max(day), unit: date}}}}\nsources: {{orders: {{dates: {order}}}}}"
    return classify(body, orders)


@pytest.mark.parametrize("written, meant", AMOUNTS)
def test_an_amount_is_read_however_it_is_written(written: str, meant: str) -> None:
    assert amounts_as_read()[f"c{AMOUNTS.index((written, meant))}"]["spend"] == Decimal(meant)


@pytest.mark.parametrize("written", NO_AMOUNTS)
def test_what_is_no_amount_is_quarantined(written: str) -> None:
    assert f"c{len(AMOUNTS) + NO_AMOUNTS.index(written)}" not in amounts_as_read()


def test_ids_that_a_spreadsheet_touched_are_mended_or_quarantined() -> None:
    found = cells(ids=["1001.0", "1001", "0042", "1.2E+11", "A-7", " A-7 ", "客户甲"])
    assert {who: row["orders"] for who, row in found.items()} == {"1001": 2, "0042": 1, "A-7": 2, "客户甲": 1}


def test_ids_as_numbers_are_whole_and_beyond_what_a_float_holds_refused() -> None:
    orders = pa.table({"customer_id": [1001.0, 1001.0, 1.5, 2.0**60], "ordered_at": [AS_OF] * 4, "amount": [1.5] * 4})
    with evaluated("segments: {}", orders) as result:
        assert result.table()["customer_id"].to_pylist() == ["1001"]
        assert [r["code"] for r in result.quarantine().to_pylist()] == ["E-ROW-004", "E-ROW-004"]


def test_whole_numbers_and_texts_of_two_sources_are_the_same_customer() -> None:
    orders = pa.table({"customer_id": [7, 8], "ordered_at": [AS_OF] * 2, "amount": [1, 2], "order_id": [1, 2]})
    back = pa.table({"returned_at": [AS_OF], "amount": ["0.5"], "order_id": ["2"]})
    people = pa.table({"customer_id": ["7", "9"], "name": ["x", "y"]})
    found = classify("segments: {}", orders, returns=back, customers=people)
    assert column(found, "spend") == {"7": 1, "8": Decimal("1.5"), "9": 0}


def test_times_with_a_zone_become_days_of_the_schemes_place() -> None:
    utc = pa.array([1_709_654_400 - 3600], pa.timestamp("s", "UTC"))  # 2024-03-05 15:00 UTC, 23:00 in Shanghai
    later = pa.array([1_709_654_400 + 3600], pa.timestamp("s", "UTC"))
    for moment, day in ((utc, date(2024, 3, 5)), (later, date(2024, 3, 6))):
        orders = pa.table({"customer_id": ["a"], "ordered_at": moment, "amount": [1]})
        body = "metrics: {day: {sql: max(day), unit: date}}\ntimezone: %s"
        assert classify(body % "Asia/Shanghai", orders)["a"]["day"] == day
        assert classify(body % "UTC", orders)["a"]["day"] == date(2024, 3, 5)
    moments = {
        "2024-03-05T23:30:00+00:00": 6, "2024-03-05 16:30:00Z": 6, "2024-03-05T15:59:00Z": 5, "2024-03-05T15:59Z": 5,
        "2024-03-05 20:00:00 +0800": 5, "2024/3/5 23:59+08": 5, "2024-03-05T12:30:00.123456789-0500": 6,
        "2024年3月5日 16:00 UTC": 6, "2024-03-05T16:00:00z": 6, "２０２４－０３－０５ １６：００ GMT": 6,
    }  # fmt: skip
    written = cells(list(moments))
    assert {m: written[f"c{i}"]["day"].day for i, m in enumerate(moments)} == moments
    assert cells(["2024-03-05T25:00:00Z", "2024-03-05T20:00:00+99:00", "2024-03-05"]).keys() == {"c2"}


def test_a_renamed_column_is_told_with_the_near_one(tmp_path: Path) -> None:
    file = csv(tmp_path, "会员编号,下单日期,实收金额\nann,2024-03-01,1\n")
    body = "sources: {orders: {columns: {customer_id: 会员号, ordered_at: 下单日期, amount: 实收}}}"
    found = failing(body, file)
    assert [(p.code, p.values["header"], p.values["suggestion"]) for p in found] == [
        ("E-DATA-003", "会员号", "会员编号"), ("E-DATA-003", "实收", "实收金额"),
    ]  # fmt: skip
    assert "会员编号" in found[0].mend("zh")
    assert "Did you mean '会员编号'?" in found[0].mend("en")


def test_a_missing_column_is_told_with_what_it_means(tmp_path: Path) -> None:
    found = failing("segments: {}", csv(tmp_path, "who,ordered_at\nann,2024-03-01\n"))
    assert [p.code for p in found] == ["E-DATA-004", "E-DATA-005"]
    assert "customer_id" in found[0].message("en")
    assert "who, ordered_at" in found[1].mend("en")


def test_quantity_and_price_make_an_amount(tmp_path: Path) -> None:
    header = "customer_id,ordered_at,quantity,price,discount,freight\n"
    file = csv(tmp_path, header + "ann,2024-03-01,3,9.99,2,0.5\nbob,2024-03-01,-1,5,,\n")
    assert column(classify("segments: {}", file), "spend") == {"ann": Decimal("27.47"), "bob": -5}


@pytest.mark.parametrize("text, code", [
    ("", "E-FILE-007"), ("customer_id,ordered_at,amount\n", "E-DATA-002"),
    ("customer_id,ordered_at,amount\n,,\n", "E-DATA-006"),
    ("customer_id,ordered_at,amount\nann,never,1\nbob,2024-01-01,x\n", "E-DATA-006"), ("\n\n\n", "E-FILE-007"),
])  # fmt: skip
def test_without_a_usable_row_there_is_nothing_to_say(tmp_path: Path, text: str, code: str) -> None:
    found = failing("segments: {}", csv(tmp_path, text))
    assert [p.code for p in found] == [code]


def test_zero_usable_rows_are_counted_out() -> None:
    (problem,) = failing(
        "sources: {orders: {count: [paid]}}", sales(("a", AS_OF, 1)).append_column("status", [["draft"]])
    )
    assert (problem.values["read"], problem.values["quarantined"], problem.values["excluded"]) == (1, 0, 1)
    (late,) = failing("as_of: 2020-01-01", sales(("a", AS_OF, 1)))
    assert (late.code, late.values["excluded"]) == ("E-DATA-006", 1)


@pytest.mark.parametrize("amounts", [
    {"only": 5}, {"only": 0}, {"only": -5}, dict.fromkeys("abcdefghij", 7), dict.fromkeys("abc", 0), {"a": -5, "b": -7},
    {"a": 5, "b": -100}, {"a": "99999999999.99", "b": "0.01"},
])  # fmt: skip
def test_one_customer_equal_customers_and_negative_totals_all_get_a_class(amounts: dict[str, Any]) -> None:
    with evaluated(EVERYTHING, spends(amounts)) as result:
        table = result.table()
        assert table.num_rows == len(amounts)
        for segment in result.scheme.segments:
            assert table[segment].null_count == 0
            if len(set(amounts.values())) == 1:
                assert len(set(table[segment].to_pylist())) == 1, "equal spend, equal class"
            assert sum(result.summary(segment)["customers"].to_pylist()) == len(amounts)
        assert result.explain(next(iter(amounts))).classes


def test_gbk_and_utf8_are_the_same_company(tmp_path: Path) -> None:
    text = "customer_id,ordered_at,amount\n张三,2024-03-01,5\n"
    both = [classify("segments: {}", csv(tmp_path, text, e)) for e in ("gb18030", "utf-8", "utf-8-sig", "utf-16")]
    assert all(found == both[0] for found in both)
    assert set(both[0]) == {"张三"}


def test_data_of_an_unknown_kind_and_data_without_orders_are_told() -> None:
    assert failing("segments: {}", 42)[0].code == "E-DATA-008"
    with pytest.raises(CustrataError) as caught:
        evaluate(scheme("segments: {}"), returns=spends({"a": 1}))
    assert well_told(caught.value.problems)[0].code == "E-DATA-007"
    with pytest.raises(CustrataError) as nothing:
        evaluate(scheme("segments: {}"))
    assert well_told(nothing.value.problems)[0].code == "E-DATA-007"


def test_a_metric_whose_column_no_source_gives_is_told() -> None:
    (problem,) = failing("metrics: {d: {discount_share: lifetime}}", spends({"a": 1}))
    assert (problem.code, problem.values["column"]) == ("E-SCHEME-039", "discount")
    found = failing("segments: {p: {preference: brand}, a: {attribute: industry}}", spends({"a": 1}))
    assert {p.values["column"] for p in found} == {"brand"}


@pytest.mark.parametrize("as_of", ["yesterday", "2024-02-30", "9999-12-31", date(9999, 12, 31), "0001-01-01", ""])
def test_an_impossible_as_of_date_is_told(as_of: Any) -> None:
    assert failing("metrics: {m: {monetary: month}}", spends({"a": 1}), as_of=as_of)[0].code == "E-SCHEME-033"
