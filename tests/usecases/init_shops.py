"""Exports of a small shop, each written the way some system writes it, and their sums by plain addition."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.init import Draft, Written, look, write
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

Cells = list[list[Any]]
HEADERS = ["单号", "会员号", "日期", "商品名称", "类别", "数量", "实收金额", "状态"]
STATUSES = ["已完成"] * 8 + ["已取消", "已退款"]


def sales(orders: int = 120, start: str = "2024-01-02") -> Cells:
    """One line an order; one in five was cancelled or refunded."""
    dice, first = random.Random(7), date.fromisoformat(start)
    return [
        [f"XS{1000 + i}", f"C{dice.randint(1, 25):03}", (first + timedelta(days=i)).isoformat(),
         f"茶{i % 6}", ["茶叶", "茶具"][i % 2], 1 + i % 3, f"{dice.uniform(5, 900):.2f}", STATUSES[i % 10]]
        for i in range(orders)
    ]  # fmt: skip


def spends(rows: Cells, who: int = 1, amount: int = 6) -> dict[str, float]:
    """What each customer paid for what counts."""
    found: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        found[row[who]] += float(row[amount]) if row[-1] == "已完成" else 0.0
    return {c: round(s, 2) for c, s in found.items() if s}


def as_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join(",".join(map(str, row)) for row in rows).encode(encoding))
    return path


def titled(rows: Cells) -> Cells:
    """As shop systems export: titles above, a total and a signature below."""
    width = [""] * (len(HEADERS) - 1)
    total = f"{sum(float(row[6]) for row in rows):.2f}"
    above: Cells = [["门店销售明细表", *width], ["期间：2024-01-01 至 2024-12-31", *width], HEADERS]
    return [*above, *rows, ["合计", "", "", "", "", "", total, ""], ["制单人：张三", *width]]


@contextmanager
def looked(*files: Path) -> Iterator[Draft]:
    with look([str(f) for f in files], Path("/"), duckdb_engine) as draft:
        yield draft


def made(folder: Path, *files: Path, lang: Any = "zh", force: bool = False) -> Written:
    """The scheme of the best guesses."""
    with looked(*files) as draft:
        draft.take_best()
        written = write(draft, folder, lang, force=force)
    assert Scheme.load(written.file).text == written.scheme.text
    return written


def ran(folder: Path) -> RunResult:
    return run(Workspace.at(folder), duckdb_store, lambda: datetime(2025, 1, 1, tzinfo=UTC))


def published(result: RunResult) -> dict[str, float]:
    """Each customer's spend as it was published."""
    found = pq.read_table(result.run.customers, columns=["customer_id", "spend"]).to_pydict()
    return {c: round(float(s), 2) for c, s in zip(found["customer_id"], found["spend"], strict=True) if s}
