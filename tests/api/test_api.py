"""The Python face: any table or path in, any table out, and nothing of the user's is touched."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import custrata
from custrata import CustrataError, Evaluated, Scheme, evaluate
from shops import evaluated, sales, scheme, spends, well_told

SHOP = sales(("ann", "2024-03-01", "90.00"), ("ann", "2024-03-09", "30.50"), ("bob", "2024-03-31", 7))
TIER = scheme("segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}")
TIMES = pd.to_datetime(["2024-03-01 00:00", "2024-03-09 23:59", "2024-03-31 12:00"])
TEXTS = pa.schema([(name, pa.string()) for name in SHOP.column_names])
WANTED = [("ann", Decimal("120.50"), 2, 22, "big"), ("bob", Decimal(7), 1, 0, "small")]


def rows(result: Evaluated) -> list[tuple[Any, ...]]:
    return [(r["customer_id"], r["spend"], r["orders"], r["recency"], r["tier"]) for r in result.table().to_pylist()]


def written(folder: Path, kind: str) -> Path:
    file = folder / f"sales.{kind}"
    if kind == "csv":
        SHOP.to_pandas().to_csv(file, index=False)
    elif kind == "parquet":
        pq.write_table(SHOP, file)
    else:
        SHOP.to_pandas().assign(amount=lambda t: t["amount"].astype(float)).to_excel(file, index=False)
    return file


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_orders_may_be_a_file(tmp_path: Path, kind: str) -> None:
    file = written(tmp_path, kind)
    for given in (file, str(file), str(tmp_path / f"*.{kind}"), [file]):
        with evaluate(TIER, orders=given) as result:
            assert rows(result) == WANTED


@pytest.mark.parametrize(("ids", "ordered"), [
    ([10, 9, 101], ["9", "10", "101"]), (["10", "9", "101"], ["9", "10", "101"]), (["b", "9", "10"], ["10", "9", "b"]),
], ids=["numbers", "numbers as text", "text"])  # fmt: skip
def test_customers_are_written_as_they_are_shown(tmp_path: Path, ids: list[Any], ordered: list[str]) -> None:
    shop = pa.table({"customer_id": ids, "ordered_at": [date(2024, 3, n) for n in (1, 2, 3)], "amount": [5, 500, 50]})
    with evaluate(TIER, orders=shop) as result:
        before = pq.read_table(result.write(tmp_path / "before.parquet"))
        assert before["customer_id"].to_pylist() == ordered
        assert before == result.table()
        assert {r["class"]: r["customers"] for r in result.summary("tier").to_pylist()} == {"big": 1, "small": 2}
        assert pq.read_table(result.write(tmp_path / "after.parquet")) == before == result.table()


@pytest.mark.parametrize("given", [
    SHOP, SHOP.to_pandas(), pl.from_arrow(SHOP), SHOP.to_pydict(), ibis.memtable(SHOP),
    SHOP.to_pandas().assign(amount=[90.0, 30.5, 7.0], ordered_at=TIMES), SHOP.cast(TEXTS),
], ids=["pyarrow", "pandas", "polars", "mapping", "ibis", "pandas times", "texts"])  # fmt: skip
def test_orders_may_be_a_table_of_any_library(given: Any) -> None:
    backend = ibis.duckdb.connect() if isinstance(given, ibis.Table) else None
    with evaluate(TIER, orders=given, backend=backend) as result:
        assert rows(result) == WANTED


def test_an_ibis_table_is_evaluated_where_it_lives() -> None:
    con = ibis.duckdb.connect()
    for name in ("orders", "customers", "metrics"):
        con.create_table(name, SHOP)
    with evaluate(TIER, orders=con.table("orders")) as result:
        assert rows(result) == WANTED
        for name in ("orders", "customers", "metrics"):
            there = con.raw_sql(f'SELECT count(*) FROM "{name}"').fetchone()
            assert there == (3,), "the user's own tables stay what they are"


def test_two_companies_on_one_database_stay_two() -> None:
    con = ibis.duckdb.connect()
    first = evaluate(TIER, orders=SHOP, backend=con)
    second = evaluate(TIER, orders=spends({"eve": 500}), backend=con)
    assert rows(first) == WANTED
    assert first.explain("ann").orders_total == 2
    assert [r[0] for r in rows(second)] == ["eve"]
    first.close()
    assert [r[0] for r in rows(second)] == ["eve"], "closing one leaves the other"
    second.close()


def test_results_come_in_any_library() -> None:
    with evaluate(TIER, orders=SHOP) as result:
        assert isinstance(result.table(), pa.Table)
        assert isinstance(result.table("pandas"), pd.DataFrame)
        assert isinstance(result.table("polars"), pl.DataFrame)
        assert isinstance(result.table("ibis"), ibis.Table)
        assert result.table("pandas")["tier"].tolist() == ["big", "small"]
        assert result.summary("tier", "polars")["class"].to_list() == ["big", "small"]
        assert result.quarantine("pandas").columns.tolist() == ["source", "file", "row", "column", "value", "code"]
        with pytest.raises(ValueError, match="none of pyarrow"):
            result.table("excel")  # type: ignore[arg-type]


def test_a_scheme_may_be_a_path_and_then_names_its_files(tmp_path: Path) -> None:
    written(tmp_path, "csv")
    (tmp_path / "scheme.yaml").write_text(TIER.text + "\nsources: {orders: {file: sales.csv}}\n", "utf-8")
    for given in (tmp_path, tmp_path / "scheme.yaml", str(tmp_path)):
        with evaluate(given) as result:
            assert rows(result) == WANTED
            assert (result.rows["orders"].read, result.rows["orders"].used) == (3, 3)


@pytest.mark.parametrize("as_of", ["2024-04-10", date(2024, 4, 10), datetime.fromisoformat("2024-04-10T15:00")])
def test_the_as_of_date_may_be_given(as_of: Any) -> None:
    with evaluate(TIER, orders=SHOP, as_of=as_of) as result:
        assert result.as_of == date(2024, 4, 10)
        assert result.table()["recency"].to_pylist() == [32, 10]


def test_columns_under_their_own_names_need_no_mapping_and_further_ones_are_attributes() -> None:
    people = pd.DataFrame({"customer_id": ["ann", "eve"], "industry": ["tea", None], "city": ["沪", "京"]})
    body = "language: en\nsegments: {industry: {attribute: industry}, city: {attribute: city, groups: {East: [沪]}}}"
    with evaluated(body, SHOP, customers=people) as result:
        found = {r["customer_id"]: (r["industry"], r["city"]) for r in result.table().to_pylist()}
    assert found == {"ann": ("tea", "East"), "bob": ("Not given", "Not given"), "eve": ("Not given", "Other")}


def test_an_explanation_and_a_summary_speak_either_language() -> None:
    body = "language: zh\nsegments: {abc: {share: spend}, rfm: {rfm: [recency, orders, spend]}}"
    with evaluated(body, SHOP) as result:
        classes = {lang: [c.class_ for c in result.explain("ann", lang).classes] for lang in ("zh", "en")}
        assert classes["zh"][1] == result.table()["rfm"].to_pylist()[0] == "重要保持"
        assert classes["en"][1] == "High-value, keep"
        assert "重要保持" in result.summary("rfm", lang="zh")["class"].to_pylist()
        assert "High-value, keep" in result.summary("rfm", lang="en")["class"].to_pylist()


def test_a_share_table_adds_up() -> None:
    with evaluate(TIER, orders=SHOP) as result:
        table = result.summary("tier").to_pylist()
    assert [(r["class"], r["customers"], r["customer_share"], r["spend"], r["average_orders"]) for r in table] == [
        ("big", 1, 0.5, Decimal("120.50"), 2.0), ("small", 1, 0.5, Decimal(7), 1.0),
    ]  # fmt: skip
    assert sum(r["spend_share"] for r in table) == pytest.approx(1)


def test_whoever_and_whatever_is_not_there_is_told_with_the_near_one() -> None:
    with evaluate(TIER, orders=SHOP) as result:
        for ask, code, near in [
            (lambda: result.explain("an"), "E-RUN-004", "ann"), (lambda: result.summary("teir"), "E-RUN-003", "tier"),
            (lambda: result.chart("teir"), "E-RUN-003", "tier"),
        ]:  # fmt: skip
            with pytest.raises(CustrataError) as caught:
                ask()
            (problem,) = well_told(caught.value.problems)
            assert (problem.code, problem.values["suggestion"]) == (code, near)


def test_reports_and_charts_come_from_memory_too(tmp_path: Path) -> None:
    with evaluate(TIER, orders=SHOP) as result:
        assert result.report(tmp_path / "r.html").stat().st_size > 1000
        assert result.chart("tier").to_dict()


def test_the_package_offers_what_it_says() -> None:
    assert all(getattr(custrata, name) is not None for name in custrata.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        custrata.nothing  # noqa: B018
    assert isinstance(Scheme.parse("scheme: x"), Scheme)


def test_rows_split_over_files_of_another_layout_and_encoding_are_the_same_company(tmp_path: Path) -> None:
    table = SHOP.to_pandas()
    (tmp_path / "one.csv").write_bytes(table[:1].to_csv(index=False).encode("gb18030"))
    (tmp_path / "two.csv").write_bytes(table[1:][table.columns[::-1]].to_csv(index=False, sep=";").encode("utf-8-sig"))
    with evaluate(TIER, orders=[tmp_path / "two.csv", tmp_path / "one.csv"]) as result:
        assert rows(result) == WANTED
        assert result.rows["orders"].read == 3
