"""Lists of customers: filters mean what they say, and nothing that is hidden can be found out by asking."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.api import Evaluated, evaluate
from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.core.store import ProfileChange
from custrata.usecases.customers.asked import condition, limited, those
from custrata.usecases.customers.columns import list_columns
from custrata.usecases.customers.corrections import checked, correctable, corrected
from custrata.usecases.customers.export import export_list
from custrata.usecases.customers.profile import profile_cells
from custrata.usecases.customers.query import ListQuery
from custrata.usecases.customers.table import table_page
from custrata.usecases.customers.veil import Veiled, personal_columns, veiled
from custrata.usecases.look import Result

SCHEME = """
scheme: Shop
currency: CNY
as_of: 2024-06-30
metrics:
  spend: {monetary: lifetime, label: {zh: 累计消费, en: Turnover}}
  orders: {frequency: lifetime}
  recency: {recency: days}
  rate: {return_rate: lifetime}
segments:
  tier: {thresholds: spend, classes: {高: above 500, 中: from 200, 低: else}}
  branch: {attribute: branch}
"""
NAMES = ["王伟", "Ann Lee", "ann", "100%_x", "李'娜", "A\\B", "王小明", None]
BRANCHES = ["north", "south", "", None]
IDS = [f"C{i:02}" for i in range(30)] + ["店/7", "客 户", "50%", "a_b", "Ω"]


def _people(rng: random.Random) -> dict[str, list[Any]]:
    return {
        "customer_id": [i for i in IDS if i != "C05"],  # of one the source tells nothing
        "name": [rng.choice(NAMES) for _ in IDS[1:]],
        "branch": [rng.choice(BRANCHES) for _ in IDS[1:]],
        "phone": [f"13{rng.randrange(10**9):09}" if rng.random() < 0.9 else None for _ in IDS[1:]],
        "email": [f"u{rng.randrange(1000)}@example.com" for _ in IDS[1:]],
        "remark": [f"call 139{rng.randrange(10**8):08} now" if rng.random() < 0.2 else "ok" for _ in IDS[1:]],
        "joined_at": [date(2023, 1, 1) + timedelta(rng.randrange(400)) for _ in IDS[1:]],
    }


def _sales(rng: random.Random) -> pa.Table:
    buyers = [i for i in IDS if i not in ("C03", "Ω")]
    amounts = [50, 100, 150, 200, 300, -50]
    rows = [(rng.choice(buyers), date(2024, 1, 1) + timedelta(rng.randrange(181)), rng.choice(amounts))
            for _ in range(110)]  # fmt: skip
    return pa.table({
        "customer_id": [r[0] for r in rows], "ordered_at": [r[1] for r in rows],
        "amount": [Decimal(r[2]) for r in rows], "order_id": [str(i) for i in range(len(rows))],
    })  # fmt: skip


def _evaluated(people: dict[str, list[Any]]) -> Evaluated:
    return evaluate(Scheme.parse(SCHEME), orders=_sales(random.Random(1)), customers=pa.table(people))


@pytest.fixture(scope="module")
def whole() -> Iterator[Result]:
    with _evaluated(_people(random.Random(2))) as found:
        yield found._result


@pytest.fixture(scope="module")
def twins() -> Iterator[tuple[Result, Result]]:
    """Two companies whose customers differ only in what is hidden of them."""
    rng, mine = random.Random(3), _people(random.Random(2))
    other = {k: list(v) for k, v in mine.items()}
    other["phone"] = [p and f"{p[:3]}{rng.randrange(10**4):04}{p[7:]}" for p in mine["phone"]]
    other["email"] = [f"{e[0]}{rng.randrange(10**9)}{e[e.index('@') :]}" for e in mine["email"]]
    other["remark"] = [
        r if r == "ok" else f"call {r[5:8]}{rng.randrange(10**4):04}{r[12:]}" for r in mine["remark"]
    ]  # fmt: skip
    with _evaluated(mine) as a, _evaluated(other) as b:
        yield veiled(a._result), veiled(b._result)


_SEARCH = st.one_of(
    st.just(""), st.sampled_from([*IDS, "王", "ann", "ANN", "%", "_", "\\", "'", "c0", "13", "138", "example", "/"]),
    st.text("0123456789@uC王nN ", max_size=4),
)  # fmt: skip
_BOUND = st.one_of(st.just(""), st.integers(-100, 900).map(str))
_QUERIES = st.builds(
    ListQuery, search=_SEARCH,
    classes=st.dictionaries(st.just("tier"), st.lists(st.sampled_from(["高", "中", "低"]), min_size=1).map(tuple)),
    ranges=st.dictionaries(st.sampled_from(["spend", "orders", "recency"]), st.tuples(_BOUND, _BOUND), max_size=2),
    values=st.dictionaries(
        st.just("@branch"), st.lists(st.sampled_from(["north", "south", ""]), min_size=1).map(tuple)
    ),
    where=st.sampled_from(["", "spend > 100", "tier is 高 or orders >= 3", "branch = 'north'", "not (recency <= 30)"]),
    sort=st.sampled_from(["", "spend", "-orders", "recency", "-recency", "customer_id", "-customer_id", "@name",
                          "-@branch",
                          "tier", "-tier"]),
)  # fmt: skip


def _rows(result: Result) -> list[dict[str, Any]]:
    told = {r["customer_id"]: r for r in result.engine.rows(result.people)}  # type: ignore[arg-type]
    empty = dict.fromkeys(["name", "branch", "phone", "email", "remark", "joined_at"])
    return [
        {**r, **{f"@{k}": v for k, v in {**empty, **told.get(r["customer_id"], {})}.items() if k != "customer_id"}}
        for r in result.engine.rows(result.customers)
    ]


def _fits(row: dict[str, Any], q: ListQuery) -> bool:
    """The meaning of a query, said once more without an engine."""
    said = q.search.strip().lower()
    digits = said.replace(" ", "").replace("-", "")
    needles = {said} | ({digits} if digits.isdecimal() else set())
    texts = [row["customer_id"], *(row[f"@{c}"] for c in ("name", "branch", "phone", "email", "remark"))]
    if said and not any(n in t.lower() for t in texts if t is not None for n in needles):
        return False
    if any(row[n] not in labels for n, labels in q.classes.items()):
        return False
    for name, (low, high) in q.ranges.items():
        v = row[name]
        if (low and (v is None or v < int(low))) or (high and (v is None or v > int(high))):
            return False
    if any((row[k] or "") not in wanted for k, wanted in q.values.items()):
        return False
    spend, orders, recency = row["spend"], row["orders"], row["recency"]
    return {
        "": True, "spend > 100": spend > 100, "tier is 高 or orders >= 3": row["tier"] == "高" or orders >= 3,
        "branch = 'north'": row["branch"] == "north", "not (recency <= 30)": recency is not None and recency > 30,
    }[q.where]  # fmt: skip


def _sorted(rows: list[dict[str, Any]], sort: str) -> list[str]:
    key, down = (sort or "-spend").removeprefix("-"), (sort or "-spend").startswith("-")
    places = {"高": 3, "中": 2, "低": 1}

    def value(row: dict[str, Any]) -> Any:
        v = row[key]
        return places.get(v, 0) if key == "tier" else v.encode() if isinstance(v, str) else v

    ordered = sorted(rows, key=lambda r: r["customer_id"].encode(), reverse=down and key == "customer_id")
    have = [r for r in ordered if r[key] is not None]
    if key != "customer_id":
        have = sorted(have, key=value, reverse=down)
    return [r["customer_id"] for r in [*have, *(r for r in ordered if r[key] is None)]]


@given(_QUERIES, st.integers(1, 4), st.sampled_from([5, 12, 50]))
@settings(max_examples=60, deadline=None)
def test_a_page_holds_whom_the_query_means_in_its_order(whole: Result, q: ListQuery, number: int, size: int) -> None:
    wanted = _sorted([r for r in _rows(whole) if _fits(r, q)], q.sort)
    page = table_page(whole, q, "zh", number, size)
    assert page.total == len(wanted)
    assert page.number == min(number, page.pages)
    first = (page.number - 1) * size
    assert [r["customer_id"] for r in page.rows] == wanted[first : first + size]


@given(_QUERIES, st.sampled_from(["", "-@phone", "@email", "@remark", "-@phone"]), st.text("0123456789@u*", max_size=5),
       st.sampled_from(["", "phone > '138'", "email = 'u1@example.com'", "phone >= 13800000000"]))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_who_sees_values_masked_gets_the_same_answer_whatever_is_hidden(
    twins: tuple[Result, Result], q: ListQuery, sort: str, said: str, where: str
) -> None:
    """However it is searched, filtered and sorted: the answer follows from what is shown."""
    columns = ("customer_id", "@name", "@phone", "@email", "@remark", "spend", "tier")
    asked = replace(q, sort=sort or q.sort, search=said or q.search, where=where or q.where, columns=columns)
    answers = []
    for result in twins:
        try:
            page = table_page(result, asked, "en", 1, 50)
            answers.append((page.total, page.rows))
        except CustrataError as error:
            answers.append((0, [p.text("en") for p in error.problems]))
    assert answers[0] == answers[1]


def test_what_reaches_a_person_is_found_hidden_and_shown_at_its_ends(whole: Result) -> None:
    assert personal_columns(whole) == {"phone": "phone", "email": "email", "remark": "text"}
    hidden = veiled(whole)
    assert isinstance(hidden, Veiled)
    told = {r["customer_id"]: r for r in whole.engine.rows(whole.people)}  # type: ignore[arg-type]
    for row in table_page(hidden, ListQuery(columns=("@phone", "@email", "@remark")), "zh", 1, 200).rows:
        full = told.get(row["customer_id"])
        if full is not None and full["phone"]:
            assert row["@phone"] == f"{full['phone'][:3]}****{full['phone'][-4:]}"
        if full is not None and full["remark"] != "ok":
            assert "****" in row["@remark"] and full["remark"] != row["@remark"]


def test_a_whole_number_finds_its_customer_also_for_who_sees_it_masked(whole: Result) -> None:
    hidden = veiled(whole)
    own = next(r for r in whole.engine.rows(whole.people) if r["phone"])  # type: ignore[arg-type]
    said = f"{own['phone'][:3]} {own['phone'][3:7]}-{own['phone'][7:]}"
    assert [r["customer_id"] for r in table_page(hidden, ListQuery(search=said), "zh").rows] == [own["customer_id"]]
    assert table_page(hidden, ListQuery(search=own["phone"][2:9]), "zh").total == 0
    assert table_page(whole, ListQuery(search=own["phone"][2:9]), "zh").total >= 1
    assert table_page(hidden, ListQuery(search=own["email"].upper()), "zh").total >= 1


def test_a_number_may_be_called_as_the_pages_call_it(whole: Result) -> None:
    by_name, in_chinese, in_english = (
        whole.engine.rows(those(whole, condition(whole, said)).select("customer_id").order_by("customer_id"))
        for said in ("spend >= 300 and orders > 1", "累计消费 >= 300 且 orders > 1", "Turnover >= 300 and orders > 1")
    )
    assert by_name == in_chinese and 0 < len(by_name) < len(IDS)
    assert in_english == by_name


@given(_QUERIES)
@settings(max_examples=30, deadline=None)
def test_nobody_outside_the_scope_is_ever_listed(whole: Result, q: ListQuery) -> None:
    own = {r["customer_id"] for r in _rows(whole) if r["branch"] == "north"}
    seen = limited(whole, "branch = 'north'")
    page = table_page(seen, q, "zh", 1, 200)
    wanted = [i for i in _sorted([r for r in _rows(whole) if _fits(r, q)], q.sort) if i in own]
    assert [r["customer_id"] for r in page.rows] == wanted
    with pytest.raises(CustrataError, match="E-RUN-004"):
        seen.surviving(next(i for i in IDS if i not in own))


def change(customer: str, column: str, new: str | None) -> ProfileChange:
    return ProfileChange(0, customer, column, None, new, "li", datetime(2025, 1, 1, tzinfo=UTC))


def test_a_correction_is_shown_searched_and_exported_and_the_scheme_does_not_see_it(
    whole: Result, tmp_path: Path
) -> None:
    made = [
        change("C01", "phone", "18900001111"),
        change("C05", "name", "新客"),
        change("C02", "name", None),
    ]
    now = corrected(whole, made, {})
    page = table_page(now, ListQuery(search="18900001111", columns=("@phone",)), "zh")
    assert [(r["customer_id"], r["@phone"]) for r in page.rows] == [("C01", "18900001111")]
    cells = {c.column.attribute: c.value for c in profile_cells(now, "C05", "zh")}
    assert cells["name"] == "新客" and cells["phone"] is None, (
        "of whom the source tells nothing, the correction is told"
    )
    assert {c.column.attribute: c.value for c in profile_cells(now, "C02", "zh")}["name"] is None
    export_list(now, ListQuery(columns=("@name", "@phone")), tmp_path / "list.parquet", "zh")
    rows = {r["customer_id"]: r for r in pq.read_table(tmp_path / "list.parquet").to_pylist()}
    assert rows["C01"]["phone"] == "18900001111" and rows["C05"]["name"] == "新客"
    assert now.explain("C01") == whole.explain("C01")


def test_all_that_a_profile_says_can_be_corrected_and_not_whose_it_is(whole: Result) -> None:
    assert sorted(correctable(whole)) == ["branch", "email", "joined_at", "name", "phone", "remark"]
    with pytest.raises(CustrataError, match="E-WEB-024"):
        checked(whole, "customer_id", "C02")
    with pytest.raises(CustrataError, match="E-WEB-025"):
        checked(whole, "joined_at", "yesterday")
    assert checked(whole, "joined_at", " 2024-01-02 ") == "2024-01-02" and checked(whole, "phone", "  ") is None


@pytest.mark.parametrize("said", ["1e999999999", "-1e-999999999", "1e99999999999999999", "nan", "9" * 41])
def test_a_corrected_number_is_never_longer_than_numbers_are(whole: Result, said: str) -> None:
    assert whole.people is not None
    told = replace(whole, people=whole.people.mutate(credit=ibis.literal(1.5)))
    assert checked(told, "credit", "-1,234.50") == "-1234.50" and checked(told, "credit", "2e3") == "2000"
    with pytest.raises(CustrataError, match="E-WEB-025"):
        checked(told, "credit", said)


def test_a_masked_correction_is_masked_too(whole: Result) -> None:
    hidden = veiled(corrected(whole, [change("C01", "phone", "18900001111")], {}))
    page = table_page(hidden, ListQuery(search="C01", columns=("@phone",)), "zh")
    assert page.rows[0]["@phone"] == "189****1111"


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_an_export_is_the_list_with_its_order_its_columns_and_its_masks(
    whole: Result, tmp_path: Path, ending: str
) -> None:
    q = ListQuery(
        classes={"tier": ("高", "中")}, sort="@name", columns=("@name", "tier", "@phone", "branch", "@branch")
    )
    hidden = veiled(whole)
    done = export_list(hidden, q, tmp_path / f"list{ending}", "zh", "tier")
    page = table_page(hidden, q, "zh", 1, 200)
    assert done.customers == page.total
    wanted = [(r["customer_id"], r["@name"], r["tier"], r["@phone"], r["branch"], r["@branch"]) for r in page.rows]
    assert _read(done.path) == [tuple(v or "" for v in row) for row in wanted]


def _read(path: Path) -> list[tuple[str, ...]]:
    if path.suffix == ".parquet":
        return [tuple(v or "" for v in r.values()) for r in pq.read_table(path).to_pylist()]
    if path.suffix == ".csv":
        import csv

        with path.open(encoding="utf-8-sig", newline="") as file:
            return [tuple(r) for r in list(csv.reader(file))[1:]]
    import openpyxl

    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [tuple(v or "" for v in r) for r in list(sheet.iter_rows(values_only=True))[1:]]


def test_a_name_that_is_a_formula_is_none_in_a_file(tmp_path: Path) -> None:
    people = _people(random.Random(2))
    people["name"][0] = "=HYPERLINK(1)"
    with _evaluated(people) as found:
        export_list(found._result, ListQuery(columns=("@name",)), tmp_path / "list.csv", "en")
    assert "'=HYPERLINK(1)" in (tmp_path / "list.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ListQuery(classes={"nothing": ("x",)}), "E-WEB-020"), (ListQuery(classes={"spend": ("x",)}), "E-WEB-020"),
        (ListQuery(classes={"tier": ("无",)}), "E-RUN-008"), (ListQuery(ranges={"spend": ("much", "")}), "E-WEB-021"),
        (ListQuery(ranges={"@joined_at": ("soon", "")}), "E-WEB-021"),
        (ListQuery(ranges={"tier": ("1", "")}), "E-WEB-020"),
        (ListQuery(ranges={"spend": ("1E99", "")}), "E-WEB-021"),
        (ListQuery(ranges={"spend": ("9" * 30, "")}), "E-WEB-021"),
        (ListQuery(values={"spend": ("1",)}), "E-WEB-020"), (ListQuery(sort="nothing"), "E-WEB-020"),
        (ListQuery(columns=("nothing",)), "E-WEB-020"), (ListQuery(where="spend >"), "E-FILTER-001"),
        (ListQuery(where="nothing > 1"), "E-SCHEME-003"),
    ],
)  # fmt: skip
def test_what_a_list_cannot_do_is_said_and_not_left_out(whole: Result, query: ListQuery, code: str) -> None:
    with pytest.raises(CustrataError, match=code):
        table_page(whole, query, "en")


@pytest.mark.parametrize(("said", "n"), [("0.05万", 500), ("500", 500), ("-0", 0), ("1,000", 1000), ("２００", 200)])
def test_bounds_are_written_as_people_write_numbers(whole: Result, said: str, n: int) -> None:
    query = ListQuery(ranges={"spend": (said, "")})
    assert table_page(whole, query, "zh").total == sum(r["spend"] >= n for r in _rows(whole))


def test_a_rate_is_bounded_in_percent(whole: Result) -> None:
    wanted = sum(r["rate"] is not None and r["rate"] >= 0.1 for r in _rows(whole))
    for said in ("10", "10%"):
        assert table_page(whole, ListQuery(ranges={"rate": (said, "")}), "zh").total == wanted


def test_days_are_bounded_on_both_sides(whole: Result) -> None:
    page = table_page(whole, ListQuery(ranges={"@joined_at": ("2023-03-01", "2023-08-31")}), "zh")
    days = [r["@joined_at"] for r in _rows(whole) if r["@joined_at"]]
    assert page.total == sum(date(2023, 3, 1) <= d <= date(2023, 8, 31) for d in days)


def test_conditions_of_masked_readers_are_asked_of_masked_values(whole: Result) -> None:
    hidden = veiled(whole)
    assert condition(hidden, "phone = '13900000000'") is not None
    own = next(r for r in whole.engine.rows(whole.people) if r["phone"])  # type: ignore[arg-type]
    assert table_page(hidden, ListQuery(where=f"phone = '{own['phone']}'"), "zh").total == 0
    assert table_page(whole, ListQuery(where=f"phone = '{own['phone']}'"), "zh").total == 1


def test_an_explanation_tells_what_decided_and_masks_it(whole: Result) -> None:
    people = _people(random.Random(2))
    people["phone"][0] = "13811112222"
    sources = (
        "sources:\n  orders: {file: orders.csv}\n"
        "  customers: {file: people.csv, columns: {customer_id: customer_id, phone: phone, branch: branch}}\n"
    )
    rules = (
        SCHEME.replace("metrics:", f"{sources}metrics:")
        + "  called:\n    rules: {ours: \"phone = '13811112222'\", rest: else}\n"
    )
    with evaluate(Scheme.parse(rules), orders=_sales(random.Random(1)), customers=pa.table(people)) as found:
        result = found._result
        who = people["customer_id"][0]
        for seen, shown in ((result, "13811112222"), (veiled(result), "138****2222")):
            reason = next(c for c in seen.explain(who, "en").classes if c.segment == "called")
            assert (reason.class_, reason.numbers["phone"]) == ("ours", shown)
            assert [holds for _, _, holds in reason.conditions] == [True]


def test_columns_are_there_once_under_keys_of_their_own(whole: Result) -> None:
    known = list_columns(whole, "en")
    assert list(known)[:2] == ["customer_id", "@name"]
    assert {"branch", "@branch"} <= set(known), "a segment and the attribute that it is made from"
    assert known["@phone"].hidden is None and list_columns(veiled(whole), "en")["@phone"].hidden == "phone"
