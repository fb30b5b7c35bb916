"""What a cell reads as here is what the loading of facts reads, and dates tell their order only where they prove it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.facts.parse import parse
from custrata.core.facts.spelled import DATE_ORDERS, DateOrder
from custrata.core.guess import cells, profile
from shops import backend

DATES = [
    "2024-03-04", "2024/3/4", "2024.3.4", "2024年3月4日", "20240304", "2024-03-04 10:15", "2024-03-04 10:15:30",
    "2024/3/4 上午 9:05", "03/04/2024", "13/04/2024", "03/14/2024", "3.4.2024 8:26", "2024-03-04T10:15:00Z",
    "2024-03-04 23:30:00 +0100", "45321", "2024-13-01", "2024-02-30", "99999999", "上午9点", "Mar 4, 2024",
    "4/3/24", "24-03-05", "98/3/5", "31.12.69 8:05", "05-Mar-24", "98-Mar-05", "Tuesday, 5th March 2024, 3:05 PM",
    "2024-Mar-05", "2024年3月5日下午3:05", "24年3月5日", "二〇二四年十二月三十一日", "2024/3/5 星期二",
    "2024-03-0515:05", "31 Feb 2024", "Mar 4", "3月4日", "苹果", "２０２４－０３－０４", "1899-01-01",
    "2024-03-04T10:15:00.123",
]  # fmt: skip
NUMBERS = [
    "12", "12.50", "1,234.50", "￥1,234.50", "12元", "(12.50)", "12.50-", "-3", "+4", "1.5e3", "１２．５", " 7 ", "12%",
    "abc", "1,23",
    "1.2万", "3,500万元", "(1.5亿)", "2千万", "万", "1亿2000万", "$-5.00", "-$5.00", "1 234", "E4", "--", "1.2.3",
    ".5", "5.",
]  # fmt: skip


def read(values: list[str], type_: str, dates: DateOrder = "ymd") -> list[object]:
    """What the loading of facts reads, on the engine."""
    table = ibis.memtable(pa.table({"x": pa.array(values, pa.string()), "i": list(range(len(values)))}))
    found = parse(table.x, type_, dates=dates)  # type: ignore[arg-type]
    value = ibis.ifelse(found.unreadable, ibis.null(found.value.type()), found.value)
    return backend().to_pyarrow(table.select(table.i, v=value).order_by("i"))["v"].to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("order", DATE_ORDERS)
def test_dates_are_those_that_will_be_loaded(order: DateOrder) -> None:
    here = [(cells.days(v) or (None, {}))[1].get(order) for v in DATES]
    there = [d.toordinal() if isinstance(d, date) else None for d in read(DATES, "day", order)]
    unlike = [(v, a, b) for v, a, b in zip(DATES, here, there, strict=True) if a != b]
    # Year-first columns hold no other order; there a day before a month is what it is in its own order.
    assert [u for u in unlike if u[2] is not None or order != "ymd"] == []


def test_numbers_are_those_that_will_be_loaded() -> None:
    here = [cells.number(v) for v in NUMBERS]
    there = [float(x) if isinstance(x, Decimal) else None for x in read(NUMBERS, "money")]
    assert here == there


@given(st.lists(st.sampled_from("0123456789.,-+ ￥$eE()%元/万亿千"), min_size=1, max_size=8).map("".join))
def test_no_number_is_believed_that_will_not_load(cell: str) -> None:
    value = cells.number(cell.strip()) if cell.strip() else None
    if value is not None and abs(value) < 1e13:
        loaded = read([cell], "money")[0]
        assert isinstance(loaded, Decimal)
        assert abs(float(loaded) - value) <= 1e-4


@pytest.mark.parametrize(("values", "order", "why", "certain"), [
    (["2024-03-04", "2024-03-05"], "ymd", "year_first", True),
    (["03/04/2024", "25/04/2024"], "dmy", "above_twelve", True),
    (["03/04/2024", "04/25/2024"], "mdy", "above_twelve", True),
    (["25/04/2024", "04/25/2024", "26/04/2024"], "dmy", "contradiction", False),
    (["03/04/2024", "05/06/2024", "01/02/2024"], "mdy", "ambiguous", False),
    (["01/02/2024", "03/02/2024", "05/02/2024", "02/03/2024"], "dmy", "sorted", True),
    (["02/01/2024", "02/03/2024", "02/05/2024", "03/02/2024"], "mdy", "sorted", True),
    (["05/02/2024", "01/02/2024", "03/02/2024", "09/02/2024", "07/02/2024"], "dmy", "span", False),
    (["24-03-05", "98-03-05"], "yymd", "only_order", True),
    (["24-03-05", "24-03-15", "25-01-31", "24-12-02"], "yymd", "span", False),
    (["24-03-05", "24-03-15", "24-11-02", "25-01-31"], "yymd", "sorted", True),
    (["05/03/24", "25/03/24", "31/03/98"], "dmy", "above_twelve", True),
    (["05/03/24", "03/25/98"], "mdy", "above_twelve", True),
    (["05-Mar-24", "06-Mar-24"], "ymd", "year_first", True),
    (["24-03-05", "24-03-05"], "mdy", "ambiguous", False),
])  # fmt: skip
def test_the_order_of_day_and_month_is_proven_or_said_to_be_likely(
    values: list[str], order: str, why: str, certain: bool
) -> None:
    form = profile("日期", values).days
    assert form.why == why
    assert (form.certainty >= 0.9) is certain
    if why != "ambiguous":
        assert form.order == order


@pytest.mark.parametrize(
    "value", ["32 January 2024", "Friday, 1 March 2024 at noon", "14/14/98", "3月4日", "2024年3月", "13/13/24"]
)
def test_dates_that_people_understand_and_nobody_reads_are_told(value: str) -> None:
    form = profile("日期", [value] * 3).days
    assert (form.date, form.unread) == (0.0, 1.0)


def test_a_profile_says_what_a_column_holds() -> None:
    p = profile("x", ["￥10.00", "￥12.50", None, " ", "nan", "-3.25", "-"])
    assert (p.rows, p.filled, p.distinct) == (7, 4, 4)
    assert (p.number, p.decimals, p.currencies) == (1.0, 2, ("¥",))
    assert (p.minimum, p.maximum) == (-3.25, 12.5)
    assert profile("p", ["13800001111", "138****1111", "+44 20 7946 0000"]).phone == 1.0
    assert profile("e", ["a@b.cn", "c.d@e.com"]).email == 1.0
    assert profile("n", range(1, 9)).sequence and not profile("n", [1, 5, 2, 8, 3]).sequence
    assert profile("empty", [None, "", "NaN"]).filled == 0


def test_typed_values_are_seen_as_an_export_would_write_them() -> None:
    days = profile("d", [date(2024, 1, 5), datetime(2024, 1, 6, 10, 30)]).days  # noqa: DTZ001
    assert (days.date, days.order) == (1.0, "ymd")
    assert profile("c", [17850.0, None, float("nan"), 13047.0]).values == ["17850", None, None, "13047"]
    assert profile("m", [Decimal("12.50")]).decimals == 2
