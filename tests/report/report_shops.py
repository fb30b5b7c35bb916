"""Two shops as the use cases would hand them over: a Chinese beauty chain and a small English one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

from custrata.core.measure.model import (
    Concentration,
    CrossCell,
    MetricNote,
    ReportModel,
    SegmentReport,
    ShareRow,
    SourceRows,
)

Line = tuple[str, int, str, float, float | None]
"""class, customers, spend, average orders, average days since the last order"""

SCHEME = """scheme: 门店会员分层
currency: CNY
timezone: Asia/Shanghai
as_of: end of data
metrics:
  spend:   {monetary: last month}
  orders:  {frequency: last month}
segments:
  spend_tier: {thresholds: spend, classes: {高消费: above 10000, 中等消费: from 5000, 低消费: else}}
"""


def share_rows(lines: Sequence[Line]) -> list[ShareRow]:
    customers = sum(line[1] for line in lines)
    spend = sum((Decimal(line[2]) for line in lines), Decimal(0))
    return [
        ShareRow(
            class_=class_,
            key=f"k{i}",
            customers=n,
            customer_share=n / customers if customers else None,
            spend=Decimal(amount),
            spend_share=float(Decimal(amount) / spend) if spend > 0 else None,
            average_spend=Decimal(amount) / n if n else None,
            average_orders=orders if n else None,
            average_recency=recency,
        )
        for i, (class_, n, amount, orders, recency) in enumerate(lines)
    ]


def segment(
    name: str, kind: str, rules: Sequence[str], lines: Sequence[Line], missing: str | None = None, metric: str = "spend"
) -> SegmentReport:
    chart = {"matrix": "heatmap", "share": "concentration"}.get(kind, kind)
    classes = [line[0] for line in lines]
    return SegmentReport(name, kind, rules, share_rows(lines), metric, classes, missing, chart=chart)


def matrix(
    name: str, dimensions: Sequence[tuple[str, Sequence[str]]], counts: Sequence[int], rules: Sequence[str]
) -> SegmentReport:
    cells, lines = [], []
    names = [d for d, _ in dimensions]
    for n, classes in zip(counts, product(*(c for _, c in dimensions)), strict=True):
        if n:
            amount = Decimal(n * 137 * (9 - 2 * sum(c == d[-1] for c, (_, d) in zip(classes, dimensions, strict=True))))
            cells.append(CrossCell(dict(zip(names, classes, strict=True)), n, amount))
            lines.append((" / ".join(classes), n, str(amount), 2.5, 30.0))
    base = segment(name, "matrix", rules, lines)
    return SegmentReport(
        name, "matrix", rules, base.rows, "spend", base.class_order, None, cells, [(d, list(c)) for d, c in dimensions],
        "heatmap",
    )


def lorenz(power: float = 4.2, steps: int = 120) -> list[tuple[float, float]]:
    return [(i / steps, 1 - (1 - i / steps) ** power) for i in range(steps + 1)]


def chinese_shop() -> ReportModel:
    tiers: list[tuple[str, Sequence[str]]] = [
        ("消费档", ["高消费", "中等消费", "低消费"]),
        ("频次档", ["高频", "中频", "低频"]),
        ("偏好", ["产品偏好", "服务偏好", "综合偏好"]),
    ]
    counts = [96, 31, 82, 20, 8, 25, 5, 2, 9, 84, 40, 61, 190, 88, 121, 60, 31, 46]
    counts += [12, 6, 4, 160, 101, 88, 2210, 1402, 1030]
    rfm: list[Line] = [
        ("重要价值客户", 402, "2716400.00", 11.2, 9.4),
        ("重要发展客户", 188, "701230.50", 2.9, 12.7),
        ("重要保持客户", 236, "863120.00", 9.1, 88.2),
        ("重要挽留客户", 131, "402118.00", 2.6, 121.9),
        ("一般价值客户", 702, "512300.00", 6.8, 11.0),
        ("一般发展客户", 1511, "388410.25", 1.7, 14.9),
        ("一般保持客户", 488, "251020.00", 5.9, 95.3),
        ("一般挽留客户", 2354, "301915.75", 1.2, 143.6),
        ("无消费", 263, "0.00", 0.0, None),
    ]
    segments = [
        segment(
            "消费档",
            "thresholds",
            ["消费金额 > 10,000 元：高消费", "5,000 元 ≤ 消费金额 ≤ 10,000 元：中等消费", "其余：低消费"],
            [
                ("高消费", 278, "3402118.50", 9.8, 10.2),
                ("中等消费", 721, "1689240.00", 5.4, 24.6),
                ("低消费", 5013, "1045156.00", 1.9, 97.1),
                ("无消费", 263, "0.00", 0.0, None),
            ],
            "无消费",
        ),
        segment(
            "频次档",
            "thresholds",
            ["订单数 > 10：高频", "5 ≤ 订单数 ≤ 10：中频", "其余：低频"],
            [
                ("高频", 412, "2410020.00", 13.1, 8.0),
                ("中频", 1003, "1980312.50", 6.7, 20.3),
                ("低频", 4860, "1746182.00", 1.4, 101.5),
            ],
        ),
        segment(
            "偏好",
            "preference",
            ["按订单行的金额比较产品与服务", "任一方占比 ≥ 70%：偏好该方；否则为综合偏好"],
            [
                ("产品偏好", 2837, "2698114.00", 3.2, 61.0),
                ("服务偏好", 1709, "1702200.50", 2.8, 55.3),
                ("综合偏好", 1466, "1736200.00", 4.9, 30.8),
                ("无消费", 263, "0.00", 0.0, None),
            ],
            "无消费",
        ),
        matrix("三维交叉", tiers, counts, ["消费档 × 频次档 × 偏好"]),
        segment(
            "RFM",
            "rfm",
            [
                "R：最近消费间隔 ≤ 41 天为高（低于均值）",
                "F：12 个月订单数 ≥ 4.1 为高",
                "M：12 个月消费金额 ≥ 1,021 元为高",
            ],
            rfm,
            "无消费",
            "spend_12m",
        ),
        segment(
            "ABC",
            "share",
            ["消费金额从高到低累计至 70%：A 类", "累计 70%–90%：B 类", "其余：C 类"],
            [
                ("A 类", 1562, "4295560.00", 7.4, 18.1),
                ("B 类", 1064, "1227302.50", 3.3, 48.7),
                ("C 类", 3649, "613652.00", 1.3, 118.4),
            ],
        ),
        segment(
            "客户金字塔",
            "pyramid",
            ["按消费金额排名：前 1% 顶层，其后 4% 重要，其后 15% 成长，其余 80% 基础"],
            [
                ("顶层客户", 63, "1310020.00", 14.2, 6.1),
                ("重要客户", 251, "1702340.50", 9.9, 12.5),
                ("成长客户", 941, "1822154.00", 5.1, 28.0),
                ("基础客户", 5020, "1302000.00", 1.7, 98.8),
            ],
        ),
    ]
    curve = Concentration(lorenz(), 0.62, 0.361, [("A 类", 0.249, 0.70), ("B 类", 0.422, 0.90), ("C 类", 1.0, 1.0)])
    window = (date(2024, 6, 1), date(2024, 6, 30))
    return ReportModel(
        title="丽颜美妆门店会员分层",
        as_of=date(2024, 6, 30),
        currency="CNY",
        run_id="20240701T013000-4f2c",
        published_at=datetime(2024, 7, 1, 1, 30, tzinfo=UTC),
        customers=6275,
        buyers=6012,
        spend=Decimal("6136514.50"),
        orders=21873,
        first_day=date(2022, 1, 3),
        last_day=date(2024, 6, 30),
        segments=segments,
        concentration=curve,
        metrics=[
            MetricNote("spend", "monetary", "基准日所在月的实付金额，扣除退款，不含运费", "元", window),
            MetricNote("orders", "frequency", "基准日所在月的有效订单数", "单", window),
            MetricNote("spend_12m", "monetary", "最近 12 个月的净消费", "元", (date(2023, 7, 1), date(2024, 6, 30))),
            MetricNote("recency", "recency", "基准日减最近一次消费日", "天", None),
        ],
        sources=[
            SourceRows(
                "orders",
                ["销售单2022.xlsx", "销售单2023.xlsx", "销售单2024.xlsx"],
                58211,
                57102,
                37,
                1072,
                {"已取消的订单": 801, "基准日之后": 271},
            ),
            SourceRows("refunds", ["退货单.csv"], 912, 912, 0, 0, {}),
        ],
        scheme_text=SCHEME,
        version="0.1.0",
    )


def english_shop() -> ReportModel:
    segments = [
        segment(
            "Spend tier",
            "thresholds",
            ["Spend above 500: High", "Spend from 100: Middle", "Otherwise: Low"],
            [
                ("High", 41, "38210.40", 8.1, 12.0),
                ("Middle", 160, "31400.00", 3.3, 40.5),
                ("Low", 799, "24110.25", 1.2, 130.0),
            ],
        ),
        segment(
            "RFM",
            "rfm",
            ["R: last order at most 45 days ago is high", "F: from 3 orders is high", "M: from 120.00 is high"],
            [
                ("Champions – keep close", 80, "42000.00", 7.1, 9.0),
                ("Promising – develop", 60, "12000.00", 1.4, 11.0),
                ("Valuable – win back", 50, "14500.00", 5.5, 120.0),
                ("Slipping away", 40, "8000.65", 1.3, 160.0),
                ("Regulars", 150, "7200.00", 3.8, 15.0),
                ("Newcomers", 270, "5020.00", 1.1, 18.0),
                ("Fading regulars", 90, "3000.00", 3.4, 110.0),
                ("Dormant", 240, "2000.00", 1.0, 210.0),
                ("No purchase", 20, "0.00", 0.0, None),
            ],
            "No purchase",
        ),
        segment(
            "ABC",
            "share",
            ["Largest customers up to 70 % of spend: A", "up to 90 %: B", "the rest: C"],
            [("A", 155, "65604.46", 6.0, 20.0), ("B", 220, "18744.13", 2.2, 60.0), ("C", 625, "9372.06", 1.1, 150.0)],
        ),
        segment(
            "Pyramid",
            "pyramid",
            ["Top 1 %, next 4 %, next 15 %, the rest"],
            [
                ("Top", 10, "21000.00", 12.0, 5.0),
                ("Large", 40, "26000.00", 7.0, 14.0),
                ("Medium", 150, "28000.65", 3.0, 40.0),
                ("Small", 800, "18720.00", 1.2, 130.0),
            ],
        ),
        segment(
            "Preference",
            "preference",
            ["By amount of product and service lines"],
            [
                ("Products", 512, "50000.00", 2.0, 70.0),
                ("Services", 268, "20000.65", 1.9, 65.0),
                ("Both", 200, "23720.00", 3.4, 44.0),
                ("No purchase", 20, "0.00", 0.0, None),
            ],
            "No purchase",
        ),
        matrix(
            "Spend by preference",
            [
                ("Spend tier", ["High", "Middle", "Low"]),
                ("Preference", ["Products", "Services", "Both", "No purchase"]),
            ],
            [20, 9, 12, 0, 80, 38, 42, 0, 412, 221, 146, 20],
            ["Spend tier × Preference"],
        ),
    ]
    curve = Concentration(lorenz(5.0), 0.69, 0.41, [("A", 0.214, 0.70), ("B", 0.369, 0.90), ("C", 1.0, 1.0)])
    return ReportModel(
        title="Harbour Tea & Coffee",
        as_of=date(2024, 6, 30),
        currency="USD",
        run_id="20240701T013000-77aa",
        published_at=datetime(2024, 7, 1, 1, 30, tzinfo=UTC),
        customers=1000,
        buyers=980,
        spend=Decimal("93720.65"),
        orders=2211,
        first_day=date(2023, 7, 1),
        last_day=date(2024, 6, 30),
        segments=segments,
        concentration=curve,
        metrics=[
            MetricNote(
                "spend", "monetary", "Net spend of the last 12 months", "USD", (date(2023, 7, 1), date(2024, 6, 30))
            )
        ],
        sources=[SourceRows("orders", ["orders.csv"], 4200, 4100, 12, 88, {"cancelled orders": 88})],
        scheme_text="scheme: Harbour Tea & Coffee\ncurrency: USD\n",
        version="0.1.0",
    )
