"""Help, usage errors and answers in one language: the one asked for, else the system's, else the scheme's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from custrata.cli.main import app

COMMANDS: Any = typer.main.get_command(app)
HAN = re.compile("[\u4e00-\u9fff]")
#: Names that stay as they are typed.
TYPED = re.compile(
    r"(custrata|--?[a-z-]+|\.?[a-z]+\.[a-z]+|\.[a-z]+|\b(zh|en|csv|xlsx|parquet|gbk|utf-8-sig|json|product|category|brand)\b|HTML|XLSX|JSON"
    r"|Schema|CSV|Excel|HTTPS|PEM|\b(" + "|".join(COMMANDS.commands) + r")\b)"
)


@pytest.mark.parametrize("name", ["", *COMMANDS.commands])
def test_help_is_in_one_language(call: Any, name: str) -> None:
    words = [name] if name else []
    english, chinese = call(*words, "-h", "--lang", "en"), call(*words, "--lang", "zh", "-h")
    assert (english.status, chinese.status) == (0, 0)
    assert not HAN.search(english.out)
    left = TYPED.sub("", chinese.out)
    assert not re.search("[A-Za-z]{3,}", left), left
    assert english.out.startswith("Usage: custrata") and chinese.out.startswith("用法：custrata")
    flags = [o for p in (COMMANDS.commands[name] if name else COMMANDS).params for o in p.opts if o.startswith("--")]
    assert all(flag in english.out and flag in chinese.out for flag in flags)


def test_the_program_alone_shows_its_help(call: Any) -> None:
    said = call()
    assert said.status == 0 and "Commands:" in said.out
    assert "命令：" in call("--lang", "zh").out


@pytest.mark.parametrize(
    ("words", "code", "en", "zh"),
    [
        (["run", "--nonsense"], "E-CLI-006", "There is no option '--nonsense'", "没有选项“--nonsense”"),
        (["run", "--workspce", "x"], "E-CLI-006", "Did you mean '--workspace'", "是不是 '--workspace'"),
        (["rum"], "E-CLI-007", "Did you mean 'run'", "是不是“run”"),
        (["paint"], "E-CLI-007", "Commands: check, run", "可用的命令：check, run"),
        (["explain"], "E-CLI-008", "CUSTOMER is missing", "缺少 客户编号"),
        (["generate", "x", "--customers", "many"], "E-CLI-009", "--customers needs a whole", "--customers 须为整数"),
        (["summary", "--run"], "E-CLI-010", "--run needs a value", "--run 后面须有值"),
        (["run", "a", "b"], "E-CLI-011", "'b' does not belong here", "此处不应有“b”"),
    ],
)
def test_wrong_usage_is_told_in_the_readers_language(call: Any, words: list[str], code: str, en: str, zh: str) -> None:
    for lang, told in (("en", en), ("zh", zh)):
        said = call("--lang", lang, *words)
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith(code) and told in said.err, said.err
        assert not (lang == "en" and HAN.search(said.err))


def test_wrong_usage_is_data_for_programs(call: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.argv", ["custrata", "run", "--nonsense", "--json"])
    said = call("run", "--nonsense", "--json")
    assert (said.status, said.json["problems"][0]["code"]) == (2, "E-CLI-006")


@pytest.mark.parametrize("system", ["C.UTF-8", "C", "POSIX", ""])
def test_where_the_system_says_no_language_the_scheme_does(
    shop: Path, call: Any, monkeypatch: Any, system: str
) -> None:
    """The corner shop's classes are called in Chinese."""
    monkeypatch.setenv("LANG", system)
    assert "已发布批次" in call("run", shop).out
    assert "合计" in call("summary", "tier", "-w", shop).out
    assert "Published run" in call("run", shop, "--lang", "en").out
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "Published run" in call("run", shop).out


def test_quarantine_is_headed_in_the_language_of_the_scheme(shop: Path, call: Any) -> None:
    call("run", shop)
    chinese = next((shop / ".custrata" / "runs").glob("*/quarantine.csv")).read_text("utf-8-sig")
    assert chinese.splitlines()[0] == "数据源,文件,行号,列,值,代码,原因,处理办法"
    scheme = (shop / "scheme.yaml").read_text("utf-8").replace("{zh: 大户, en: Big}", "Big")
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    folder = Path(call("run", shop, "--json").json["folder"])
    lines = (folder / "quarantine.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "source,file,row,column,value,code,reason,mend"
    assert lines[1].startswith("orders,data/sales.csv,6,paid,many,E-ROW-002,")
