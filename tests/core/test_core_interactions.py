"""Complaints, visits, scores: whose they are, which count on the as-of date, and what is open then."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata import Scheme
from shops import AS_OF, classify, column, evaluated, problems, returns, sales, scheme, the_problem

Told = tuple[Any, ...]
ONE_SALE = (("ann", "2024-03-01", 100),)


def talks(*rows: Told) -> pa.Table:
    """Interactions from (customer, day, kind) and, where wanted, day of closing, value, status, number."""
    full = [(*r, None, None, None, None)[:7] for r in rows]

    def days(i: int) -> pa.Array:
        return pa.array([None if r[i] is None else date.fromisoformat(str(r[i])) for r in full], pa.date32())

    return pa.table({
        "customer_id": pa.array([r[0] for r in full], pa.string()), "happened_at": days(1),
        "kind": pa.array([r[2] for r in full], pa.string()), "closed_at": days(3),
        "value": pa.array([None if r[4] is None else str(r[4]) for r in full], pa.string()),
        "status": pa.array([r[5] for r in full], pa.string()), "id": pa.array([r[6] for r in full], pa.string()),
    })  # fmt: skip


def metric(written: str, *rows: Told, orders: Any = None, sources: str = "") -> dict[str, Any]:
    """Customer → one metric over interactions, as of 2024-03-31."""
    body = f"{sources}\nmetrics:\n  it: {written}\n"
    return column(classify(body, orders or sales(*ONE_SALE), interactions=talks(*rows), as_of=AS_OF), "it")


@pytest.mark.parametrize(
    ("closed", "status", "open_"),
    [
        (None, None, 1), ("2024-04-01", None, 1), ("2024-03-31", None, 0), ("2024-03-30", None, 0),
        (None, "done", 0), (None, "waiting", 1), ("2024-04-01", "done", 1), ("2024-03-30", "waiting", 0),
    ],
)  # fmt: skip
def test_a_complaint_is_open_until_the_day_it_is_settled(closed: str | None, status: str | None, open_: int) -> None:
    told = ("ann", "2024-03-10", "complaint", closed, None, status)
    sources = "sources: {interactions: {closed: [done]}}"
    assert metric("{interactions: complaint, state: open}", told, sources=sources)["ann"] == open_
    assert metric("{interactions: complaint, state: closed}", told, sources=sources)["ann"] == 1 - open_
    assert metric("{interactions: complaint}", told, sources=sources)["ann"] == 1


def test_a_complaint_of_tomorrow_does_not_exist_today() -> None:
    told = [("ann", "2024-03-31", "complaint"), ("ann", "2024-04-01", "complaint"), ("bob", "2024-04-01", "complaint")]
    with evaluated("metrics: {it: {interactions: complaint}}", sales(*ONE_SALE), interactions=talks(*told),
                   as_of=AS_OF) as result:  # fmt: skip
        assert {r["customer_id"]: r["it"] for r in result.table().to_pylist()} == {"ann": 1}
        rows = result.rows["interactions"]
        assert (rows.used, dict(rows.excluded_by)) == (1, {"after_as_of": 2})


def test_the_data_end_with_the_last_sale_not_with_a_later_complaint() -> None:
    told = talks(("ann", "2024-03-20", "complaint"))
    with evaluated("", sales(*ONE_SALE), interactions=told) as result:
        assert result.as_of == date(2024, 3, 1)


def test_a_customer_who_only_complained_is_a_customer_without_orders() -> None:
    found = classify("metrics: {it: {interactions: complaint}}", sales(*ONE_SALE), as_of=AS_OF,
                     interactions=talks(("cid", "2024-03-10", "complaint")))  # fmt: skip
    cid = found["cid"]
    assert (cid["it"], cid["orders"], cid["spend"], cid["recency"]) == (1, 0, 0, None)
    assert found["ann"]["it"] == 0


def test_a_customer_who_joins_later_but_has_complained_before_is_there() -> None:
    people = pa.table({"customer_id": ["cid", "dan"], "joined_at": [date(2024, 4, 5)] * 2})
    found = classify("", sales(*ONE_SALE), customers=people, as_of=AS_OF,
                     interactions=talks(("cid", "2024-03-10", "complaint")))  # fmt: skip
    assert set(found) == {"ann", "cid"}


@pytest.mark.parametrize("word", ["complaint", "Complaint", "投诉", "客诉"])
@pytest.mark.parametrize("asked", ["complaint", "投诉", "[complaint, visit]", "all", "全部"])
def test_the_usual_words_of_a_kind_are_one_kind(word: str, asked: str) -> None:
    assert metric(f"{{interactions: {asked}}}", ("ann", "2024-03-10", word)) == {"ann": 1}
    assert metric("{interactions: visit}", ("ann", "2024-03-10", word)) == {"ann": 0}


def test_a_scheme_names_words_of_its_own() -> None:
    told = [("ann", "2024-03-10", "差评"), ("ann", "2024-03-11", "赠礼"), ("ann", "2024-03-12", None)]
    sources = "sources: {interactions: {kind: visit, kinds: {投诉: [差评], 关怀: [赠礼]}}}"
    for asked, n in (("complaint", 1), ("关怀", 1), ("visit", 1), ("all", 3)):
        assert metric(f"{{interactions: {asked}}}", *told, sources=sources)["ann"] == n


def test_windows_and_days_since_the_last_contact() -> None:
    told = [("ann", "2024-03-31", "visit"), ("ann", "2024-03-02", "visit"), ("bob", "2024-03-01", "visit")]
    assert metric("{interactions: visit, window: 30 days}", *told) == {"ann": 2, "bob": 0}
    assert metric("{days_since_contact: visit}", *told) == {"ann": 0, "bob": 30}
    assert metric("{days_since_contact: visit, window: 30 days}", *told) == {"ann": 0, "bob": None}
    assert metric("{days_since_contact: complaint}", *told) == {"ann": None, "bob": None}


def test_satisfaction_is_the_mean_of_the_scores_that_were_given() -> None:
    told = [("ann", "2024-03-01", "feedback", None, v) for v in (5, 4, None)]
    told += [("bob", "2024-03-01", "feedback"), ("cid", "2024-03-01", "complaint", None, 2)]
    assert metric("{satisfaction: lifetime}", *told) == {"ann": 4.5, "bob": None, "cid": None}
    assert metric("{satisfaction: lifetime, of: [feedback, complaint]}", *told)["cid"] == 2


def test_the_complaint_rate_is_complaints_for_each_purchase() -> None:
    orders = sales(("ann", "2024-03-01", 10), ("ann", "2024-03-02", 10), ("bob", "2024-03-01", 10, "b"))
    told = [("ann", "2024-03-03", "complaint"), ("bob", "2024-03-03", "visit"), ("cid", "2024-03-03", "complaint")]
    assert metric("{complaint_rate: lifetime}", *told, orders=orders) == {"ann": 0.5, "bob": 0, "cid": None}
    back = returns(("bob", "2024-03-05", 10, "b"))
    found = classify("metrics: {it: {complaint_rate: lifetime}}", orders, returns=back, as_of=AS_OF,
                     interactions=talks(*told))  # fmt: skip
    assert found["bob"]["it"] is None


def test_an_expression_of_ones_own_reads_interactions() -> None:
    told = [("ann", "2024-03-01", "coupon", None, 5), ("ann", "2024-03-02", "coupon", "2024-03-03", 7)]
    written = "{sql: \"sum(value) filter (where kind = 'coupon' and open)\", from: interactions, empty: 0}"
    assert metric(written, *told, ("bob", "2024-03-01", "visit"))["ann"] == 5
    assert the_problem("scheme: x\nmetrics: {it: {sql: sum(net), from: interactions}}").code == "E-SCHEME-040"


def test_rows_that_cannot_be_used_wait_in_quarantine_and_all_rows_add_up() -> None:
    told = talks(("ann", "2024-03-01", "visit", "1024-03-01"), (None, "2024-03-01", "visit"), ("ann", None, "visit"),
                 ("ann", "2024-03-02", "visit", None, "much"), ("walk-in", "2024-03-02", "visit"))  # fmt: skip
    body = "sources: {orders: {anonymous: [walk-in]}}\nmetrics: {it: {interactions: visit}}"
    with evaluated(body, sales(*ONE_SALE), interactions=told, as_of=AS_OF) as result:
        assert [(r["row"], r["column"], r["code"]) for r in result.quarantine().sort_by("row").to_pylist()] == [
            (1, "closed_at", "E-ROW-003"), (2, "customer_id", "E-ROW-005"), (3, "happened_at", "E-ROW-001"),
        ]  # fmt: skip
        rows = result.rows["interactions"]
        assert (rows.read, rows.used, rows.quarantined, dict(rows.excluded_by)) == (5, 1, 3, {"anonymous": 1})
        assert dict(rows.emptied) == {"value": 1}, "a visit without its score is a visit; one without an end is open"
        assert [r["customer_id"] for r in result.table().to_pylist()] == ["ann"]


def test_a_number_counts_once_and_one_that_stands_for_two_things_is_told() -> None:
    told = talks(*[("ann", "2024-03-01", "ticket", None, None, None, "T1")] * 2,
                 ("ann", "2024-03-02", "ticket", None, None, None, "T2"),
                 ("ann", "2024-03-02", "ticket", "2024-03-05", None, None, "T2"),
                 *[("ann", "2024-03-03", "ticket")] * 2)  # fmt: skip
    with evaluated("metrics: {it: {interactions: ticket}}", sales(*ONE_SALE), interactions=told, as_of=AS_OF) as result:
        assert result.table().to_pylist()[0]["it"] == 4
        assert [(r["row"], r["code"], r["value"]) for r in result.quarantine().to_pylist()] == [(3, "E-ROW-006", "T2")]
        rows = result.rows["interactions"]
        assert (rows.used, rows.quarantined, dict(rows.excluded_by)) == (4, 1, {"duplicate": 1})


def test_several_sources_of_interactions_are_read_together_each_with_its_own_books() -> None:
    complaints = talks(("ann", "2024-03-01", None), (None, "2024-03-01", None)).drop_columns(["kind"])
    visits = talks(("ann", "2024-03-05", None)).select(["customer_id", "happened_at"])
    body = "metrics: {c: {interactions: 投诉, state: open}, v: {interactions: visit}, all: {interactions: all}}"
    with evaluated(body, sales(*ONE_SALE), interactions={"投诉": complaints, "visit": visits}, as_of=AS_OF) as result:
        (ann,) = result.table().to_pylist()
        assert (ann["c"], ann["v"], ann["all"]) == (1, 1, 2)
        used = {name: r.used for name, r in result.rows.items()}
        assert used == {"orders": 1, "interactions.投诉": 1, "interactions.visit": 1}
        assert [r["source"] for r in result.quarantine().to_pylist()] == ["interactions.投诉"]
        shown = result.explain("ann")
        assert (shown.interactions_total, [i["kind"] for i in shown.interactions]) == (2, ["visit", "complaint"])
        assert [i["open"] for i in shown.interactions] == [None, True]


def test_numbers_of_customers_are_the_same_however_they_are_written() -> None:
    orders = sales(*ONE_SALE).set_column(0, "customer_id", pa.array([7]))
    found = classify("metrics: {it: {interactions: all}}", orders, as_of=AS_OF,
                     interactions=talks(("7", "2024-03-01", "visit"), ("x", "2024-03-01", "visit")))  # fmt: skip
    assert column(found, "it") == {"7": 1, "x": 1}


def test_subsidiaries_complain_for_their_parent() -> None:
    people = pa.table({"customer_id": ["head", "branch"], "parent": [None, "head"]})
    body = """identity: {fields: {parent_id: parent}, roll_up: parent}
metrics: {it: {interactions: all}, a: {assets: all}}"""
    money = pa.table({"customer_id": ["head", "branch"], "day": [date(2024, 3, 1), date(2024, 1, 1)], "value": [1, 2]})
    found = classify(body, sales(("head", "2024-03-01", 1)), customers=people, assets=money, as_of=AS_OF,
                     interactions=talks(("branch", "2024-03-01", "visit")))  # fmt: skip
    assert {who: (r["it"], r["a"]) for who, r in found.items()} == {"head": (1, 3)}


def test_what_a_metric_lacks_is_told_with_the_source_that_should_give_it() -> None:
    body = "scheme: x\nmetrics: {it: {interactions: complaint, state: open}}"
    plain = talks(("ann", "2024-03-01", "complaint")).select(["customer_id", "happened_at", "kind"])
    for given_, wanted in (({}, "day"), ({"interactions": plain}, "closed_at")):
        found = problems(body, orders=sales(*ONE_SALE), **given_)
        assert {p.code for p in found} == {"E-SCHEME-039"}
        assert wanted in {p.values["column"] for p in found}
        assert {p.values["source"] for p in found} == {"interactions"}
    bare = plain.drop_columns(["kind"])
    assert the_problem("scheme: x", orders=sales(*ONE_SALE), interactions=bare).code == "E-DATA-014"


def test_a_kind_that_no_row_is_of_is_a_slip_unless_the_scheme_names_it() -> None:
    body = "scheme: x\nmetrics:\n  it: {interactions: 生日赠里}"
    told = talks(("ann", "2024-03-01", "生日赠礼"))
    slip = the_problem(body, orders=sales(*ONE_SALE), interactions=told)
    assert (slip.code, slip.place) == ("E-SCHEME-055", "scheme.yaml:3 metrics.it")
    assert slip.values["suggestion"] == "生日赠礼"
    body = "sources: {interactions: {kinds: {生日赠里: [送礼]}}}\nmetrics: {it: {interactions: 生日赠里}}"
    assert column(classify(body, sales(*ONE_SALE), interactions=told), "it") == {"ann": 0}


days = st.integers(0, 60).map(lambda n: date(2024, 2, 15) + timedelta(days=n))
rows = st.lists(
    st.tuples(st.sampled_from("abc"), days, st.sampled_from(["投诉", "complaint", "visit"]), st.none() | days),
    max_size=12,
)


@given(rows)
def test_every_interaction_counts_as_plain_python_counts_it(found: list[tuple[str, date, str, date | None]]) -> None:
    body = scheme("""metrics:
  complaints: {interactions: complaint, window: 30 days}
  open: {interactions: complaint, state: open}
  since: {days_since_contact: all}
""")
    assert isinstance(body, Scheme)
    told = classify(body, sales(("a", "2024-03-01", 1)), interactions=talks(*found), as_of=AS_OF)
    before = [r for r in found if r[1] <= AS_OF]
    complaints = [r for r in before if r[2] != "visit"]
    recent = Counter(r[0] for r in complaints if (AS_OF - r[1]).days < 30)
    left = Counter(r[0] for r in complaints if r[3] is None or r[3] > AS_OF)
    last = {who: min((AS_OF - r[1]).days for r in before if r[0] == who) for who in {r[0] for r in before}}
    assert set(told) == {"a", *last}
    for who, row in told.items():
        assert (row["complaints"], row["open"], row["since"]) == (recent[who], left[who], last.get(who))
