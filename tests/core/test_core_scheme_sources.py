"""A source may be written as its files alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from custrata import CustrataError, Scheme
from custrata.core.metrics.best_time import BestWeekday
from custrata.core.scheme.json_schema import json_schema
from custrata.core.scheme.yaml import read

HEAD = "scheme: Shop\nsources:\n"


@pytest.mark.parametrize(("text", "files"), [
    ("  orders: data/x.csv", {"orders": ("data/x.csv",)}),
    ("  orders: [a.csv, b.xlsx]", {"orders": ("a.csv", "b.xlsx")}),
    ("  销售: data/销售*.xlsx\n  客户: 客户.csv", {"orders": ("data/销售*.xlsx",), "customers": ("客户.csv",)}),
    ("  orders: {file: o.csv}\n  returns: r.csv\n  products: p.csv\n  assets: s.csv",
     {"orders": ("o.csv",), "returns": ("r.csv",), "products": ("p.csv",), "assets": ("s.csv",)}),
    ("  orders: o.csv\n  interactions: {complaint: data/投诉.xlsx}",
     {"orders": ("o.csv",), "interactions.complaint": ("data/投诉.xlsx",)}),
])  # fmt: skip
def test_a_text_or_a_list_of_texts_is_the_file_of_a_source(text: str, files: dict[str, tuple[str, ...]]) -> None:
    named = Scheme.parse(HEAD + text).sources.named()
    assert {name: config.file for name, config in named.items()} == files
    assert not errors(HEAD + text)


def test_it_is_the_same_scheme_as_the_long_form() -> None:
    short, long = (Scheme.parse(HEAD + f"  orders: {o}\n") for o in ("x.csv", "{file: x.csv}"))
    assert short.fingerprint == long.fingerprint
    assert short.sources == long.sources


def test_options_that_nobody_uses_leave_a_scheme_the_one_it_was() -> None:
    one = Scheme.parse(HEAD + "  orders: {file: [x.csv, y.csv], by_file: {y.csv: {header: 2}}}\n")
    form = one.sources.rules()["orders"]["by_file"]["y.csv"]
    assert form == {"header": 2, "encoding": None, "delimiter": None, "sheet": None}
    decides, _ = BestWeekday.model_validate({}).decides_and_names()
    assert "within" not in decides
    like = BestWeekday.model_validate({"within": "city"}).decides_and_names()[0]
    assert like == {**decides, "within": "city"}


@pytest.mark.parametrize("orders", ["7", "[]", "[a.csv, 7]", "''", "true", "[[a.csv]]"])
def test_anything_else_is_refused(orders: str) -> None:
    with pytest.raises(CustrataError) as told:
        Scheme.parse(HEAD + f"  orders: {orders}\n")
    assert all(p.place.startswith("scheme.yaml:3 sources.orders") for p in told.value.problems)


def errors(text: str) -> list[Any]:
    checker = Draft202012Validator(json.loads(json.dumps(json_schema())))
    return list(checker.iter_errors(json.loads(json.dumps(read(text, "scheme.yaml").data))))
