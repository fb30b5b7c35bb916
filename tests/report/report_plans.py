"""A plan and a movement report with everything in them, and ones with nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from custrata.core.levels.movement import Step, movement
from custrata.core.measure.levels import (
    BrakeTripped,
    GraceEnd,
    HeldByHand,
    InGrace,
    LadderPlan,
    LevelShare,
    MoveGroup,
    MovementReport,
    Mover,
    PlanReport,
    PlanVerdict,
    Weighed,
)
from custrata.core.measure.model import MetricNote

ATTACK = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>"
DAY, AT = date(2024, 6, 30), datetime(2024, 7, 1, 8, tzinfo=UTC)
SPEND = MetricNote("spend", "消费金额", "近 12 个月内的净消费", "金额", (date(2023, 7, 1), DAY), "年消费")
FELL = (Weighed("年消费", "12,000", "≥ 15,000", False), Weighed("退货率", "3.0%", "< 10%", True))


def mover(i: int, before: str | None, level: str | None, cause: str, name: str | None = None) -> Mover:
    """A customer whose spend falls with his number."""
    by_hand = cause == "override"
    return Mover(f"K{i:03}", name, before, level, cause, Decimal(9000 - i), () if by_hand else FELL,
                 "老朋友 — 李经理" if by_hand else "")  # fmt: skip


def ladder(name: str = "会员等级") -> LadderPlan:
    """30 fall, 2 rise, one by hand; 3 are new, 1 is gone; 5 are in grace."""
    return LadderPlan(
        name="member", title=name, levels=["黑金", "普通"],
        shares=[
            LevelShare("黑金", 100, 72, 0.1, 0.0718, Decimal(900_000), Decimal(700_000)),
            LevelShare("普通", 900, 930, 0.9, 0.928, Decimal(50_000), Decimal(250_000)),
        ],
        groups=[
            MoveGroup("up", "普通", "黑金", "upgrade", 1, Decimal(30_000)),
            MoveGroup("down", "黑金", "普通", "downgrade", 28, Decimal(220_000)),
            MoveGroup("down", "黑金", "普通", "scheme change", 2, Decimal(10_000)),
            MoveGroup("up", "普通", "黑金", "override", 1, Decimal(5)),
            MoveGroup("new", None, "普通", "initial", 3, Decimal(0)),
            MoveGroup("gone", "普通", None, "gone", 1, Decimal(0)),
        ],
        pairs={("黑金", "黑金"): 70, ("普通", "普通"): 897, ("黑金", "普通"): 30, ("普通", "黑金"): 2,
               (None, "普通"): 3, ("普通", None): 1},
        falls=[mover(i, "黑金", "普通", "downgrade", f"客户{i}" if i % 2 else None) for i in range(1, 21)],
        rises=[mover(31, "普通", "黑金", "upgrade"), mover(32, "普通", "黑金", "override")],
        by_scheme=[mover(41, "黑金", "普通", "scheme change")], firsts=[mover(45, None, "普通", "initial")],
        grace=[InGrace("K051", None, "黑金", date(2024, 6, 1), date(2024, 7, 31), Decimal(12), FELL[:1])],
        grace_ends=[GraceEnd(None, 1, Decimal(5)), GraceEnd(date(2024, 7, 31), 4, Decimal(15_000))], by_month=False,
        held=[HeldByHand(7, "K061", "常客", "pin", "黑金", "普通", None, "老朋友", "李经理", Decimal(99))],
        held_count=2,
        expiring=[HeldByHand(8, "K062", None, "floor", "普通", None, date(2024, 7, 9), "试用", "王", None)],
        brakes=[BrakeTripped("fall", 30, 1003, Decimal("0.02"))],
    )  # fmt: skip


def plan() -> PlanReport:
    return PlanReport(
        "门店", DAY, "20240701-080000-ab12", "open", AT, "20240601-080000-ab12", date(2024, 5, 31), 1003, 36, "CNY",
        SPEND, [ladder()], [], "1.0", 30, scheme_changed=True,
    )  # fmt: skip


def nobody_moves() -> PlanReport:
    """A first plan of a shop without customers."""
    empty = LadderPlan("member", "会员等级", ["黑金", "普通"], [LevelShare(n, 0, 0, None, None, Decimal(0), Decimal(0))
                       for n in ("黑金", "普通")], [], {}, [], [], [], [], [], False, [], 0, [])  # fmt: skip
    return replace(plan(), ladders=[empty], moves=0, base=None, base_day=None, customers=0, scheme_changed=False)


def hostile(name: str) -> PlanReport:
    """Every text that comes from users is the same one."""
    m = replace(mover(1, name, name, "override"), customer_id=name, name=name, note=name,
                weighed=[Weighed(name, name, name, False)])  # fmt: skip
    held = HeldByHand(1, name, name, "pin", name, name, None, name, name, Decimal(1))
    own = replace(
        ladder(name), levels=[name, "b"], shares=[LevelShare(name, 1, 1, 1.0, 1.0, Decimal(1), Decimal(1))],
        groups=[MoveGroup("down", name, "b", "downgrade", 1, Decimal(1))], pairs={(name, name): 1, (name, "b"): 2},
        falls=[m], rises=[m], by_scheme=[m], held=[held], expiring=[held],
        grace=[InGrace(name, name, name, DAY, None, None, [Weighed(name, name, name, None)])],
    )  # fmt: skip
    return replace(
        plan(), title=name, ladders=[own], verdicts=[PlanVerdict(False, name, AT, name)],
        spend=replace(SPEND, label=name), state="rejected",
    )  # fmt: skip


def moved(ladder_name: str = "会员等级", level: str = "黑金") -> MovementReport:
    steps = [Step(level, "普通", "downgrade", 30), Step("普通", level, "override", 2), Step(None, "普通", "initial", 3)]
    pairs: dict[tuple[str | None, str | None], int] = {
        (level, level): 70, (level, "普通"): 30, ("普通", level): 2, ("普通", "普通"): 898, (None, "普通"): 3,
    }  # fmt: skip
    rows = movement([level, "普通"], {level: 100, "普通": 900}, steps)
    return MovementReport(
        "门店", ladder_name, date(2024, 6, 1), DAY, [level, "普通"], rows, pairs,
        [(DAY, "20240701-080000-ab12", 35)], "1.0",
    )  # fmt: skip


def nothing_moved() -> MovementReport:
    return replace(moved(), rows=movement(["黑金", "普通"], {}, []), pairs={}, runs=[])
