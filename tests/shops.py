"""Small companies for tests: a few sales, a scheme in a few words, and every customer's row as a dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import lru_cache
from string import Formatter
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import strategies as st

from custrata import CustrataError, Evaluated, Problem, Scheme, evaluate
from custrata.locale import LANGS, catalog

AS_OF = date(2024, 3, 31)
MONEY = pa.decimal128(18, 2)
Row = dict[str, Any]
People = dict[str, Row]


@lru_cache
def backend() -> Any:
    """One database in memory for all companies of a process: connecting costs more than evaluating."""
    return ibis.duckdb.connect()


@lru_cache(maxsize=500)
def scheme(body: str) -> Scheme:
    """A scheme from what stands below its title."""
    return Scheme.parse(f"scheme: Shop\n{body}")


def days_of(rows: Iterable[tuple[Any, ...]]) -> pa.Array:
    """The second field of every row, a date or its text."""
    return pa.array([r[1] if isinstance(r[1], date) else date.fromisoformat(r[1]) for r in rows], pa.date32())


def sales(*rows: tuple[Any, ...]) -> pa.Table:
    """Orders from (customer, day, amount) or (customer, day, amount, order number)."""
    numbered = [(r[3] if len(r) > 3 else f"o{i}") for i, r in enumerate(rows)]
    return pa.table({
        "customer_id": pa.array([r[0] for r in rows], pa.string()),
        "ordered_at": days_of(rows),
        "amount": pa.array([Decimal(str(r[2])) for r in rows], MONEY),
        "order_id": pa.array(numbered, pa.string()),
    })  # fmt: skip


def returns(*rows: tuple[Any, ...]) -> pa.Table:
    """Refunds from (customer or None, day, amount, order number or None)."""
    return pa.table({
        "customer_id": pa.array([r[0] for r in rows], pa.string()),
        "returned_at": days_of(rows),
        "amount": pa.array([Decimal(str(r[2])) for r in rows], MONEY),
        "order_id": pa.array([r[3] for r in rows], pa.string()),
    })  # fmt: skip


def spends(amounts: Mapping[str, Any], day: date = AS_OF) -> pa.Table:
    """One order a customer, so that each customer's spend is what the mapping says."""
    return sales(*((who, day, amount) for who, amount in amounts.items()))


@contextmanager
def evaluated(body: str | Scheme, orders: Any, **given: Any) -> Iterator[Evaluated]:
    """The company, evaluated by a scheme of which only the body is written, on the shared database."""
    result = evaluate(scheme(body) if isinstance(body, str) else body, orders=orders, backend=backend(), **given)
    try:
        yield result
    finally:
        result.close()


def classify(body: str | Scheme, orders: Any, **given: Any) -> People:
    """Customer id → his row of the result."""
    with evaluated(body, orders, **given) as result:
        return {row["customer_id"]: row for row in result.table().to_pylist()}


def column(people: People, name: str) -> dict[str, Any]:
    """Customer id → one value."""
    return {who: row[name] for who, row in people.items()}


def classes(segment: str, orders: Any, **given: Any) -> dict[str, Any]:
    """Customer id → class, for a scheme of one segment, written as in `{thresholds: spend, …}`."""
    return column(classify(f"segments:\n  it: {segment}\n", orders, **given), "it")


def problems(text: str, **given: Any) -> list[Problem]:
    """What is wrong with a scheme (or, with `orders`, with evaluating it); nothing may be left untold."""
    with pytest.raises(CustrataError) as caught:
        evaluate(Scheme.parse(text), backend=backend(), **given) if given else Scheme.parse(text)
    return well_told(caught.value.problems)


def the_problem(text: str, **given: Any) -> Problem:
    """The only thing that is wrong."""
    found = problems(text, **given)
    assert len(found) == 1, [p.text("en") for p in found]
    return found[0]


def well_told(found: Iterable[Problem]) -> list[Problem]:
    """Every problem says in both languages what is wrong and how to mend it, with no hole in the sentence."""
    told = list(found)
    assert told
    for problem in told:
        for lang in LANGS:
            for template in catalog("errors", lang)[problem.code].values():
                holes = {name for _, name, _, _ in Formatter().parse(template) if name}
                assert holes <= set(problem.values) | {"suggestion"}, (problem.code, lang)
            assert problem.message(lang).strip()
            assert problem.mend(lang).strip()
        assert problem.code in problem.text("en")
        assert re.search(r"[\u4e00-\u9fff]", problem.message("zh")), problem.text("zh")
        assert " should " not in problem.message("zh"), problem.text("zh")
    return told


#: Amounts in cents; many of them equal, some of them nothing or less.
cents = st.one_of(
    st.sampled_from([0, 1, 500, 1000, 1000, 2500, 10_000]), st.integers(-20_000, 2_000_000), st.integers(1, 30_000)
).map(lambda c: Decimal(c) / 100)  # fmt: skip
customers = st.integers(0, 14).map(lambda i: f"c{i:02}")
days = st.integers(0, 400).map(lambda back: date.fromordinal(AS_OF.toordinal() - back))


@st.composite
def companies(draw: Any, most: int = 40) -> pa.Table:
    """Orders of a random small company: customers with many orders and with one, equal ones, negative ones."""
    rows = draw(st.lists(st.tuples(customers, days, cents), min_size=1, max_size=most))
    return sales(*rows)


@st.composite
def spenders(draw: Any) -> dict[str, Decimal]:
    """Customer → spend; equal amounts are common."""
    amounts = draw(st.lists(cents, min_size=1, max_size=40))
    return {f"c{i:02}": amount for i, amount in enumerate(amounts)}
