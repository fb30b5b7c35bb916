"""Files of complaints, visits, scores and assets: what they are, and of which kind, from headers, values and names."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from custrata.core.guess import TableGuess, guess_columns, profile, source_options

N = 40
DAYS = [f"2024-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(N)]
WHO = [f"C{i % 13:04}" for i in range(N)]
LATER = [day if i % 2 else None for i, day in enumerate(DAYS)]


def cycle(*words: str) -> list[str]:
    return [words[i % len(words)] for i in range(N)]


def guess(called: str, **columns: Sequence[str | None]) -> TableGuess:
    return guess_columns([profile(name.replace("_", " "), cells) for name, cells in columns.items()], called=called)


COMPLAINTS = {
    "投诉编号": [f"TS{i:05}" for i in range(N)], "客户编码": WHO, "日期": DAYS, "类型": cycle("质量问题", "物流延误"),
    "状态": cycle("已解决", "处理中", "未处理"), "满意度": [str(1 + i % 5) if i % 3 == 0 else None for i in range(N)],
}  # fmt: skip


def test_a_file_of_complaints_is_no_list_of_products() -> None:
    found = guess("投诉记录.csv", **COMPLAINTS)
    assert (found.kind.kind, found.missing) == ("interactions", ())
    assert found.mapping == {
        "customer_id": "客户编码", "happened_at": "日期", "status": "状态", "value": "满意度", "id": "投诉编号",
    }  # fmt: skip
    options = source_options(found)
    assert (options["kind"], options["closed"]) == ("complaint", ["已解决"])


@pytest.mark.parametrize(
    ("called", "columns", "kind", "contact"),
    [
        ("export", COMPLAINTS, "interactions", "complaint"),
        ("拜访.xlsx", {"客户名称": cycle("甲公司", "乙公司"), "拜访日期": DAYS, "业务员": cycle("张三", "李四")},
         "interactions", "visit"),
        ("互动", {"客户编码": WHO, "发生日期": DAYS, "类型": cycle("投诉", "拜访", "反馈"), "办结日期": LATER},
         "interactions", ""),
        ("cases", {"Customer_ID": WHO, "Complaint_date": DAYS, "Status": cycle("Closed", "Open"),
                   "Resolved_date": LATER}, "interactions", "complaint"),
        ("满意度调查", {"客户编号": WHO, "调查日期": DAYS, "评分": cycle("1", "4", "5")}, "interactions", "feedback"),
        ("资产", {"客户编码": WHO, "日期": DAYS, "资产类型": cycle("存款", "基金"),
                  "资产余额": [f"{1000 + i * 37.5:.2f}" for i in range(N)]}, "assets", ""),
        ("export", {"单号": [f"S{i}" for i in range(N)], "客户编码": WHO, "日期": DAYS,
                    "金额": [f"{i * 3.5 + 1:.2f}" for i in range(N)], "回访日期": DAYS}, "orders", ""),
        ("customers", {"客户编码": [f"C{i:04}" for i in range(N)], "客户名称": [f"公司{i}" for i in range(N)],
                       "建档日期": DAYS, "满意度": cycle("3", "4")}, "customers", ""),
    ],
)  # fmt: skip
def test_what_a_file_is_and_of_which_kind(
    called: str, columns: dict[str, Sequence[str | None]], kind: str, contact: str
) -> None:
    found = guess(called, **columns)
    assert (found.kind.kind, found.contact, found.missing) == (kind, contact, ())
    assert found.kind.certainty >= 0.9


def test_a_day_of_settling_makes_words_of_status_needless() -> None:
    found = guess("投诉", **COMPLAINTS, 办结日期=LATER)
    assert found.mapping["closed_at"] == "办结日期"
    assert "closed" not in source_options(found)


def test_interactions_of_which_nothing_tells_the_kind_lack_it() -> None:
    found = guess("export", 客户编码=WHO, 发生日期=DAYS, 处理状态=cycle("已解决", "处理中"), 办结日期=LATER)
    assert (found.kind.kind, found.contact, found.missing) == ("interactions", "", ("kind",))
