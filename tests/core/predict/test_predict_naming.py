"""Names of clusters: by declared rules, each once, kept while they hold, and described where no rule speaks."""

from __future__ import annotations

import pytest

from custrata.core.predict.naming import BY_KEY, MEANS, RULES, Heights, named, outstanding

KINDS = {
    "spend": "monetary", "orders": "frequency", "silent": "recency", "basket": "average_order_value",
    "rhythm": "stability.intervals", "off": "discount_share", "brand": "top_share.brand", "active":
    "stability.active months", "complaints": "interactions.complaint", "age": "tenure",
}  # fmt: skip


def rule_of(**heights: float) -> str | None:
    return named([Heights(heights)], KINDS)[0]


@pytest.mark.parametrize(("heights", "rule"), [
    ({"rhythm": 1.2, "basket": 0.9}, "impulsive"),
    ({"active": -1.2, "basket": 0.9}, "impulsive"),
    ({"rhythm": 1.2, "basket": 0.1}, None),
    ({"off": 1.5, "spend": 0.2}, "price_sensitive"),
    ({"brand": 0.8}, "brand_loyal"),
    ({"brand": 0.8, "orders": 0.1}, "brand_loyal"),
    ({"brand": 0.8, "orders": -0.9}, None),
    ({"complaints": 2.0}, "complaining"),
    ({"age": -1.0, "silent": -0.9}, "new"),
    ({"spend": 1.0, "orders": 1.0, "silent": -0.5}, "big_regular"),
    ({"spend": 1.0, "orders": 0.0, "silent": 1.1}, "big_sleeping"),
    ({"spend": -0.8, "orders": -0.2, "silent": 1.1}, "sleeping"),
    ({"spend": -0.8, "orders": -0.9, "silent": 0.1}, "small"),
    ({"spend": 0.1, "orders": -0.2, "silent": 0.1}, None),
])  # fmt: skip
def test_what_stands_out_gives_the_name(heights: dict[str, float], rule: str | None) -> None:
    assert rule_of(**heights) == rule


def test_a_name_goes_to_the_cluster_in_which_it_stands_out_most() -> None:
    far, near = Heights({"silent": 1.9}), Heights({"silent": 0.9})
    assert named([near, far], KINDS) == [None, "sleeping"]


def test_a_cluster_keeps_its_name_while_the_rule_nearly_holds() -> None:
    kept = Heights({"silent": 0.5}, before="sleeping")
    assert named([Heights({"silent": 1.9}), kept], KINDS) == [None, "sleeping"]
    assert named([Heights({"silent": 1.9}), Heights({"silent": 0.2}, before="sleeping")], KINDS) == ["sleeping", None]


def test_a_cluster_like_everybody_has_nothing_that_stands_out() -> None:
    assert outstanding(Heights({"spend": 0.1, "orders": -0.3})) == []
    assert outstanding(Heights({"spend": 0.5, "orders": -2.0, "silent": 1.0})) == [("orders", False), ("silent", True)]


def test_rules_speak_of_known_meanings_and_their_names_differ() -> None:
    assert {w[1:] for r in RULES for w in r.wants} <= set(MEANS)
    assert len(BY_KEY) == len({r.zh for r in RULES}) == len({r.en for r in RULES}) == len(RULES)
