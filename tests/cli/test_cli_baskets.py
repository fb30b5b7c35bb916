"""Baskets and recommendations in a terminal: in both languages, as a file and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SCHEME = """scheme: Shop
as_of: 2024-05-25
sources: {orders: {file: sales.csv}}
segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}
metrics: {spend: {monetary: lifetime}}
"""


@pytest.fixture
def store(tmp_path: Path, call: Any) -> Path:
    lines = ["customer_id,order_id,ordered_at,product,category,amount"]
    for i in range(30):
        pair = ("咖啡", "滤纸") if i < 15 else ("茶", "壶")
        lines += [f"k{i},{i},2024-0{1 + i % 5}-10,{p},饮料,10" for p in pair]
        lines += [f"k{i},b{i},2024-0{2 + i % 4}-20,[red]面包,食品,3"] if i > 3 else []
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    assert call("run", tmp_path).status == 0
    return tmp_path


def test_pairs_are_shown_in_both_languages(store: Path, call: Any) -> None:
    said = call("baskets", "-w", store, "--lang", "zh")
    assert said.status == 0
    assert "咖啡 + 滤纸" in said.out
    assert "提升度" in said.out
    assert "Lift" in call("baskets", "-w", store, "--lang", "en").out
    found = call("baskets", "-w", store, "--json").json
    assert [p["items"] for p in found["of"][0]["pairs"]] == [["咖啡", "滤纸"], ["壶", "茶"]]
    by = call("baskets", "-w", store, "--by", "类别", "--segment", "TIER", "--class", "small", "--json").json
    assert (by["by"], by["segment"], len(by["of"])) == ("category", "tier", 1)


def test_what_cannot_be_is_said_with_its_mend(store: Path, call: Any) -> None:
    assert "E-PREDICT-035" in call("baskets", "-w", store, "--by", "brnd").err
    assert "E-PREDICT-031" in call("baskets", "-w", store, "--by", "brand").err
    assert "E-PREDICT-039" in call("recommend", "-w", store).err
    assert "E-PREDICT-039" in call("recommend", "k1", "--all", "-w", store).err
    assert "E-RUN-004" in call("recommend", "nobody", "-w", store).err
    assert "E-CLI-005" in call("recommend", "--all", "-o", store / "x.doc", "-w", store).err


def test_recommendations_say_how_far_to_trust_them(store: Path, call: Any) -> None:
    said = call("recommend", "k3", "-w", store, "--lang", "en").out
    assert "[red]面包" in said
    assert "best sellers" in said
    found = call("recommend", "k3", "-w", store, "--new", "--json").json
    assert {"茶", "壶", "[red]面包"} == {r["product_id"] for r in found["recommended"]}
    assert found["backtest"]["days"] in (30, 90)
    assert call("recommend", "--product", "茶", "-w", store, "--json").json["related"][0]["product_id"] == "壶"


def test_all_recommendations_go_into_a_file(store: Path, call: Any) -> None:
    file = store / "all.parquet"
    assert call("recommend", "--all", "-o", file, "-w", store, "--json").json["customers"] == 30
    assert file.stat().st_size > 0
    assert call("recommend", "--all", "-o", store / "all.xlsx", "-w", store).status == 0
