"""The overview's figures equal what one would reckon with a list and a pencil."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

import ibis
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.measure.periods import last_of_top, of_period, own_query, period_of, spans, sums_query, top_query
from shops import MONEY, backend

(FIRST, LAST), BEFORE = spans(date(2024, 3, 31), 30)
ORDERS = st.lists(
    st.tuples(st.sampled_from("abcdefghijkl"), st.integers(-40, 5), st.integers(-50, 200), st.booleans()), max_size=60
)


@given(ORDERS)
def test_the_figures_of_a_period_are_those_of_the_orders_in_it(rows: list[tuple[str, int, int, bool]]) -> None:
    days = [LAST + timedelta(days=d) for _, d, _, _ in rows]
    table = pa.table({
        "customer_id": pa.array([r[0] for r in rows], pa.string()), "day": pa.array(days, pa.date32()),
        "purchase": pa.array([r[3] for r in rows], pa.bool_()),
        "net": pa.array([Decimal(r[2]) for r in rows], MONEY),
    })  # fmt: skip
    own = of_period(own_query(ibis.memtable(table), (FIRST, LAST), BEFORE), 0)
    run = backend()
    sums = run.to_pyarrow(sums_query(own)).to_pylist()[0]
    cut = run.to_pyarrow(last_of_top(own, sums["active"])).to_pylist()[0]["spent"] if sums["active"] else None
    top = run.to_pyarrow(top_query(own, cut)).to_pylist()[0]["top"] if cut is not None else None
    found = period_of(FIRST, LAST, sums, top)

    bought, spent, known = defaultdict(int), defaultdict(int), set()
    for (who, _, net, purchase), day in zip(rows, days, strict=True):
        if day > LAST:
            continue
        known |= {who} if purchase else set()
        if day >= FIRST:
            bought[who] += purchase
            spent[who] += net
    active = [w for w, n in bought.items() if n]
    assert (found.known, found.active, found.spend) == (len(known), len(active), sum(spent.values()))
    assert found.repurchase_rate == (sum(bought[w] > 1 for w in active) / len(active) if active else None)
    ranked = sorted((spent[w] for w in active), reverse=True)
    positive = sum(s for s in ranked if s > 0)
    if positive > 0:
        least = ranked[ceil(len(ranked) / 10) - 1]
        assert found.top_tenth == sum(s for s in ranked if s > 0 and s >= least) / positive
    else:
        assert found.top_tenth is None
