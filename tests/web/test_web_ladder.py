"""The ladder as a form: what it shows is what the scheme says, what it saves is what was typed, and nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_shops import Shop

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.condition_labels import with_labels, with_names
from custrata.usecases.ladder_edit import with_ladder
from custrata.usecases.ladder_form import OPTIONS, Rung, Wanted, form_of, rungs_of
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


def now(text: str = SCHEME, name: str = "member", lang: Lang = "en") -> Wanted:
    return form_of(Scheme.parse(text), name, lang)


def as_it_is() -> Sequence[Rung]:
    return now().rungs


def saved(wanted: Wanted, text: str = SCHEME) -> str:
    return with_ladder(text, "member", wanted, now(text))


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


def whole(**said: object) -> dict[str, object]:
    """The form as a browser sends it."""
    return {**FORM, "zh": ["", "", "", ""], "en": ["", "", "", ""], "reason": "x", **said}


def test_everything_that_a_scheme_says_of_a_ladder_is_in_the_form(own_shop: Shop) -> None:
    client = own_shop.client("operator")
    page = client.get("/levels/ladders/会员等级/").content.decode()
    for key in (*OPTIONS, "label_zh", "weighed", "perk", "zh"):
        assert f'name="{key}"' in page
    said = whole(
        review="quarterly", rise_at="review", rise_by="step", hold="6个月", grace="30天", fall_at="review",
        fall_by="step", refund="at once", new_level_of="普通", new_for="90天", brake_fall="5%", brake_rise="50",
        label_zh="会员", label_en="Member", zh=["贵宾", "", "", ""], perk=["折扣", "包邮", ""],
        **{"perk-0": ["0.88", "是", ""], "perk-1": ["95折", "", ""], "weighed": ["年消费", ""], "weight": ["0.3", ""]},
    )  # fmt: skip
    assert client.post("/levels/ladders/会员等级/save/", said).status_code == 302
    draft = Version.objects.get(published_at=None)
    ladder = Scheme.parse(draft.text).levels["会员等级"]
    assert ladder.review == "quarterly" and ladder.refund == "at once"
    assert (ladder.up.at, ladder.up.by) == ("review", "step")
    assert (ladder.down.at, ladder.down.by, str(ladder.down.hold)) == ("review", "step", "6 months")
    assert ladder.new.level == "普通" and str(ladder.new.lasts) == "90 days" and ladder.brakes.rise * 2 == 1
    assert ladder.label is not None and ladder.label.en == "Member" and [*ladder.score] == ["年消费"]
    assert ladder.levels["VIP"].benefits["包邮"] is True and ladder.levels["金卡"].benefits == {"折扣": "95折"}
    assert ladder.levels["VIP"].label is not None and ladder.levels["VIP"].label.zh == "贵宾"
    own_shop.client("approver").post(f"/scheme/versions/{draft.pk}/publish/")
    page = client.get("/levels/ladders/会员等级/").content.decode()
    for value in ("6个月", "0.88", "是", "95折", "贵宾", "Member", "0.3"):
        assert f'value="{value}"' in page
    sent = fields_sent(page)
    again = client.post("/levels/ladders/会员等级/save/", sent)
    assert again.status_code == 400 and "E-WEB-035" in again.content.decode(), "sent as it came, it changes nothing"


def fields_sent(page: str) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody touched."""
    form, found = page.split('class="ladder">')[1].split("</form>")[0], dict[str, list[str]]()
    for tag in re.findall(r"<input [^>]*>|<select .*?</select>", form, re.DOTALL):
        name = re.search(r'name="([^"]*)"', tag)
        if name is None or 'type="checkbox"' in tag:
            continue
        chosen = re.search(r'value="([^"]*)" selected', tag) or re.search(r'value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(html.unescape(chosen[1]) if chosen else "")
    return found


def test_levels_under_a_key_of_their_own_stay_there() -> None:
    text = SCHEME.replace("    # the best\n    VIP", "    levels:\n      # the best\n      VIP")
    text = text.replace("    plain:", "      plain:").replace("    visitor:", "      visitor:")
    vip, plain, visitor = now(text).rungs
    rungs = [plain, replace(vip, zh="Best"), Rung("extra", "orders_12m > 0"), visitor]
    after = saved(replace(now(text), rungs=rungs), text)
    found = Scheme.parse(after).levels["member"]
    assert list(found.levels) == ["plain", "VIP", "extra", "visitor"] and "# since 2020" in after
    both = text.replace("    levels:", '    extra: {enter: "orders_12m > 9"}\n    levels:')
    with pytest.raises(CustrataError, match="E-SCHEME-060"):
        saved(now(both), both)


@pytest.mark.parametrize("short", ["down: never", "new: plain", "up: at review"])
def test_an_option_beside_one_that_is_written_short_keeps_it(short: str) -> None:
    text = SCHEME.replace("down: {after: 30 days of grace, by: step}", short)
    told = {"hold": "1 months", "new_for": "2 months", "rise_by": "step"}
    after = saved(replace(now(text), options={**now(text).options, **told}), text)
    ladder, was = Scheme.parse(after).levels["member"], Scheme.parse(text).levels["member"]
    assert (ladder.down.at, ladder.new.level, ladder.up.at) == (was.down.at, was.new.level, was.up.at)
    assert str(ladder.down.hold) == "1 months" and str(ladder.new.lasts) == "2 months" and ladder.up.by == "step"


def test_a_level_cannot_be_called_as_an_option_is() -> None:
    with pytest.raises(CustrataError, match="E-SCHEME-061"):
        saved(replace(now(), rungs=[Rung("review", "orders_12m > 1"), *as_it_is()]))


def test_what_an_anchor_says_elsewhere_is_not_changed_with_it() -> None:
    text = SCHEME.replace("plain: {enter: orders_12m >= 1}", "plain: &a {enter: orders_12m >= 1}")
    text += "  other:\n    top: *a\n    rest: {}\n"
    vip, plain, visitor = now(text).rungs
    with pytest.raises(CustrataError, match="E-SCHEME-062"):
        saved(replace(now(text), rungs=[vip, replace(plain, enter="orders_12m >= 2"), visitor]), text)
    assert saved(now(text), text) == text
    inside = SCHEME.replace("keep: \"spend_12m >= 1万\"", "keep: *b").replace("enter: \"spend", "enter: &b \"spend")
    vip, plain, visitor = now(inside).rungs
    with pytest.raises(CustrataError, match="E-SCHEME-062"):
        saved(replace(now(inside), rungs=[replace(vip, keep="spend_12m >= 1"), plain, visitor]), inside)


WORDS = st.sampled_from(["", "贵宾", "Best", "a: b", "# no", "yes", "0012", "'", "3 { x"])
TYPED = st.builds(
    Rung, st.sampled_from(["VIP", "plain", "visitor", "silver", "金卡", "on", "x: y"]),
    st.sampled_from(["spend_12m >= 2万", "spend_12m >= 2万 or orders_12m > 3", "not (spend_12m < 1)"]),
    st.sampled_from(["", "orders_12m >= 2"]), WORDS, WORDS,
    st.dictionaries(st.sampled_from(["折扣", "points", "a b", "x: y"]),
                    st.sampled_from(["0.95", "2", "是", "95折", "# no", "010", "-1.50", "null"]), max_size=3),
)  # fmt: skip
CHOSEN = st.fixed_dictionaries({
    "review": st.sampled_from(["every run", "anniversary of level"]),
    "refund": st.sampled_from(["at once", "at review"]),
    "hold": st.sampled_from(["", "30 days", "2 months"]), "grace": st.sampled_from(["", "30 days", "1 months"]),
    "fall_at": st.sampled_from(["once", "never"]), "rise_by": st.sampled_from(["earned", "step"]),
    "brake_rise": st.sampled_from(["100", "12.5"]), "new_for": st.sampled_from(["", "3 days"]),
})  # fmt: skip


@given(st.lists(TYPED, min_size=1, max_size=4, unique_by=lambda r: r.name), CHOSEN, WORDS, WORDS)
def test_whatever_is_typed_is_what_the_form_shows_when_it_is_opened_again(
    rungs: list[Rung], options: dict[str, str], zh: str, en: str
) -> None:
    wanted = Wanted([*rungs, Rung("last")], {**now().options, **options}, zh, en, {"orders_12m": "0.5"})
    text = saved(wanted)
    found = now(text)
    # A label that is told once serves both languages, and a number is written as numbers are.
    shown = [replace(r, zh=r.zh or r.en, en=r.en if r.zh and r.en != r.zh else "",
                     benefits={k: {"-1.50": "-1.5", "是": "yes"}.get(v, v) for k, v in r.benefits.items()})
             for r in wanted.rungs]  # fmt: skip
    assert found == replace(wanted, rungs=shown, zh=zh or en, en=en if zh and en != zh else "")
    assert saved(found, text) == text and "# ours" in text
    assert Scheme.parse(text).metrics == Scheme.parse(SCHEME).metrics


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"hold": "soon"}, "hold", "E-SCHEME-037"), ({"brake_fall": "300"}, "brake_fall", "E-SCHEME-037"),
        ({"review": "weekly"}, "review", "E-SCHEME-005"), ({"new_level_of": "none"}, "new_level_of", "E-LEVEL-004"),
        ({"weighed": ["年消费"], "weight": ["much"]}, "score", "E-SCHEME-037"),
        ({"weighed": [""], "weight": ["2"]}, "score", "E-WEB-123"),
        ({"perk": [""], "perk-1": ["95折"]}, "benefits", "E-WEB-121"),
        ({"perk": ["折扣", "折扣"], "perk-1": ["95折", "9折"]}, "benefits", "E-WEB-122"),
        ({"keep": ["", "年消费 >=", "", ""]}, "keep-1", "E-SCHEME-013"),
        ({"keep": ["年消费 >= 20万", "", "", ""]}, "keep-0", "E-LEVEL-006"),
        ({"enter": ["年消费 >= 10万", "何物 >= 2", "年订单 >= 1", ""]}, "enter-1", "E-SCHEME-003"),
        ({"new_level": "银卡", "new_enter": "年消费 >", "new_above": "普通"}, "new_enter", "E-SCHEME-013"),
        ({"new_level": "评审", "new_enter": "年消费 > 1", "new_above": "普通"}, "new_level", "E-SCHEME-061"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_beside_its_field(shop: Shop, said: dict[str, object], field: str, code: str) -> None:
    client = shop.client("operator")
    live = client.post("/levels/ladders/会员等级/", whole(**said), headers={"HX-Request": "true"})
    told = rf'id="wrong-{field}" hx-swap-oob="true">[^<]*<code>{code}'
    assert live.status_code == 400 and re.search(told, live.content.decode())
    answer = client.post("/levels/ladders/会员等级/save/", whole(**said)).content.decode()
    if not field.startswith("new_l") and not field.startswith("new_e"):
        assert re.search(rf'id="wrong-{field}">[^<]*<code>{code}', answer)
    assert code in answer and not Version.objects.filter(published_at=None, reason="x").exists()


def test_a_draft_is_gone_on_with_in_the_form_and_leads_to_the_plan(own_shop: Shop) -> None:
    client, approver = own_shop.client("operator"), own_shop.client("approver")
    enter = ["年消费 >= 20万", "年消费 >= 2万", "年订单 >= 1", ""]
    client.post("/levels/ladders/会员等级/save/", whole(enter=enter))
    first = Version.objects.get(published_at=None)
    page = client.get(f"/scheme/versions/{first.pk}/").content.decode()
    form = re.search(r'href="(/levels/ladders/[^"]*from=\d+)"', page)
    assert form is not None
    page = client.get(html.unescape(form[1])).content.decode()
    assert 'value="年消费 &gt;= 20万"' in page and f'name="from" value="{first.pk}"' in page
    sent = fields_sent(page)
    sent["hold"] = ["90天"]
    assert client.post("/levels/ladders/会员等级/save/", sent).status_code == 302
    second = Version.objects.order_by("-id")[0]
    ladder = Scheme.parse(second.text).levels["会员等级"]
    assert str(ladder.down.hold) == "90 days" and "20万" in second.text and second.base == first.base
    told = client.get(f"/scheme/versions/{second.pk}/preview/").content.decode()
    assert 'class="num stays"' in told or "±0" in told, "how many each level would hold"
    approver.post(f"/scheme/versions/{second.pk}/publish/")
    assert 'class="button main" href="/levels/"' in approver.get(f"/scheme/versions/{second.pk}/").content.decode()
    assert client.get("/levels/ladders/会员等级/?from=99999").status_code in (400, 404)
