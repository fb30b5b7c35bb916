"""Rules over the customers' own columns: text that is compared as what stands beside it in the rule."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.conditions import Field, bind, parse
from shops import AS_OF, People, classify, column, problems, sales, the_problem

SHOP = sales(*((who, AS_OF, 5) for who in ("ann", "bob", "eve", "kim", "zoe")))
PEOPLE = pa.table({
    "customer_id": ["ann", "bob", "eve", "kim", "zoe"],
    "employees": ["60", "1,200", "fifty", "４９", None],
    "zip": ["0123", "123", "9000", "", None],
    "since": ["2024-01-05", "2023/12/31", "5.1.2024", "2024年2月1日", None],
    "code": ["011", "11", "A", "2024-01-05", None],
    "joined_at": ["2024-01-01", "2023-01-01", "2024-03-01", None, None],
})  # fmt: skip
COLUMNS = "{customer_id: customer_id, employees: employees, zip: zip, since: since, code: code, joined_at: joined_at}"
HEAD = f"sources: {{customers: {{columns: {COLUMNS}}}}}\nlanguage: en\nsegments:\n"

CONDITIONS = [
    ("employees > 50", ["ann", "bob"]), ("employees >= 49", ["ann", "bob", "kim"]), ("employees = 1200", ["bob"]),
    ("50 < employees", ["ann", "bob"]), ("employees between 49 and 60", ["ann", "kim"]),
    ("'employees in (60, 1200)'", ["ann", "bob"]),
    ("'employees not in (60, 1200)'", ["kim"]), ("employees != 60", ["bob", "kim"]),
    ("employees = '60'", ["ann"]), ("employees = '1200'", []), ("employees is fifty", ["eve"]),
    ("employees * 2 > 119", ["ann", "bob"]), ("employees > orders", ["ann", "bob", "kim"]),
    ("spend / employees < 0.05", ["bob"]), ("orders < employees", ["ann", "bob", "kim"]),
    ("employees is missing", ["zoe"]), ("employees + 0 is missing", ["eve", "zoe"]),
    ("not (employees > 50)", ["kim"]), ("zip = 123", ["ann", "bob"]), ("zip = '0123'", ["ann"]),
    ("zip is '123'", ["bob"]), ("since >= 2024-01-01", ["ann", "kim"]), ("since < 2024-01-05", ["bob"]),
    ("since = '2024-01-05'", ["ann"]), ("'since in (2024-01-05, 2024-02-01)'", ["ann", "kim"]),
    ("joined_at >= 2024-01-01", ["ann", "eve"]), ("since > joined_at", ["ann", "bob"]),
    ("joined_at < since", ["ann", "bob"]),
    ("since > last", []), ("code = 11", ["ann", "bob"]), ("'code in (011, A)'", ["ann", "eve"]),
    ("code = employees", []), ("code != zip", ["ann", "bob", "eve"]), ("code = 2024-01-05", ["kim"]),
]  # fmt: skip


@lru_cache
def people() -> People:
    """Everybody under every condition: one evaluation serves all."""
    its = "".join(f"  it{i}: {{rules: {{yes: {c}, no: else}}}}\n" for i, (c, _) in enumerate(CONDITIONS))
    return classify(f"metrics: {{last: {{last_purchase: lifetime}}}}\n{HEAD}{its}", SHOP, customers=PEOPLE)


@pytest.mark.parametrize("condition, who", CONDITIONS)
def test_an_attribute_is_read_as_what_it_is_compared_with(condition: str, who: list[str]) -> None:
    place = [c for c, _ in CONDITIONS].index(condition)
    assert sorted(name for name, row in people().items() if row[f"it{place}"] == "yes") == who


def test_a_customer_whose_field_is_no_number_is_not_classified_by_its_size() -> None:
    body = f"{HEAD}  it: {{rules: {{big: employees > 50, small: employees <= 50}}}}"
    found = column(classify(body, SHOP, customers=PEOPLE), "it")
    assert found == {"ann": "big", "bob": "big", "eve": "No match", "kim": "small", "zoe": "No match"}


def test_dates_are_read_as_the_customers_source_writes_them() -> None:
    given = pa.table({"customer_id": ["ann"], "since": ["05/01/2024"], "joined_at": ["05/01/2024"]})
    columns = "{customer_id: customer_id, since: since, joined_at: joined_at}"
    for order, day in (("dmy", "2024-01-05"), ("mdy", "2024-05-01"), ("日月年", "2024-01-05")):
        body = f"sources: {{customers: {{dates: {order}, columns: {columns}}}}}\nlanguage: en\nsegments:\n"
        body += f"  it: {{rules: {{yes: since = {day} and joined_at = since, no: else}}}}"
        assert column(classify(body, SHOP, customers=given), "it")["ann"] == "yes"


@pytest.mark.parametrize("condition, code", [
    ("employees > 'a'", "E-SCHEME-016"), ("employees > fifty", "E-SCHEME-016"), ("employees > zip", "E-SCHEME-016"),
    ("joined_at > 5", "E-SCHEME-016"), ("joined_at * 2 > 5", "E-SCHEME-016"), ("employes > 5", "E-SCHEME-003"),
    ("employees * 'a' > 5", "E-SCHEME-016"),
])  # fmt: skip
def test_what_an_attribute_cannot_be_compared_with_is_told(condition: str, code: str) -> None:
    problem = the_problem(f'scheme: Shop\n{HEAD}  it: {{rules: {{yes: "{condition}", no: else}}}}')
    assert problem.code == code


def test_a_comparison_that_makes_no_sense_is_shown_whole_with_its_kinds() -> None:
    problem = the_problem(f"scheme: Shop\n{HEAD}  it: {{rules: {{yes: joined_at > 5, no: else}}}}")
    assert problem.message("en") == "'Customer since > 5' makes no sense: a date is compared with a number."
    assert problem.message("zh") == "“建档日期 > 5”不成立：日期不能与数字比较。"
    problem = the_problem(f"scheme: Shop\n{HEAD}  it: {{rules: {{yes: joined_at > soon, no: else}}}}")
    assert "'soon' is not a date" in problem.message("en")


def test_a_class_that_looks_like_a_number_is_named_as_it_is_written() -> None:
    body = """
segments:
  rfm: {rfm: [recency, orders, spend]}
  it: {rules: {win back: rfm is 000, other: else}}
  two: {rules: {win back: 'rfm in (000, 111)', other: else}}
"""
    found = classify(body, SHOP)
    assert {r["it"] for r in found.values()} == {r["two"] for r in found.values()} == {"win back"}
    text = "scheme: Shop\nsegments: {r: {rfm: [recency, orders, spend]}, it: {rules: {a: r is 012, b: else}}}"
    unknown = problems(text)
    assert [p.values["name"] for p in unknown] == ["012"]


def test_customers_without_a_class_are_those_of_the_missing_class() -> None:
    body = "segments:\n  tier: {thresholds: recency, classes: {a: up to 9, b: else}}\n"
    body += "  it: {rules: {x: tier is missing, y: else}}"
    assert set(column(classify(body, sales(("ann", AS_OF, 5), ("bob", AS_OF, -5))), "it").values()) == {"x", "y"}


@given(st.text(alphabet="0123456789.,-+ ¥元eE％%万１２abc", max_size=8))
def test_whatever_an_attribute_holds_comparing_it_never_fails(value: str) -> None:
    field = {"a": Field("text", attribute=True)}
    for source in ("a > 5", "a = 2024-01-05", "a * a > 1"):
        condition, found = bind(parse(source), field, "")
        assert not found
        assert holds(condition, value) in (True, False, None)


def holds(condition: Any, value: str) -> Any:
    import ibis

    from shops import backend

    table = ibis.memtable(pa.table({"@a": [value]}))
    return backend().to_pyarrow(table.select(it=condition.expression(table)))["it"][0].as_py()


def test_a_column_that_the_customers_lack_is_told_with_the_line_of_the_segment_that_reads_it() -> None:
    given = pa.table({"customer_id": ["ann"], "trade": ["x"]})
    text = "scheme: Shop\nsegments:\n  big:\n    rules: {yes: spend > 5, no: else}\n  by_trade: {attribute: industry}\n"
    problem = the_problem(text, orders=SHOP, customers=given)
    assert (problem.code, problem.place) == ("E-SCHEME-039", "scheme.yaml:5 segments.by_trade")
    assert (problem.values["metric"], problem.values["column"]) == ("by_trade", "industry")
