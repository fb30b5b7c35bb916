"""Classes keep apart what is called alike: values of the data, the missing class, classes of other segments."""

from __future__ import annotations

import pyarrow as pa
import pytest

from shops import classes, classify, column, evaluated, sales, spends, the_problem

PEOPLE = pa.table({
    "customer_id": ["mill", "shop", "odd", "blank"],
    "industry": ["metal", "retail", "Not given", None],
})  # fmt: skip
SPEND = dict.fromkeys(["mill", "shop", "odd", "blank"], 100)


def test_a_value_called_as_the_missing_class_is_not_the_missing_class() -> None:
    found = classes("{attribute: industry}", spends(SPEND), customers=PEOPLE)
    assert found == {"mill": "metal", "shop": "retail", "odd": "“Not given”", "blank": "Not given"}


def test_an_explanation_tells_the_two_apart() -> None:
    with evaluated("segments: {it: {attribute: industry}}", spends(SPEND), customers=PEOPLE) as result:
        assert result.explain("odd").classes[0].key == "“Not given”"
        assert result.explain("blank").classes[0].key == "missing"


def test_a_category_called_mixed_is_not_the_mixed_class() -> None:
    lines = sales(("pure", "2024-03-01", 100, "1"), ("half", "2024-03-01", 50, "2"), ("half", "2024-03-02", 50, "3"))
    lines = lines.append_column("category", pa.array(["Mixed", "tea", "Mixed"]))
    assert classes("{preference: category}", lines) == {"pure": "“Mixed”", "half": "Mixed"}


def test_the_rest_of_an_attribute_is_a_class_like_any_other() -> None:
    written = "{attribute: industry, groups: {making: [metal], everything else: else}}"
    found = classes(written, spends(SPEND), customers=PEOPLE)
    assert found == {"mill": "making", "shop": "everything else", "odd": "everything else", "blank": "Not given"}


@pytest.mark.parametrize("groups, code", [
    ("{rest: else, making: [metal]}", "E-SCHEME-035"),
    ("{making: [metal], rest: else}, else: others", "E-SCHEME-030"),
    ("{making: [metal], else: [retail]}", "E-SCHEME-012"),
])  # fmt: skip
def test_there_is_one_class_for_the_rest_and_it_comes_last(groups: str, code: str) -> None:
    written = f"{{attribute: industry, groups: {groups}}}"
    assert the_problem(f"scheme: Shop\nsegments: {{it: {written}}}").code == code


def test_no_class_may_take_the_key_of_the_missing_one() -> None:
    written = "{thresholds: spend, classes: {there: above 0, missing: else}}"
    assert the_problem(f"scheme: Shop\nsegments: {{it: {written}}}").code == "E-SCHEME-012"


TIERS = """
segments:
  tier: {thresholds: spend, classes: {big: above 50, small: else}}
  often: {thresholds: orders, classes: {often: above 5, seldom: else}}
  cell: {matrix: [tier, often]}
"""


def test_a_cell_of_a_cross_that_no_class_makes_is_refused_in_rules() -> None:
    problem = the_problem(f"scheme: Shop\n{TIERS}  it: {{rules: {{yes: cell is 'big × oftn', no: else}}}}\n")
    assert problem.code == "E-SCHEME-015"
    assert problem.values["suggestion"] == "big × often"


def test_a_rule_over_a_cross_takes_its_cell() -> None:
    body = TIERS + "  it: {rules: {yes: cell is 'big × seldom', no: else}}\n"
    found = classify(body, spends({"ann": 100, "bob": 10}))
    assert column(found, "it") == {"ann": "yes", "bob": "no"}
