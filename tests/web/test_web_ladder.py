"""The ladder as a form: what it shows is what the scheme says, what it saves is what was typed, and nothing else."""

from __future__ import annotations

import pytest
from web_shops import Shop

from custrata.core.scheme.model import Scheme
from custrata.usecases.ladder_edit import Rung, Wanted, rungs_of, with_ladder
from custrata.web.models import Version

SCHEME = """scheme: Shop  # ours
metrics: {spend_12m: {monetary: 12 months}, orders_12m: {frequency: 12 months}}
levels:
  member:
    # the best
    VIP: {enter: "spend_12m >= 2万", keep: "spend_12m >= 1万"}  # since 2020
    plain: {enter: orders_12m >= 1}
    visitor: {}
    down: {after: 30 days of grace, by: step}
"""


def as_it_is() -> list[Rung]:
    return rungs_of(Scheme.parse(SCHEME).levels["member"])


def test_a_metric_with_a_label_is_shown_under_its_name_which_reads_back() -> None:
    text = SCHEME.replace("{monetary: 12 months}", '{monetary: 12 months, label: "近 12 个月消费"}')
    assert rungs_of(Scheme.parse(text).levels["member"])[0].enter == "spend_12m >= 2万"


def test_a_form_that_is_sent_as_it_came_changes_nothing() -> None:
    assert with_ladder(SCHEME, "member", Wanted(as_it_is(), grace="30 days", fall_by="step")) == SCHEME


def test_a_changed_condition_changes_that_and_keeps_every_comment() -> None:
    vip, *rest = as_it_is()
    text = with_ladder(SCHEME, "member", Wanted([Rung("VIP", "spend_12m >= 30000", vip.keep), *rest]))
    assert text == SCHEME.replace('"spend_12m >= 2万"', '"spend_12m >= 30000"')


def test_levels_come_and_go_and_the_rest_stays() -> None:
    vip, plain, visitor = as_it_is()
    text = with_ladder(SCHEME, "member", Wanted([vip, Rung("silver", "spend_12m >= 5000"), plain, visitor]))
    assert list(Scheme.parse(text).levels["member"].levels) == ["VIP", "silver", "plain", "visitor"]
    text = with_ladder(text, "member", Wanted([vip, plain, visitor]))
    assert text == SCHEME


def test_how_customers_fall_is_written_where_it_stands_or_added() -> None:
    text = with_ladder(SCHEME, "member", Wanted(as_it_is(), hold="6 months", fall_by="earned", brake="3%"))
    ladder = Scheme.parse(text).levels["member"]
    assert str(ladder.down.hold) == "6 months" and ladder.down.by == "earned" and ladder.brakes.fall * 100 == 3
    assert "# since 2020" in text


def test_a_chinese_scheme_stays_chinese() -> None:
    ladder = "等级:\n  会员:\n    VIP: {升级条件: 年消费 >= 2万}\n    普通: {}\n"
    chinese = f"方案: 店\n指标: {{年消费: {{monetary: 12 months}}}}\n{ladder}"
    _, plain = rungs_of(Scheme.parse(chinese).levels["会员"])
    text = with_ladder(chinese, "会员", Wanted([Rung("VIP", "年消费 >= 3万", "年消费 >= 1万"), plain], hold="90 days"))
    assert ("保级条件" in text and "下降" in text) or "保护期" in text
    assert Scheme.parse(text).levels["会员"].levels["VIP"].keep is not None


def test_the_effect_is_shown_before_anything_is_saved(shop: Shop) -> None:
    client = shop.client("operator", lang="en")
    page = client.get("/levels/ladders/会员等级/").content.decode()
    assert 'value="年消费 &gt;= 100000"' in page or "年消费" in page
    asked = {"level": ["VIP", "金卡", "普通", "潜在"], "enter": ["年消费 >= 1", "年消费 >= 2万", "年订单 >= 1", ""],
             "keep": ["", "", "", ""]}  # fmt: skip
    part = client.get("/levels/ladders/会员等级/", asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "VIP" in part
    assert not Version.objects.filter(published_at=None).exists()


def test_it_is_saved_as_a_version_that_somebody_publishes(shop: Shop) -> None:
    client = shop.client("operator", lang="en")
    said = {"level": ["VIP", "金卡", "普通", "潜在"], "enter": ["年消费 >= 20万", "年消费 >= 2万", "年订单 >= 1", ""],
            "keep": ["", "", "", ""], "grace": "30 days", "reason": "fewer VIPs"}  # fmt: skip
    answer = client.post("/levels/ladders/会员等级/save/", said)
    assert answer.status_code == 302
    draft = Version.objects.get(published_at=None)
    ladder = Scheme.parse(draft.text).levels["会员等级"]
    assert draft.reason == "fewer VIPs" and str(ladder.down.after) == "30 days"
    assert (shop.folder / "scheme.yaml").read_text("utf-8") != draft.text


@pytest.mark.parametrize(
    ("enter", "code"), [("年消费 >=", "E-SCHEME-013"), ("nothing >= 1", "E-SCHEME-003"), ("年消费 >= 1", "E-WEB-080")]
)
def test_what_makes_no_sense_is_told_and_not_saved(shop: Shop, enter: str, code: str) -> None:
    names = ["VIP", "VIP" if code == "E-WEB-080" else "普通"]
    said = {"level": names, "enter": [enter, ""], "keep": ["", ""]}
    answer = shop.client("operator").post("/levels/ladders/会员等级/save/", said)
    assert answer.status_code == 400 and code in answer.content.decode()


def test_a_ladder_that_is_none(shop: Shop) -> None:
    assert shop.client().get("/levels/ladders/none/").status_code == 400
