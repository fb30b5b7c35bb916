"""Days with names of months, Chinese numerals or short years, and amounts in 万: read as meant, or refused with why."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.facts import spelled
from custrata.core.facts.columns import Type
from custrata.core.facts.parse import parse
from custrata.core.facts.spelled import DATE_ORDERS, DateOrder
from shops import backend

_FIFTH = date(2024, 3, 5)
_MONTHS = list(calendar.month_name)[1:]
_DIGITS = "〇一二三四五六七八九"


def read(values: list[str], type_: Type, dates: DateOrder = "ymd") -> list[Any]:
    """Each cell's value, or the code of why it has none."""
    table = ibis.memtable(pa.table({"x": pa.array(values, pa.string()), "i": list(range(len(values)))}))
    p = parse(table.x, type_, dates=dates)
    code = ibis.cases(*((holds, ibis.literal(c)) for c, holds in p.because), else_="unreadable")
    asked = table.select("i", v=p.value, code=ibis.ifelse(p.unreadable, code, ibis.null(str))).order_by("i")
    return [row["code"] or row["v"] for row in backend().to_pyarrow(asked).to_pylist()]


@pytest.mark.parametrize("dates", DATE_ORDERS)
def test_a_month_with_a_name_and_a_chinese_date_are_read_in_every_order(dates: DateOrder) -> None:
    cells = [
        "5 Mar 2024", "Mar 5, 2024", "March 5 2024", "5th of March 2024", "MAR-05-24", "Tue, 5 Mar 2024 15:05:00",
        "Tuesday, March 5, 2024 3:05 PM", "2024-Mar-05", "05mar2024", "2024年3月5日 下午3:05", "2024年3月5日下午3:05",
        "2024年3月5日星期二", "2024/3/5 (周二) 15:05", "24年3月5日", "二〇二四年三月五日", "二零二四年三月五日",
        "2024年03月05日15时05分30秒", "２０２４年３月５日", "2024-03-05 晚上 8:05", "Sept 5, 2024",
    ]  # fmt: skip
    assert read(cells, "day", dates) == [_FIFTH] * (len(cells) - 1) + [date(2024, 9, 5)]


def test_a_short_year_beside_a_month_s_name_stands_last_unless_the_scheme_puts_it_first() -> None:
    assert read(["05-Mar-24", "24-Mar-05"], "day") == [_FIFTH, date(2005, 3, 24)]
    assert read(["24-Mar-05", "05-Mar-2024"], "day", "yymd") == [_FIFTH, _FIFTH]


def test_a_date_in_figures_with_a_short_year_is_read_only_if_the_scheme_says_how() -> None:
    cells = ["05-03-24", "24/3/5", "5.3.24 8:05", "98-3-5", "13/14/24"]
    assert read(cells, "day") == ["E-ROW-014"] * 4 + ["unreadable"]
    assert read(cells, "day", "dmy") == [_FIFTH, "E-ROW-014", _FIFTH, "E-ROW-014", "unreadable"]
    assert read(cells, "day", "mdy") == [date(2024, 5, 3), "E-ROW-014", date(2024, 5, 3), "E-ROW-014", "unreadable"]
    assert read(cells[:4], "day", "yymd") == [date(2005, 3, 24), _FIFTH, "E-ROW-014", date(1998, 3, 5)]


def test_short_years_run_from_1970_to_2069() -> None:
    assert read(["01/01/70", "01/01/99", "01/01/00", "31/12/69"], "day", "dmy") == [
        date(1970, 1, 1), date(1999, 1, 1), date(2000, 1, 1), date(2069, 12, 31),
    ]  # fmt: skip


def test_what_is_no_day_stays_unreadable() -> None:
    cells = [
        "31 Feb 2024", "5 Mar", "Mar 2024", "2024年3月", "二〇二四年三月五十日", "2024-03-0515:05", "5 Foo 2024",
        "三月五日",
    ]  # fmt: skip
    assert read(cells, "day") == ["unreadable"] * len(cells)


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)))
def test_every_day_is_read_as_it_is_spelled_here_and_on_the_engine(day: date) -> None:
    name = _MONTHS[day.month - 1]
    year = "".join(_DIGITS[int(c)] for c in str(day.year))
    chinese = f"{year}年{_numeral(day.month)}月{_numeral(day.day)}日"
    forms = [f"{day.day} {name} {day.year}", f"{name[:3]} {day.day}, {day.year}", chinese]
    assert read([*forms, f"{day:%d}-{name[:3]}-{day:%y}"], "day") == [day] * 4
    assert [date(*map(int, found)) for form in forms if (found := spelled.parts(form, "ymd"))] == [day] * 3
    short: dict[DateOrder, str] = {"dmy": f"{day:%d.%m.%y}", "mdy": f"{day:%m/%d/%y}", "yymd": f"{day:%y-%m-%d}"}
    for order, text in short.items():
        assert read([text], "day", order) == [day]
        assert spelled.parts(text, "ymd") is None


def _numeral(n: int) -> str:
    tens, ones = divmod(n, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def test_amounts_in_ten_thousands_are_what_they_say_and_ambiguous_ones_are_refused() -> None:
    good = {
        "1.2万": "12000", "3,500元": "3500", "1.5亿": "150000000", "￥1,200.00": "1200", "(1,200.00)": "-1200",
        "100-": "-100", "1.2万元": "12000", "(1.5 萬)": "-15000", "-3千": "-3000", "2百万": "2000000",
        "1千万": "10000000", "1,234.5万": "12345000", "1.23456789万": "12345.6789",
    }  # fmt: skip
    assert read(list(good), "money") == [Decimal(x).quantize(Decimal("0.0001")) for x in good.values()]
    bad = ["1 200,50", "1.200,50", "CR 100", "100 DR", "万", "十万", "1e3万", "1亿2000万", "12,34万"]
    assert read(bad, "money") == ["E-ROW-016", "E-ROW-016", *["unreadable"] * (len(bad) - 2)]
    assert read(["999999999亿"], "money") == ["E-ROW-009"]


def test_every_day_of_a_year_is_told_by_its_numerals() -> None:
    days = [date(2024, 1, 1) + timedelta(n) for n in range(366)]
    cells = [f"二〇二四年{_numeral(d.month)}月{_numeral(d.day)}日" for d in days]
    assert read(cells, "day") == days
