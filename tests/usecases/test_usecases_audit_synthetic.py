"""A generated company is clean: it scores 95 or more, without a warning, and its totals are the company's truth."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from custrata import Scheme
from custrata.core.audit.facts import Control
from custrata.core.audit.model import Audit
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.synthetic import generate
from custrata.usecases.audit import audit
from custrata.usecases.sources import open_sources

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "company"
    generate(folder, customers=250, seed=5, start=date(2023, 1, 1), end=date(2024, 12, 31), format="parquet")
    return folder


def audited(company: Path, controls: tuple[Control, ...] = ()) -> Audit:
    scheme = Scheme.load(company)
    scratch = company / "scratch"
    scratch.mkdir(exist_ok=True)
    with duckdb_engine(scheme.timezone, scratch) as engine:
        opened = open_sources(scheme, company, scratch)
        return audit(scheme, opened, engine, today=date(2025, 1, 2), controls=controls)


def test_a_generated_company_has_no_warning_and_scores_95_or_more(company: Path) -> None:
    found = audited(company)
    assert [f.code for f in found.findings if f.severity in ("warning", "serious")] == []
    assert found.score.total >= 95
    with (company / "真值.csv").open(encoding="gb18030") as file:
        truth = list(csv.DictReader(file))
    assert found.spend == sum(Decimal(r["净消费"]) for r in truth)
    assert sum(m.orders for m in found.months) == sum(int(r["订单数"]) for r in truth)


def test_the_books_with_walk_in_sales_are_explained_by_them(company: Path) -> None:
    """The company's books hold every completed sale, whoever bought, and no refunds."""
    sums: dict[date, Decimal] = {}
    for r in pq.read_table(company / "data" / "销售单.parquet").to_pylist():
        if r["状态"] == "已完成":
            month = r["日期"].replace(day=1)
            sums[month] = sums.get(month, Decimal(0)) + r["实收金额"]
    found = audited(company, tuple(Control(m, total) for m, total in sums.items()))
    finding = next(f for f in found.problems if f.code == "A-CON-008")
    assert set(finding.hints) == {"anonymous", "refunds"}
    assert finding.values["explained"] == finding.values["months"] == 24
