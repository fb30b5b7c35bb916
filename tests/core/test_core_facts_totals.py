"""A row that only adds up others is nobody's order; a customer or product that merely sounds so is one."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.facts.clean import bad_rows, clean, name_faults
from custrata.core.facts.totals import has_total, is_total
from custrata.core.scheme.sources import Orders
from shops import backend

_NAMES = {c: c for c in ("order_id", "customer_id", "ordered_at", "amount", "product")}


def _local(t: Any) -> Any:
    return t


def told(*rows: tuple[str | None, ...], whole: tuple[str, ...] = (), **config: Any) -> list[tuple[str, str] | str]:
    """Of each row (order, customer, day, amount, product) what becomes of it: `used`, the rule that leaves it out, or
    column and code of its faults."""
    columns = {c: pa.array([r[i] for r in rows], pa.string()) for i, c in enumerate(_NAMES)}
    places = {"_file": ["f"] * len(rows), "_row": list(range(len(rows)))}
    raw = backend().create_table(ibis.util.gen_name("t"), pa.table(columns | places), temp=True)
    settings = Orders.model_validate(config)
    cleaned = clean(raw, "orders", settings, _NAMES, _local, whole=whole)
    bad, faults = bad_rows(raw, "orders", settings, _NAMES, _local)
    kept = backend().to_pyarrow(cleaned.table.filter(~cleaned.table["_bad"])).to_pylist()
    found: dict[int, Any] = {r["_row"]: r["_excluded"] or "used" for r in kept}
    for r in backend().to_pyarrow(name_faults(bad, faults, _NAMES)).to_pylist():
        assert r["_row"] not in found, "told once"
        found[r["_row"]] = (r["column"], r["code"])
    return [found[i] for i in range(len(rows))]


def test_a_total_is_told_as_one_wherever_its_word_stands() -> None:
    assert told(
        ("S1", "C1", "2024-03-01", "100", "pear"),
        ("合计", None, None, "100", None),
        (None, "合 计：", "2024-03-31", "100", None),
        ("S2", "Subtotal", "2024-03-31", "100", None),
        (None, "C1 小计", None, "100", None),
        (None, "Total for Acme", None, "100", None),
        (None, None, "总计", "100", None),
        (None, None, None, "100", "本页合计"),
        (None, "合计", None, "not a number", "合计"),
    ) == [
        "used", ("order_id", "E-ROW-015"), ("customer_id", "E-ROW-015"), ("customer_id", "E-ROW-015"),
        ("customer_id", "E-ROW-015"), ("customer_id", "E-ROW-015"), ("ordered_at", "E-ROW-015"),
        ("product", "E-ROW-015"), ("customer_id", "E-ROW-015"),
    ]  # fmt: skip


def test_an_order_with_a_date_is_one_though_a_name_in_it_sounds_like_a_total() -> None:
    assert told(
        ("S1", "王合计", "2024-03-01", "1", None),
        ("S2", "Total Energies", "2024-03-01", "1", None),
        ("S3", "C1", "2024-03-01", "1", "合计"),
        ("Total-1", "C1", "2024-03-01", "1", None),
    ) == ["used"] * 4


def test_a_total_is_no_anonymous_sale_and_no_order_of_a_status_that_does_not_count() -> None:
    row = ("合计", None, None, "1", None)
    assert told(row, anonymous="empty") == [("order_id", "E-ROW-015")]
    sale = ("S1", None, "2024-03-01", "1", None)
    assert told(sale, row, anonymous="empty") == ["anonymous", ("order_id", "E-ROW-015")]


def test_a_total_below_numbered_customers_leaves_them_numbers() -> None:
    rows = [("1", "7", "2024-03-01", "1", None), ("2", "合计", "2024-03-02", "1", None)]
    assert told(*rows, whole=("customer_id", "order_id")) == ["used", ("customer_id", "E-ROW-015")]
    assert told(("1", "七", "2024-03-01", "1", None), whole=("customer_id",)) == ["not_whole"]


@pytest.mark.parametrize(
    "lone",
    ["合计", "总计", "小计", "共计", "累计", "汇总", "本页小计", "total", "TOTALS", "Grand Total", "sub-total:"],
)
def test_the_words_for_totals(lone: str) -> None:
    assert _asked(is_total, lone)


@pytest.mark.parametrize("no", ["设计", "统计局", "会计师", "totally", "subtotalling", "total1", "合计数码", "SUM"])
def test_words_that_only_look_like_them(no: str) -> None:
    assert not _asked(is_total, no)
    assert not _asked(has_total, no)


@given(st.from_regex(r"[A-Z]{0,3}[0-9]{1,6}", fullmatch=True))
def test_no_number_of_a_document_is_a_total(number: str) -> None:
    assert not _asked(is_total, number)


def _asked(question: Any, text: str) -> bool:
    return bool(backend().to_pyarrow(question(ibis.literal(text))).as_py())
