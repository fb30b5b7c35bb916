"""The nine commands about levels, as a person calls them: each answer in one language, each `--json` for programs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

HAN = re.compile("[\u4e00-\u9fff]")
SCHEME = """方案: 门店会员
时区: UTC
基准日: 2024-06-01
数据源:
  销售: {文件: data/*.csv, 列: {单号: no, 客户: who, 日期: day, 金额: paid}}
  客户: {文件: people.csv, 列: {客户: who, name: name}}
指标:
  spend: {消费金额: 近12个月, 名称: {zh: 年消费, en: Spend}}
  orders: {消费频次: 近12个月, 名称: {zh: 年单数, en: Orders}}
等级:
  member:
    名称: {zh: 会员等级, en: Member level}
    VIP: {升级条件: spend >= 200, 保级条件: spend >= 150, 名称: {zh: 贵宾, en: Gold}, 权益: {discount: 10%}}
    plain: {升级条件: orders >= 1, 名称: {zh: 普通, en: Plain}}
    guest: {名称: {zh: 潜在, en: Guest}}
    下降: {宽限期: 30天, 幅度: 逐级}
    闸门: {降级: 20%}
"""
SALES = "no,who,day,paid\n1,1001,2024-01-05,250\n2,1002,2024-05-01,50\n3,1003,2023-12-20,10\n"
PEOPLE = "who,name\n1001,丽颜\n1002,\n"
#: What is the same in both languages: names that stand in the data, ids, commands, file names, codes.
SAME = re.compile(r"\S*custrata( (apply|approve))?|\d{8}-\d{6}-\w+|\w+\.(html|xlsx|png|svg)|discount|E-[A-Z]+-\d+")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    (folder / "data").mkdir(parents=True)
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    (folder / "data" / "a.csv").write_text(SALES, "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    monkeypatch.chdir(folder)
    return folder


def plain(out: str) -> str:
    return SAME.sub("", out)


def asked(call: Any, *words: str, lang: str = "zh") -> str:
    """The answer of a command that must succeed, in one language only."""
    said = call(*words, "--lang", lang)
    assert said.status == 0, said.err
    left = plain(said.out).replace("丽颜", "") if lang == "en" else plain(said.out)
    wrong = re.findall("[A-Za-z]{2,}", left) if lang == "zh" else HAN.findall(left)
    assert not wrong, (wrong, said.out)
    assert isinstance(said.out, str)
    return said.out


def applied(call: Any, *days: str) -> None:
    for day in days:
        made = call("plan", "--as-of", day, "--json").json
        if made["brakes"]:
            call("approve", "--json")
        assert call("apply", "--json").json["run"] == made["id"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_plan_from_first_look_to_movement(shop: Path, call: Any, lang: str) -> None:
    said = asked(call, "plan", lang=lang)
    assert "首次定级" in said if lang == "zh" else "first placed" in said
    asked(call, "apply", lang=lang)
    warned = asked(call, "plan", "--as-of", "2025-01-05", lang=lang)
    assert "2025-02-04" in warned, "who is in grace, and until when"
    assert "没有客户变动" in warned if lang == "zh" else "Nobody moves" in warned
    asked(call, "apply", lang=lang)
    said = asked(call, "plan", "--as-of", "2025-02-04", "--out", "p.html", "--out", "p.xlsx", lang=lang)
    assert "丽颜 (1001)" in said and "150" in said, "who falls, and the number that decided"
    assert "custrata approve" in said and (shop / "p.html").exists() and (shop / "p.xlsx").exists()
    asked(call, "approve", "--comment", "2025", lang=lang)
    asked(call, "apply", lang=lang)
    files = [word for name in ("m.html", "m.xlsx", "m.png", "m.svg") for word in ("--out", name)]
    asked(call, "movement", "--from", "2025-01-01", *files, lang=lang)
    assert all((shop / name).stat().st_size > 1000 for name in files[1::2])
    told = asked(call, "level", "1001", lang=lang)
    spend = "年消费" if lang == "zh" else "Spend"
    assert f"{spend} 250 (≥ 200)" in told and f"{spend} 0 (≥ 150)" in told, "why he rose, and why he fell"
    asked(call, "runs", lang=lang)


def test_what_a_level_is_called_is_printed_as_it_is_written(shop: Path, call: Any) -> None:
    (shop / "scheme.yaml").write_text(SCHEME.replace("{zh: 贵宾, en: Gold}", '"[bold]贵宾"'), "utf-8")
    assert "[bold]贵宾" in call("plan").out
    call("apply")
    assert "会员等级：[bold]贵宾，" in call("level", "1001", "--lang", "zh").out
    call("override", "1002", "[bold]贵宾", "--reason", "7", "--until", "2199-01-01")
    assert "[bold]贵宾" in call("override").out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_by_hand_and_back(shop: Path, call: Any, lang: str) -> None:
    applied(call, "2024-06-01")
    first = call("runs", "--json").json[0]["id"]
    assert asked(call, "override", lang=lang)
    level = "贵宾" if lang == "zh" else "Gold"
    asked(call, "override", "1002", level, "--reason", "7", "--who", "8", "--until", "2199-01-01", lang=lang)
    asked(call, "override", "1003", level, "--floor", "--reason", "7", "--who", "8", lang=lang)
    listed = asked(call, "override", lang=lang)
    assert "1002" in listed and "2199-01-01" in listed
    assert asked(call, "override", "--expiring", "30", lang=lang)
    asked(call, "plan", "--as-of", "2024-06-02", lang=lang)
    asked(call, "apply", lang=lang)
    told = asked(call, "level", "1002", lang=lang)
    assert level in told and told.rstrip().endswith("7 — 8"), "by whom it was given, and why"
    asked(call, "override", "--end", "1", lang=lang)
    asked(call, "plan", "--as-of", "2024-06-03", lang=lang)
    asked(call, "reject", "--comment", "7", lang=lang)
    asked(call, "rollback", first, "--reason", "7", lang=lang)
    assert ("已回退" if lang == "zh" else "rolled back") in asked(call, "runs", lang=lang)


def test_every_answer_is_data_for_programs(shop: Path, call: Any) -> None:
    made = call("plan", "--json", "--out", "p.html").json
    assert (made["state"], made["moves"], made["on"]) == ("open", 3, {"member": 3})
    ladder = made["ladders"][0]
    assert ladder["pairs"][0]["from"] is None and {"falls", "rises", "grace", "held"} <= ladder.keys()
    assert made["files"] == ["p.html"]
    call("apply")
    assert call("movement", "--json").json[0]["levels"][0]["closing"] == 1
    assert call("movement", "--ladder", "member", "--json").json[0]["ladder"] == "member"
    given = call("override", "1002", "VIP", "--reason", "x", "--json").json
    assert (given["id"], given["level"]) == (1, "VIP")
    assert [o["id"] for o in call("override", "--json").json] == [1]
    assert call("override", "--end", "1", "--json").json["customer_id"] == "1002"
    assert call("level", "1001", "--json").json[0]["level"] == "VIP"
    waiting = call("plan", "--as-of", "2024-06-02", "--json").json["id"]
    assert call("approve", "--json").json["state"] == "approved"
    assert call("reject", waiting, "--comment", "no", "--json").json["state"] == "rejected"
    applied(call, "2024-06-03")
    found = call("runs", "--json").json
    assert [r["current"] for r in found] == [True, False]
    assert call("rollback", found[1]["id"], "--reason", "x", "--json").json == {"run": found[1]["id"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_schemes_are_compared_and_the_comparison_can_be_sent(shop: Path, call: Any, lang: str) -> None:
    applied(call, "2024-06-01")
    other = SCHEME.replace("门店会员", "V2").replace("spend >= 200", "spend >= 40").replace("150", "40")
    (shop / "other.yaml").write_text(other, "utf-8")
    words = ("plan", "--what-if", "other.yaml", "--out", "compared.html", "--out", "compared.xlsx")
    said = asked(call, *words, lang=lang)
    assert "1002" in said and "compared.xlsx" in said
    assert "1002" in (shop / "compared.html").read_text("utf-8") and (shop / "compared.xlsx").stat().st_size > 5000
    found = call(*words, "--json").json
    assert [(d["customer_id"], d["ours"], d["theirs"], d["theirs_cause"]) for d in found["biggest"]] == [
        ("1002", "plain", "VIP", "upgrade")
    ]
    assert found["files"] == ["compared.html", "compared.xlsx"]
    assert call("approve").err.startswith("E-PLAN-006"), "no plan was made"


def test_a_ladder_is_summed_listed_and_drawn_like_a_segment(shop: Path, call: Any) -> None:
    applied(call, "2024-06-01")
    assert [r["class"] for r in call("summary", "member", "--json", "--lang", "en").json] == ["Gold", "Plain", "Guest"]
    assert "member" in call("summary", "--json").json
    said = call("export", "member", "--class", "VIP", "--json").json
    assert said["customers"] == 1
    assert call("chart", "member", "m.svg").status == 0 and (shop / "m.svg").exists()
    assert call("report", "--out", "r.html").status == 0
    assert "会员等级" in call("report", "--out", "r.html", "--lang", "zh").out or "会员等级" in Path(
        "r.html"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["plan", "--out", "p.pdf"], "E-CLI-003"),
        (["plan", "--what-if", "scheme.yaml", "--out", "p.pdf"], "E-CLI-003"),
        (["plan", "--as-of", "soon"], "E-CLI-001"),
        (["movement", "--out", "m.doc"], "E-CLI-003"),
        (["movement", "--ladder", "x"], "E-HAND-002"),
        (["movement", "--from", "2024-07-01", "--to", "2024-06-01"], "E-PLAN-010"),
        (["apply", "nothing"], "E-PLAN-005"),
        (["approve"], "E-PLAN-006"),
        (["reject", "--comment", "x"], "E-PLAN-006"),
        (["override", "1001"], "E-HAND-003"),
        (["override", "1001", "VIP"], "E-HAND-001"),
        (["override", "--end", "9"], "E-HAND-005"),
        (["level", "nobody"], "E-RUN-004"),
        (["rollback", "nowhere", "--reason", "x"], "E-RUN-002"),
        (["summary", "nothing"], "E-RUN-003"),
    ],
)
def test_what_cannot_be_done_is_told(shop: Path, call: Any, words: list[str], code: str) -> None:
    applied(call, "2024-06-01")
    for lang in ("zh", "en"):
        said = call(*words, "--lang", lang)
        assert said.status == 1 and said.err.startswith(code), said.err
        assert bool(HAN.search(said.err.replace("贵宾", ""))) is (lang == "zh"), said.err
    assert call("plan", "--json").json["state"] == "open", "nothing was half done"


def test_a_wrong_file_is_refused_before_a_plan_is_made(shop: Path, call: Any) -> None:
    call("plan", "--out", "plan.docx")
    assert call("approve").err.startswith("E-PLAN-005")
