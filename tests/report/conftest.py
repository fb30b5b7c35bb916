"""The two shops, and what nobody hopes for: nobody, one customer, names that attack."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from report_lists import CHINESE, ENGLISH, people, told
from report_shops import chinese_shop as make_chinese
from report_shops import english_shop as make_english
from report_shops import matrix, segment

from custrata.core.measure.model import Concentration, CustomerList, ReportModel, SegmentReport, ShareRow
from custrata.locale import LANGS, Lang
from custrata.report import html

ATTACK = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>"


@pytest.fixture(scope="session")
def chinese_shop() -> ReportModel:
    return told(make_chinese(), CHINESE, ["丽颜商贸", None, *(f"客户{i}" for i in range(28))])


@pytest.fixture(scope="session")
def english_shop() -> ReportModel:
    return told(make_english(), ENGLISH, [None] * 30)


@pytest.fixture(scope="session")
def pages(chinese_shop: ReportModel, english_shop: ReportModel) -> dict[tuple[str, Lang], str]:
    """Both shops in both languages, rendered once."""
    shops = {"chinese": chinese_shop, "english": english_shop}
    return {(name, lang): html.render(shop, lang) for name, shop in shops.items() for lang in LANGS}


@pytest.fixture
def nobody(english_shop: ReportModel) -> ReportModel:
    kinds = ["share", "rfm", "concentration", "pyramid", "preference", "heatmap"]
    empty = ShareRow("A", "a", 0, None, Decimal(0), None, None, None, None)
    return replace(
        english_shop,
        customers=0,
        buyers=0,
        orders=0,
        spend=Decimal(0),
        first_day=None,
        last_day=None,
        sources=[],
        metrics=[],
        concentration=Concentration([], None, None),
        largest=CustomerList([], [], ENGLISH),
        segments=[
            *(SegmentReport(kind, kind, [], [], "spend", [], chart=kind) for kind in kinds),
            *(SegmentReport(f"{kind} of zeros", kind, [], [empty], "spend", ["A"], chart=kind) for kind in kinds),
        ],
    )


@pytest.fixture
def one_customer(english_shop: ReportModel) -> ReportModel:
    kinds = ["thresholds", "rfm", "share", "pyramid", "preference", "a_kind_of_others"]
    day = date(2024, 6, 30)
    return replace(
        english_shop,
        customers=1,
        buyers=1,
        orders=1,
        spend=Decimal("-5.00"),
        first_day=day,
        last_day=day,
        concentration=None,
        largest=people(["Only Ltd"], ["m"], ["Only"], ENGLISH),
        segments=[
            *(segment(kind, kind, [], [("Only", 1, "-5.00", 1.0, 0.0)]) for kind in kinds),
            matrix("m", [("a", ["x"]), ("b", ["y"])], [1], []),
        ],
    )


@pytest.fixture
def hostile(english_shop: ReportModel) -> ReportModel:
    name = ATTACK
    formula = "=cmd|' /C calc'!A0"
    lines = [
        (name, 3, "9.00", 1.0, 2.0),
        (formula, 1, "1.00", 1.0, 2.0),
        ("+1", 1, "1", 1.0, 1.0),
        ("@x", 1, "1", 1.0, 1.0),
    ]
    cross = matrix(name, [(name, [name, "b"]), (formula, [formula, "d"]), ("third", [name])], [1, 2, 3, 4], [name])
    kinds = ["thresholds", "rfm", "share", "pyramid", "preference"]
    return replace(
        english_shop,
        title=name,
        scheme_text=name,
        run_id=name,
        segments=[*(segment(f"{name}/{kind}", kind, [name, formula], lines) for kind in kinds), cross],
        sources=[replace(english_shop.sources[0], source=name, files=[name], excluded_by={name: 1})],
        largest=people([name, formula, "@x"], [name, formula], [name, "+1"], ENGLISH),
    )
