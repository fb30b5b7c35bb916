"""`python -m benchmarks.web`: what pages cost with twenty people at once, beside the bare question to DuckDB.

A workspace of a million customers and about fifty columns is made once, run and served by `custrata serve` in a process
of its own. Twenty clients ask one kind of page after another, each time with other values, so that nothing is
remembered from before; then twenty threads ask DuckDB the same of the same Parquet, on connections of their own.
p95 of both, their ratio, one client alone, and the memory of the server.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import duckdb

from benchmarks.data import lines_file, parse_size
from benchmarks.entrants import ROOT

_PASSWORD = "a long enough password"
_CLIENTS = 20
_METRICS = [
    *(f"spend_{d}: {{monetary: {d} days}}" for d in (30, 60, 90, 180, 365, 730)),
    *(f"orders_{d}: {{frequency: {d} days}}" for d in (30, 60, 90, 180, 365, 730)),
    *(f"basket_{d}: {{average_order_value: {d} days}}" for d in (30, 90, 180, 365)),
    *(f"growth_{d}: {{growth: {d} days}}" for d in (30, 90, 180, 365)),
    "spend: {monetary: lifetime}", "orders: {frequency: lifetime}", "recency: {recency: days}",
    "interval: {interval: lifetime}",
]  # fmt: skip
_SEGMENTS = [
    *(f"tier_{d}: {{thresholds: spend_{d}, classes: {{high: above 1000, middle: from 100, low: else}}}}"
      for d in (30, 60, 90, 180, 365, 730)),
    *(f"abc_{d}: {{share: spend_{d}, cuts: [70%, 90%]}}" for d in (90, 180, 365, 730)),
    *(f"fifth_{d}: {{quantile: spend_{d}, groups: 5}}" for d in (90, 180, 365, 730)),
    *(f"rfm_{d}: {{rfm: [recency, orders_{d}, spend_{d}], high: above mean}}" for d in (180, 365, 730)),
    "pyramid: {pyramid: spend_365}", "lifecycle: {rules: {new: orders = 1, asleep: recency > 180, rest: else}}",
]  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A page with values drawn anew each time, and the same asked of DuckDB."""

    name: str
    page: Callable[[random.Random], str]
    sql: Callable[[random.Random], str]


def _columns(draw: random.Random) -> str:
    return draw.choice(["spend_365", "spend_180", "spend_90", "orders_365", "spend_730", "recency"])


QUESTIONS = (
    Question(
        "table", lambda d: f"/customers/?{urlencode({'sort': '-' + _columns(d), 'page': d.randint(1, 400)})}",
        lambda d: f"SELECT * FROM t ORDER BY {_columns(d)} DESC NULLS LAST, customer_id LIMIT 50"
                  f" OFFSET {50 * d.randint(0, 399)}",
    ),
    Question(
        "filter", lambda d: f"/customers/?{urlencode({'m.spend_365.from': d.randint(1, 5000), 'c.tier_90': 'low'})}",
        lambda d: f"SELECT count(*), sum(spend) FROM t WHERE spend_365 >= {d.randint(1, 5000)} AND tier_90 = 'low'",
    ),
    Question(
        "search", lambda d: f"/customers/?{urlencode({'q': d.randint(100, 999)})}",
        lambda d: f"SELECT * FROM t WHERE customer_id ILIKE '%{d.randint(100, 999)}%' ORDER BY spend DESC LIMIT 50",
    ),
    Question(
        "overview", lambda d: f"/?days={d.choice([30, 90, 365])}",
        lambda d: f"""WITH c AS (SELECT customer_id, count(*) FILTER (WHERE purchase) AS n, sum(net) AS s FROM o
            WHERE day > (SELECT max(day) FROM o) - INTERVAL {d.choice([30, 90, 365])} DAY GROUP BY customer_id)
            SELECT count(*), sum(s), count(*) FILTER (WHERE n > 1) FROM c""",
    ),
)  # fmt: skip


def main() -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--lines", type=parse_size, default=50_000_000, help="50m: a million customers")
    parser.add_argument("--times", type=int, default=10, help="pages that each client asks for")
    parser.add_argument("--keep", type=Path, help="a folder to keep the workspace in, for another time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        shop = options.keep or Path(folder) / "shop"
        if not (shop / ".custrata" / "current").is_file():
            _make(shop, options.lines)
        print(json.dumps(_measure(shop, options.times), indent=2))
    return 0


def _make(shop: Path, lines: int) -> None:
    shop.mkdir(parents=True, exist_ok=True)
    source = lines_file(lines, lambda said: print(said, file=sys.stderr))
    metrics, segments = ("\n".join(f"  {row}" for row in rows) for rows in (_METRICS, _SEGMENTS))
    scheme = f"scheme: Web\ntimezone: UTC\nsources: {{orders: {{file: '{source}'}}}}\nmetrics:\n{metrics}\n"
    (shop / "scheme.yaml").write_text(f"{scheme}segments:\n{segments}\n", "utf-8")
    subprocess.run([sys.executable, "-m", "custrata", "run", str(shop)], check=True, cwd=ROOT, stdout=sys.stderr)


def _measure(shop: Path, times: int) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "custrata", "serve", str(shop), "--port", str(port), "--no-open"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        _wait_for(port)
        cookie = _logged_in(port, re.search(r"token=(\w+)", said))
        found: dict[str, Any] = {}
        for question in QUESTIONS:
            alone = _asked(port, cookie, question, clients=1, times=max(5, times // 2), seed=1)
            together = _asked(port, cookie, question, clients=_CLIENTS, times=times, seed=2)
            bare = _bare(shop, question, times)
            found[question.name] = {
                "alone_ms": round(statistics.median(alone) * 1000), "p95_ms": round(_p95(together) * 1000),
                "duckdb_p95_ms": round(_p95(bare) * 1000), "ratio": round(_p95(together) / _p95(bare), 2),
            }  # fmt: skip
        return {"pages": found, "server_mb": _memory(server.pid)}
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    """Until the server takes connections."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


def _logged_in(port: int, token: re.Match[str] | None) -> str:
    """The session of the administrator, who is made where there is none yet."""
    path = f"/welcome/?token={token[1]}" if token else "/login/"
    answer = _request(port, "GET", path, {})
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer[2])
    assert csrf is not None
    body = {"csrfmiddlewaretoken": csrf[1], "username": "bench", "password": _PASSWORD, "again": _PASSWORD}
    body |= {"token": token[1]} if token else {}
    cookies = "; ".join(c.split(";")[0].strip() for c in answer[1])
    answer = _request(port, "POST", path.split("?")[0], {"Cookie": cookies}, urlencode(body))
    session = next(c.split(";")[0].strip() for c in answer[1] if "session" in c)
    return f"{session}; {cookies}"


def _request(port: int, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, list[str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, quote(path, safe="/?=&%.-_"), body or None, {**headers, **form})
    answer = connection.getresponse()
    found = answer.status, answer.headers.get_all("set-cookie") or [], answer.read().decode()
    connection.close()
    return found


def _asked(port: int, cookie: str, question: Question, *, clients: int, times: int, seed: int) -> list[float]:
    """Seconds that each page took, over all clients."""

    def one(client: int) -> list[float]:
        draw, taken = random.Random(f"{seed}-{client}"), []
        for _ in range(times):
            path, start = question.page(draw), time.perf_counter()
            status, _, text = _request(port, "GET", path, {"Cookie": cookie})
            taken.append(time.perf_counter() - start)
            assert status == 200, f"{path}: {status} {text[:300]}"
        return taken

    with ThreadPoolExecutor(clients) as pool:
        return [t for taken in pool.map(one, range(clients)) for t in taken]


def _bare(shop: Path, question: Question, times: int) -> list[float]:
    """Seconds of the same question to DuckDB, by as many threads."""
    run = shop / ".custrata" / "runs" / (shop / ".custrata" / "current").read_text().strip()
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW t AS FROM '{run}/customers.parquet'")
    connection.execute(f"CREATE VIEW o AS FROM '{run}/orders.parquet'")

    def one(client: int) -> list[float]:
        draw, own, taken = random.Random(f"2-{client}"), connection.cursor(), []
        for _ in range(times):
            sql, start = question.sql(draw), time.perf_counter()
            own.execute(sql).fetchall()
            taken.append(time.perf_counter() - start)
        return taken

    with ThreadPoolExecutor(_CLIENTS) as pool:
        return [t for taken in pool.map(one, range(_CLIENTS)) for t in taken]


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _memory(pid: int) -> int:
    """Megabytes that the server and its children hold."""
    pids, total = [str(pid)], 0
    for entry in Path("/proc").iterdir():
        stat = entry / "stat"
        if entry.name.isdecimal() and stat.is_file() and stat.read_text().rsplit(")", 1)[1].split()[1] in pids:
            pids.append(entry.name)
    for each in pids:
        rss = re.search(r"VmRSS:\s+(\d+)", (Path("/proc") / each / "status").read_text())
        total += int(rss[1]) // 1024 if rss else 0
    return total


if __name__ == "__main__":
    raise SystemExit(main())
