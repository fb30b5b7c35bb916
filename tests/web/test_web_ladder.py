"""The ladder as a form: what it shows is what the scheme says, what it saves is what was typed, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from ladder_forms import FORM, SCHEME, as_it_is, now, saved
from web_shops import Shop

from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.condition_labels import with_labels, with_names
from custrata.usecases.ladder_edit import with_ladder
from custrata.usecases.ladder_form import Rung, Wanted, form_of, rungs_of
from custrata.web.models import Version


def test_a_metric_with_a_label_is_shown_under_its_name_which_reads_back() -> None:
    text = SCHEME.replace("{monetary: 12 months}", '{monetary: 12 months, label: "近 12 个月消费"}')
    assert rungs_of(Scheme.parse(text).levels["member"])[0].enter == "spend_12m >= 2万"


def test_a_form_that_is_sent_as_it_came_changes_nothing() -> None:
    assert saved(now()) == SCHEME


def test_a_changed_condition_changes_that_and_keeps_every_comment() -> None:
    vip, *rest = as_it_is()
    text = saved(replace(now(), rungs=[replace(vip, enter="spend_12m >= 30000"), *rest]))
    assert text == SCHEME.replace('"spend_12m >= 2万"', '"spend_12m >= 30000"')


def test_levels_come_and_go_and_the_rest_stays() -> None:
    vip, plain, visitor = as_it_is()
    silver = Rung("silver", "spend_12m >= 5000", benefits={"points": "2", "service": "yes"})
    text = saved(replace(now(), rungs=[vip, silver, plain, visitor]))
    found = Scheme.parse(text).levels["member"].levels
    assert list(found) == ["VIP", "silver", "plain", "visitor"]
    assert found["silver"].benefits == {"points": 2, "service": True}
    assert saved(replace(now(text), rungs=[vip, plain, visitor]), text) == SCHEME


def test_how_customers_fall_is_written_where_it_stands_or_added_and_taken_away_again() -> None:
    told = {"hold": "6 months", "fall_by": "earned", "brake_fall": "3", "grace": "45 days"}
    text = saved(replace(now(), options={**now().options, **told}))
    ladder = Scheme.parse(text).levels["member"]
    assert str(ladder.down.hold) == "6 months" and ladder.down.by == "earned" and ladder.brakes.fall * 100 == 3
    assert "# since 2020" in text and "45 days of grace" in text
    back = saved(replace(now(text), options={**now(text).options, "hold": "", "grace": ""}), text)
    down = Scheme.parse(back).levels["member"].down
    assert down.hold.n == 0 and down.after.n == 0 and down.by == "earned"


def test_a_chinese_scheme_stays_chinese() -> None:
    ladder = "等级:\n  会员:\n    VIP: {升级条件: 年消费 >= 2万}\n    普通:  # 其余\n"
    chinese = f"方案: 店\n指标: {{年消费: {{monetary: 12 months}}}}\n{ladder}"
    form = now(chinese, "会员", "zh")
    rungs = [Rung("VIP", "年消费 >= 3万", "年消费 >= 1万", benefits={"包邮": "是"}), replace(form.rungs[1], zh="大众")]
    told = {"hold": "90天", "fall_by": "step", "review": "anniversary of joining", "new_level_of": "earned"}
    wanted = Wanted(rungs, {**form.options, **told}, zh="会员体系", score={"年消费": "0.5"})
    text = with_ladder(chinese, "会员", wanted, form)
    for said in ("保级条件", "下降: {保护期: \"90天\", 幅度: 逐级}", "权益: {包邮: true}", "评审: 入会周年",
                 "普通: {名称: 大众}  # 其余", "名称: 会员体系", "评分: {年消费: 0.5}"):  # fmt: skip
        assert said in text
    assert form_of(Scheme.parse(text), "会员", "zh") == wanted


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
    text = saved(replace(now(), rungs=[plain, vip, visitor]))
    assert list(Scheme.parse(text).levels["member"].levels) == ["plain", "VIP", "visitor"]
    assert '    # the best\n    VIP: {enter: "spend_12m >= 2万", keep: "spend_12m >= 1万"}  # since 2020\n' in text
    assert saved(replace(now(text), rungs=[vip, plain, visitor]), text) == SCHEME


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
    assert 'href="/levels/new/"' in client.get("/levels/").content.decode()
    page = client.get("/levels/new/?name=会员").content.decode()
    assert levels_of(page) == ["VIP", "普通", "潜在"] and page.count('class="card kind"') == 3
    cells = re.findall(r'<th scope="row">[^<]*</th>\s*<td class="num">([\d,]+)</td>', page)
    held = [int(n.replace(",", "")) for n in cells]
    assert len(held) == 3 and sum(held) == 150 and all(held), "how many each level would hold, before it is saved"
    assert not Version.objects.filter(published_at=None).exists()
    tiers = client.get("/levels/new/?template=tiers").content.decode()
    assert levels_of(tiers) == ["钻石", "金卡", "银卡", "普通"] and 'value="6个月"' in tiers
    said = {"template": "three", "name": "会员", "level": ["VIP", "普通", "潜在"], "keep": ["", "", ""],
            "enter": ["年消费 >= 7万", "年订单 >= 1", ""], "perk": ["折扣", ""], "perk-0": ["95折", ""]}  # fmt: skip
    assert client.post("/levels/new/save/", said).status_code == 302
    draft = Version.objects.get(published_at=None)
    ladder = Scheme.parse(draft.text).levels["会员"]
    assert list(ladder.levels) == ["VIP", "普通", "潜在"] and ladder.levels["VIP"].benefits == {"折扣": "95折"}
    enter = ladder.levels["VIP"].enter
    assert enter is not None and enter.text("zh").startswith("年消费 ≥ ")
    assert ladder.levels["普通"].enter is not None and ladder.levels["潜在"].enter is None
    told = client.get(f"/scheme/versions/{draft.pk}/preview/").content.decode()
    assert "普通" in told and "年消费<span class=\"days\">" in told, "who publishes sees the counts as well"
    page = client.get("/levels/").content.decode()
    assert "“会员”" not in page.split("<main")[0] and f'href="/scheme/versions/{draft.pk}/"' in page, "the way onward"
    assert own_shop.client("approver").post(f"/scheme/versions/{draft.pk}/publish/").status_code == 302
    assert f"/scheme/versions/{draft.pk}/" not in client.get("/levels/").content.decode()


def test_a_ladder_can_be_begun_where_a_metric_means_something_else_since_the_run(own_shop: Shop) -> None:
    file = own_shop.folder / "scheme.yaml"
    text = file.read_text("utf-8").replace("年消费:    {monetary: 12 months}", "年消费:    {monetary: 365 days}")
    file.write_text(text, "utf-8")
    answer = own_shop.client("operator").get("/levels/new/")
    assert answer.status_code == 200 and "E-WEB-082" in answer.content.decode(), "the form is there, and says why"


@pytest.mark.parametrize("name", ["", "年消费", "a: b", "ABC"])
def test_a_name_that_cannot_be_a_ladder_is_refused_beside_its_field(own_shop: Shop, name: str) -> None:
    without_levels(own_shop)
    answer = own_shop.client("operator").post("/levels/new/save/", {"name": name})
    page = answer.content.decode()
    assert answer.status_code == 400 and re.search(r'id="wrong-name"[^>]*>[^<]*<code>E-WEB-112', page)
    assert not Version.objects.filter(published_at=None).exists()


LABELLED = SCHEME.replace(
    "{monetary: 12 months}", '{monetary: 12 months, label: {zh: 近 12 个月消费, en: Spend in 12 months}}'
).replace("{frequency: 12 months}", "{frequency: 12 months, label: {zh: 近12个月订单数, en: Orders in 12 months}}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_conditions_are_read_and_typed_under_labels_and_written_under_names(lang: Lang) -> None:
    scheme = Scheme.parse(LABELLED)
    rungs = rungs_of(scheme.levels["member"], lang)
    shown = [Rung(r.name, with_labels(r.enter, scheme, lang), with_labels(r.keep, scheme, lang)) for r in rungs]
    called = "近 12 个月消费" if lang == "zh" else "Spend in 12 months"
    assert called in shown[0].enter and "spend_12m" not in str(shown)
    back = [Rung(r.name, with_names(r.enter, scheme, lang), with_names(r.keep, scheme, lang)) for r in shown]
    form = now(LABELLED, lang=lang)
    assert with_ladder(LABELLED, "member", replace(form, rungs=back), form) == LABELLED, "nothing was changed"
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
