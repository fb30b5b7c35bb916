"""Every option of a ladder in its form: shown as the scheme says it, saved as typed, refused beside its field."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ladder_forms import FORM, SCHEME, as_it_is, now, saved
from web_shops import Shop

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.usecases.ladder_form import OPTIONS, Rung, Wanted
from custrata.web.models import Version


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
    inside = SCHEME.replace('keep: "spend_12m >= 1万"', "keep: *b").replace('enter: "spend', 'enter: &b "spend')
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
