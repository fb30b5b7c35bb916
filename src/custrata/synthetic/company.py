"""What `custrata generate` makes: a Chinese trading company of any size, from a seed, with the truth about it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custrata.core.errors import CustrataError, Problem
from custrata.synthetic import readme, scheme
from custrata.synthetic.aftermath import (
    Batch,
    documents,
    draw_complaints,
    draw_old_returns,
    draw_returns,
    waiting_complaints,
    waiting_returns,
)
from custrata.synthetic.customers import DAYS_A_MONTH, Customers, make_customers
from custrata.synthetic.orders import Lines, Orders, draw_lines, draw_orders
from custrata.synthetic.products import Products, make_products, product_table
from custrata.synthetic.profiles import customer_codes, customer_table
from custrata.synthetic.season import EPOCH, season
from custrata.synthetic.tables import Encoding, Format, Writer, cents, days, open_table, pieces
from custrata.synthetic.truth import Truth
from custrata.synthetic.words import Ints, pick, words

MOST_CUSTOMERS = 2_000_000
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
TABLES = {
    "customers": "客户档案",
    "products": "商品档案",
    "orders": "销售单",
    "returns": "退货单",
    "complaints": "投诉记录",
}
_LINES_A_PIECE = 250_000


@dataclass(frozen=True)
class Generated:
    """What was made. `paths` and `rows` by table: customers, products, orders (lines), returns (lines), complaints,
    truth; `rows` without headers. A large XLSX company has several workbooks of orders."""

    folder: Path
    paths: Mapping[str, tuple[Path, ...]]
    rows: Mapping[str, int]
    scheme: Path
    readme: Path
    seed: int
    start: date
    end: date
    format: Format
    encoding: Encoding


def generate(
    folder: Path,
    *,
    customers: int = 1000,
    seed: int = 1,
    start: date,
    end: date,
    format: Format = "csv",
    encoding: Encoding = "gbk",
) -> Generated:
    """Make a workspace in `folder`: the company's exports in `data/`, 真值.csv, a scheme and a README.

    `customers` is 1 to 2,000,000, `seed` 0 or more, `start` and `end` (both included) lie within 1990–2100; `folder`
    must be new or empty. `encoding` is that of CSV files; 真值.csv is CSV always. The same arguments give the same
    bytes under the same versions of NumPy and Arrow. About 19 order lines a customer and year; memory grows with
    `customers` (about 1 kB each), not with lines. Errors E-GEN-001 to -005, all that apply at once.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = generate(Path(folder), customers=20, start=date(2024, 1, 1), end=date(2024, 3, 31))
    ...     print(made.rows["customers"], made.paths["orders"][0].read_bytes()[:18].decode("gbk"))
    20 单号,客户编码,日期
    """
    _check(folder, customers, seed, start, end, format, encoding)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4)]
    products = make_products(streams[0])
    who = make_customers(streams[1], customers, products, start, end)
    codes = customer_codes(customers)
    paths: dict[str, tuple[Path, ...]] = {}
    rows: dict[str, int] = {}
    with ExitStack() as stack:
        out = {
            role: stack.enter_context(
                closing(open_table(data, name, format, encoding, slashes=role in ("returns", "complaints")))
            )
            for role, name in TABLES.items()
        }
        out["truth"] = stack.enter_context(closing(open_table(folder, "真值", "csv", encoding)))
        truth = _write_trade(streams[2], out, who, products, codes, start, end)
        out["products"].write(product_table(products))
        points = np.maximum(truth.net[:customers], 0) // 100
        for piece in pieces(customer_table(streams[3], who, codes, points, start)):
            out["customers"].write(piece)
        for piece in pieces(truth.table(who, products, codes, start)):
            out["truth"].write(piece)
        for role, writer in out.items():
            paths[role], rows[role] = tuple(writer.paths), writer.rows
    made = Generated(
        folder, paths, rows, folder / "scheme.yaml", folder / "README.md", seed, start, end, format, encoding
    )
    made.scheme.write_bytes(scheme.scheme_text(made).encode("utf-8"))
    made.readme.write_bytes(readme.readme_text(made).encode("utf-8"))
    return made


def _check(folder: Path, customers: int, seed: int, start: date, end: date, form: str, encoding: str) -> None:
    """Raise what is wrong with the arguments, all of it at once."""
    found: list[Problem] = []
    if not 1 <= customers <= MOST_CUSTOMERS:
        found.append(Problem("E-GEN-001", "customers", {"value": customers, "most": MOST_CUSTOMERS}))
    if seed < 0:
        found.append(Problem("E-GEN-002", "seed", {"value": seed}))
    if not EARLIEST <= start <= end <= LATEST:
        values = {"start": start, "end": end, "earliest": EARLIEST, "latest": LATEST}
        found.append(Problem("E-GEN-003", "start, end", values))
    for place, value, known in (("format", form, get_args(Format)), ("encoding", encoding, get_args(Encoding))):
        if value not in known:
            found.append(Problem("E-GEN-004", place, {"value": value, "known": ", ".join(known)}))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        found.append(Problem("E-GEN-005", str(folder)))
    if found:
        raise CustrataError(*found)


def _write_trade(
    rng: np.random.Generator,
    out: Mapping[str, Writer],
    who: Customers,
    products: Products,
    codes: pa.Array,
    start: date,
    end: date,
) -> Truth:
    """Write orders, returns and complaints, one stretch of days after the other, and count the truth meanwhile."""
    truth = Truth(who)
    calendar = season(start, end)
    last = calendar.days - 1
    returns, complaints = waiting_returns(), waiting_complaints()
    old = draw_old_returns(rng, who, products, last)
    truth.refund(old)
    returns.add(old)
    lines_a_day = float((who.rate * (1 + who.extra_lines)).sum()) / DAYS_A_MONTH
    stretch = int(np.clip(_LINES_A_PIECE / (lines_a_day + 1), 1, 366))
    for first in range(0, calendar.days, stretch):
        stop = min(first + stretch, calendar.days)
        orders = draw_orders(rng, who, calendar, first, stop)
        lines = draw_lines(rng, who, products, calendar, orders)
        back, returned = draw_returns(rng, who, orders, lines, last)
        truth.count(orders, lines, back)
        returns.add(back)
        complaints.add(draw_complaints(rng, who, orders, returned, last))
        out["orders"].write(_order_table(orders, lines, products, codes, start))
        out["returns"].write(_return_table(returns.due(stop), products, codes, start))
        out["complaints"].write(_complaint_table(complaints.due(stop), codes, start))
    return truth


def _numbers(prefix: str, day: Ints, serial: Ints, start: date) -> pa.Array:
    """Document numbers as systems give them: prefix, day, six digits within the day. XS20240305000012."""
    dates = (day + (start - EPOCH).days).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64) + 1970 * 12
    written = month // 12 * 10_000 + (month % 12 + 1) * 100 + (dates - months).astype(np.int64) + 1
    return pc.binary_join_element_wise(prefix, pa.array(written * 10**6 + serial).cast(pa.string()), "")


def _order_table(orders: Orders, lines: Lines, products: Products, codes: pa.Array, start: date) -> pa.Table:
    """销售单, one row a line."""
    by_order = {
        "单号": _numbers("XS", orders.day, orders.serial, start),
        "客户编码": codes.take(pa.array(orders.customer)),
        "日期": days(orders.day, start),
    }
    trade: Any = words()["service"]
    at = pa.array(lines.order)
    return pa.table(
        {
            **{name: column.take(at) for name, column in by_order.items()},
            "商品编码": pick(products.code, lines.product),
            "数量": pa.array(lines.quantity),
            "单价": cents(lines.price),
            "折扣额": cents(lines.discount),
            "实收金额": cents(lines.paid),
            "渠道": pick(trade["channels"], orders.channel[lines.order]),
            "状态": pick(trade["statuses"], orders.status[lines.order]),
        }
    )


def _return_table(batch: Batch, products: Products, codes: pa.Array, start: date) -> pa.Table:
    """退货单, one row a line; 原单号 is empty where nobody wrote it down."""
    number = _numbers("XS", batch["order_day"], batch["order_serial"], start)
    linked = pa.array(batch["linked"] == 1)
    return pa.table(
        {
            "退货单号": _numbers("TH", *documents(batch), start),
            "原单号": pc.if_else(linked, number, pa.scalar(None, pa.string())),
            "客户编码": codes.take(pa.array(batch["customer"])),
            "退货日期": days(batch["day"], start),
            "商品编码": pick(products.code, batch["product"]),
            "退货数量": pa.array(batch["quantity"]),
            "退货金额": cents(batch["amount"]),
            "原因": pick(words()["service"]["return_reasons"], batch["reason"]),
        }
    )


def _complaint_table(batch: Batch, codes: pa.Array, start: date) -> pa.Table:
    """投诉记录; 满意度 is 1 to 5, empty where nobody asked or nothing is solved yet."""
    trade: Any = words()["service"]
    return pa.table(
        {
            "投诉编号": _numbers("TS", *documents(batch), start),
            "客户编码": codes.take(pa.array(batch["customer"])),
            "日期": days(batch["day"], start),
            "类型": pick(trade["complaints"], batch["kind"]),
            "状态": pick(trade["complaint_statuses"], batch["status"]),
            "满意度": pa.array(batch["satisfaction"], mask=batch["satisfaction"] == 0),
        }
    )
