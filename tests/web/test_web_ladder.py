"""The ladder as a form: what it shows is what the scheme says, what it saves is what was typed, and nothing else."""

from __future__ import annotations

import re

import pytest
from web_shops import Shop

from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.condition_labels import with_labels, with_names
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


def test_levels_change_places_with_their_comments() -> None:
    vip, plain, visitor = as_it_is()
    text = with_ladder(SCHEME, "member", Wanted([plain, vip, visitor]))
    assert list(Scheme.parse(text).levels["member"].levels) == ["plain", "VIP", "visitor"]
    assert '    # the best\n    VIP: {enter: "spend_12m >= 2万", keep: "spend_12m >= 1万"}  # since 2020\n' in text
    assert with_ladder(text, "member", Wanted([vip, plain, visitor])) == SCHEME


FORM = {"level": ["VIP", "金卡", "普通", "潜在"], "enter": ["年消费 >= 10万", "年消费 >= 2万", "年订单 >= 1", ""],
        "keep": ["", "", "", ""]}  # fmt: skip


def levels_of(page: str) -> list[str]:
    return re.findall(r'name="level" value="([^"]*)"', page)


def test_a_new_level_stands_where_the_form_says(shop: Shop) -> None:
    client = shop.client("operator")
    new = {"new_level": "银卡", "new_enter": "年消费 >= 5000", "new_keep": "", "do": "add"}
    for above, at in (("金卡", 1), ("普通", 2), ("", 4)):
        page = client.post("/levels/ladders/会员等级/", FORM | new | {"new_above": above}).content.decode()
        assert levels_of(page).index("银卡") == at
    client.post("/levels/ladders/会员等级/save/", FORM | new | {"new_above": "普通", "reason": "silver"})
    draft = Version.objects.order_by("-id")[0]
    assert list(Scheme.parse(draft.text).levels["会员等级"].levels) == ["VIP", "金卡", "银卡", "普通", "潜在"]


def test_a_level_moves_by_a_button_that_keeps_the_focus(shop: Shop) -> None:
    client = shop.client("operator")
    page = client.post("/levels/ladders/会员等级/", FORM | {"do": "down:0"}).content.decode()
    assert levels_of(page) == ["金卡", "VIP", "普通", "潜在"]
    assert re.search(r'value="down:1"[^>]*autofocus', page) and page.count("autofocus") == 1
    # At the top there is nowhere to go on to: the other button has the focus.
    page = client.post("/levels/ladders/会员等级/", FORM | {"do": "up:1"}).content.decode()
    assert levels_of(page)[0] == "金卡" and re.search(r'value="down:0"[^>]*autofocus', page)
    assert not Version.objects.filter(reason="moved").exists(), "nothing is saved by moving"


def test_a_level_that_is_to_go_goes_wherever_it_was_moved(shop: Shop) -> None:
    page = shop.client("operator").post("/levels/ladders/会员等级/", FORM | {"do": "up:1", "gone": "1"})
    assert levels_of(page.content.decode()) == ["VIP", "普通", "潜在"]


@pytest.mark.parametrize("do", ["up:0", "down:3", "up:99", "down:-1", "up:", "nothing", "up:999999"])
def test_a_button_that_leads_nowhere_changes_nothing(shop: Shop, do: str) -> None:
    answer = shop.client("operator").post("/levels/ladders/会员等级/", FORM | {"do": do})
    assert levels_of(answer.content.decode()) == FORM["level"]


def test_the_effect_shows_the_spend_that_the_levels_are_made_of(shop: Shop) -> None:
    page = shop.client("operator").get("/levels/ladders/会员等级/").content.decode()
    assert "年消费<span class=\"days\">2024-01-01 至 2024-12-31</span>" in page
    levels = shop.client("operator").get("/levels/").content.decode()
    assert "年消费<span class=\"days\">2024-01-01 至 2024-12-31</span>" in levels and "总消费" not in levels


def without_levels(shop: Shop) -> str:
    file = shop.folder / "scheme.yaml"
    text = file.read_text("utf-8").split("\nlevels:")[0] + "\n"
    file.write_text(text, "utf-8")
    return text


def test_whoever_has_no_ladder_begins_one_without_writing_it(own_shop: Shop) -> None:
    without_levels(own_shop)
    client = own_shop.client("operator")
    assert 'action="/levels/new/"' in client.get("/levels/").content.decode()
    assert client.post("/levels/new/", {"name": "会员"}).status_code == 302
    draft = Version.objects.get(published_at=None)
    ladder = Scheme.parse(draft.text).levels["会员"]
    assert list(ladder.levels) == ["VIP", "普通", "潜在"]
    enter = ladder.levels["VIP"].enter
    assert enter is not None and enter.text("zh").startswith("年消费 ≥ ")
    assert ladder.levels["普通"].enter is not None and ladder.levels["潜在"].enter is None
    page = client.get("/levels/").content.decode()
    assert "“会员”" not in page.split("<main")[0] and f'href="/scheme/versions/{draft.pk}/"' in page, "the way onward"
    assert own_shop.client("approver").post(f"/scheme/versions/{draft.pk}/publish/").status_code == 302
    assert f"/scheme/versions/{draft.pk}/" not in client.get("/levels/").content.decode()


@pytest.mark.parametrize("name", ["", "年消费", "a: b", "ABC"])
def test_a_name_that_cannot_be_a_ladder_is_refused(own_shop: Shop, name: str) -> None:
    without_levels(own_shop)
    answer = own_shop.client("operator").post("/levels/new/", {"name": name})
    assert answer.status_code == 400 and "E-WEB-112" in answer.content.decode()


LABELLED = SCHEME.replace(
    "{monetary: 12 months}", '{monetary: 12 months, label: {zh: 近 12 个月消费, en: Spend in 12 months}}'
).replace("{frequency: 12 months}", "{frequency: 12 months, label: {zh: 近12个月订单数, en: Orders in 12 months}}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_conditions_are_read_and_typed_under_labels_and_written_under_names(lang: Lang) -> None:
    scheme = Scheme.parse(LABELLED)
    rungs = rungs_of(scheme.levels["member"], lang)
    shown = [Rung(r.name, *(with_labels(c, scheme, lang) for c in (r.enter, r.keep))) for r in rungs]
    called = "近 12 个月消费" if lang == "zh" else "Spend in 12 months"
    assert called in shown[0].enter and "spend_12m" not in str(shown)
    back = [Rung(r.name, *(with_names(c, scheme, lang) for c in (r.enter, r.keep))) for r in shown]
    assert with_ladder(LABELLED, "member", Wanted(back)) == LABELLED, "nothing was changed, so nothing is written"
    both = with_names("近12个月订单数 >= 3 and “近 12 个月消费” * 2 > 100 or orders_12m in (1, 2)", scheme, "en")
    assert both == "(orders_12m >= 3 and spend_12m * 2 > 100) or orders_12m in (1, 2)"


@pytest.mark.parametrize("said", ["nobody knows", "x >", "", "'近 12 个月消费'", "orders_12m = '近 12 个月消费'"])
def test_what_names_no_label_stays_as_it_was_typed(said: str) -> None:
    assert with_names(said, Scheme.parse(LABELLED), "zh") == said


def test_the_form_shows_labels_and_saves_names(own_shop: Shop) -> None:
    file = own_shop.folder / "scheme.yaml"
    text = file.read_text("utf-8")
    text = text.replace("年消费:    {monetary: 12 months}", "年消费:    {monetary: 12 months, label: 近 12 个月消费}")
    file.write_text(text, "utf-8")
    client = own_shop.client("operator")
    page = client.get("/levels/ladders/会员等级/").content.decode()
    assert 'value="“近 12 个月消费” &gt;= 10万"' in page
    assert 'data-insert="“近 12 个月消费”">近 12 个月消费</button>' in page
    assert 'placeholder="30天"' not in page
    said = {**FORM, "enter": ["“近 12 个月消费” >= 12万", "“近 12 个月消费” >= 2万", "年订单 >= 1", ""], "reason": "x"}
    assert client.post("/levels/ladders/会员等级/save/", said).status_code == 302
    draft = Version.objects.get(published_at=None)
    assert draft.text == text.replace("年消费 >= 10万", "年消费 >= 12万")
