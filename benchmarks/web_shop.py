"""The workspace that pages are measured on: a million customers with fifty columns, made once and kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.data import lines_file
from benchmarks.entrants import ROOT
from benchmarks.measure import environment

_WINDOWS = (30, 60, 90, 180, 365, 730)
_METRICS = [
    *(f"spend_{d}: {{monetary: {d} days}}" for d in _WINDOWS),
    *(f"orders_{d}: {{frequency: {d} days}}" for d in _WINDOWS),
    *(f"basket_{d}: {{average_order_value: {d} days}}" for d in (30, 90, 180, 365)),
    *(f"growth_{d}: {{growth: {d} days}}" for d in (30, 90, 180, 365)),
    "spend: {monetary: lifetime}", "orders: {frequency: lifetime}", "recency: {recency: days}",
    "interval: {interval: lifetime}",
]  # fmt: skip
_SEGMENTS = [
    *(f"tier_{d}: {{thresholds: spend_{d}, classes: {{high: above 1000, middle: from 100, low: else}}}}"
      for d in _WINDOWS),
    *(f"abc_{d}: {{share: spend_{d}, cuts: [70%, 90%]}}" for d in (90, 180, 365, 730)),
    *(f"fifth_{d}: {{quantile: spend_{d}, groups: 5}}" for d in (90, 180, 365, 730)),
    *(f"rfm_{d}: {{rfm: [recency, orders_{d}, spend_{d}], high: above mean}}" for d in (180, 365, 730)),
    "pyramid: {pyramid: spend_365}", "lifecycle: {rules: {new: orders = 1, asleep: recency > 180, rest: else}}",
]  # fmt: skip
_ATTRIBUTES = ("name", "phone", "email", "city", "trade")
#: Profiles as a shop has them: everybody's name, telephone and e-mail address, a city, a trade of every third.
_PEOPLE = """
COPY (
    SELECT id AS customer_id,
        '王李张刘陈杨黄赵周吴'[1 + id % 10] || '伟芳娜敏静丽强磊军洋'[1 + id // 10 % 10]
            || '明华英玲平刚桂兰飞鑫'[1 + (hash(id) % 10)::INT] AS name,
        '13' || lpad((hash(id) % 1_000_000_000)::VARCHAR, 9, '0') AS phone,
        'c' || id || '@example.com' AS email,
        ['上海', '北京', '广州', '深圳', '杭州', '成都', '武汉', '西安'][1 + (hash(id, 1) % 8)::INT] AS city,
        CASE WHEN id % 3 = 0 THEN ['餐饮', '零售', '制造', '服务'][1 + (hash(id, 2) % 4)::INT] END AS trade,
    FROM range(1, (SELECT max(customer_id) + 1 FROM '{lines}')) t(id) ORDER BY id
) TO '{out}' (FORMAT parquet)
"""


def shop_of(lines: int, folder: Path, said: Callable[[str], None]) -> Path:
    """The workspace of so many order lines below `folder`, which is run where it was not."""
    shop = folder / f"web-{lines}"
    if not (shop / ".custrata" / "current").is_file():
        said(f"making a workspace of {lines:,} order lines")
        shutil.rmtree(shop, ignore_errors=True)
        shop.mkdir(parents=True)
        _made(shop, lines_file(lines, said))
    return shop


def run_of(shop: Path) -> Path:
    """The folder of its run."""
    return shop / ".custrata" / "runs" / (shop / ".custrata" / "current").read_text("utf-8").strip()


def _made(shop: Path, lines: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(_PEOPLE.format(lines=lines, out=shop / "people.parquet"))
    metrics, segments = ("\n".join(f"  {row}" for row in rows) for rows in (_METRICS, _SEGMENTS))
    columns = ", ".join(f"{name}: {name}" for name in ("customer_id", *_ATTRIBUTES))
    sources = f"  orders: {{file: '{lines}'}}\n  customers: {{file: people.parquet, columns: {{{columns}}}}}"
    scheme = f"scheme: Web\ntimezone: UTC\nsources:\n{sources}\nmetrics:\n{metrics}\nsegments:\n{segments}\n"
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    command = [sys.executable, "-m", "custrata", "run", str(shop)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr, env=environment())
    # Pages read the run alone: what it was made from would only take room.
    (shop / ".custrata" / "facts.duckdb").unlink(missing_ok=True)
