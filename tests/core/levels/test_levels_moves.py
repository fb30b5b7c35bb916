"""Who moves on a ladder and why: rules and people together, merges, levels that are no more."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from level_books import DAY, LADDER, LADDER_TEXT, NEXT, Book, overrides, people, who

from custrata.core.levels.ladder import Ladder


def test_everybody_begins_where_he_earned_to_be() -> None:
    book = Book()
    assert book.apply(people(ann=120, bob=10, cid=0), DAY) == {
        "ann": (None, "VIP", "initial"), "bob": (None, "plain", "initial"), "cid": (None, "visitor", "initial"),
    }  # fmt: skip
    assert book.apply(people(ann=120, bob=10, cid=0, dan=10), NEXT) == {"dan": (None, "plain", "initial")}


def test_customers_rise_fall_and_leave() -> None:
    book = Book()
    book.apply(people(ann=120, bob=10, cid=60), DAY)
    assert book.apply(people(ann=60, bob=100), NEXT) == {
        "bob": ("plain", "VIP", "upgrade"), "cid": ("plain", None, "gone"),
    }  # fmt: skip
    assert book.apply(people(ann=49, bob=100), NEXT + timedelta(1)) == {"ann": ("VIP", "plain", "downgrade")}


def test_a_pin_holds_whatever_the_rules_say_and_gives_back_what_they_went_on_saying() -> None:
    book = Book()
    book.apply(people(ann=0, bob=120), DAY)
    pinned = overrides(("ann", "pin", "VIP", "o1"), ("bob", "pin", "visitor", "o2"))
    assert book.apply(people(ann=0, bob=120), NEXT, pinned) == {
        "ann": ("visitor", "VIP", "override"), "bob": ("VIP", "visitor", "override"),
    }  # fmt: skip
    assert book.apply(people(ann=20, bob=120), NEXT + timedelta(1), pinned) == {}
    assert book.apply(people(ann=20, bob=120), NEXT + timedelta(2)) == {
        "ann": ("VIP", "plain", "override expired"), "bob": ("visitor", "VIP", "override expired"),
    }  # fmt: skip
    assert {r["customer_id"]: r["rule_since"] for r in book.rows} == {"ann": NEXT + timedelta(1), "bob": DAY}


def test_a_level_that_is_no_more_is_given_to_nobody() -> None:
    book = Book()
    gone = overrides(("ann", "pin", "gold", "o1"), ("bob", "floor", "gold", "o2"))
    assert book.apply(people(ann=60, bob=120), DAY, gone) == {
        "ann": (None, "plain", "initial"), "bob": (None, "VIP", "initial"),
    }  # fmt: skip


def test_a_floor_lifts_and_never_lowers() -> None:
    book = Book()
    floor = overrides(("ann", "floor", "plain", "o1"), ("bob", "floor", "plain", "o2"))
    assert book.apply(people(ann=0, bob=120), DAY, floor) == {
        "ann": (None, "plain", "override"), "bob": (None, "VIP", "initial"),
    }  # fmt: skip
    assert book.apply(people(ann=120, bob=0), NEXT, floor) == {
        "ann": ("plain", "VIP", "override expired"), "bob": ("VIP", "plain", "override"),
    }  # fmt: skip


def test_a_merge_keeps_the_higher_level_and_closes_the_other() -> None:
    ladder = Ladder.model_validate({**LADDER_TEXT, "down": {"hold": "30 days"}})
    book = Book(ladder)
    book.apply(people(ann=0, bob=120), DAY)
    assert book.apply(people(ann=20), NEXT, None, who(bob="ann")) == {
        "ann": ("visitor", "VIP", "merge"), "bob": ("VIP", None, "merge"),
    }  # fmt: skip
    # Bob's promise came along.
    assert [(r["rule_since"], r["promised"]) for r in book.rows] == [(DAY, DAY + timedelta(30))]
    assert book.apply(people(ann=20), DAY + timedelta(30), None, who(bob="ann")) == {
        "ann": ("VIP", "plain", "downgrade")
    }


def test_a_level_that_is_no_more_places_its_customers_anew() -> None:
    book = Book()
    book.apply(people(ann=120, bob=20), DAY)
    book.ladder = Ladder.model_validate(
        {"gold": {"enter": "spend >= 100"}, "plain": {"enter": "spend >= 10"}, "visitor": None}
    )
    assert book.apply(people(ann=120, bob=20), NEXT, None, None, LADDER) == {"ann": ("VIP", "gold", "scheme change")}


def test_a_changed_rule_names_those_whom_it_moves_and_no_others() -> None:
    book = Book()
    book.apply(people(ann=120, bob=20, cid=100, dan=120), DAY)
    old, book.ladder = book.ladder, Ladder.model_validate({**LADDER_TEXT, "VIP": {"enter": "spend >= 110"}})
    assert book.apply(people(ann=20, bob=120, cid=100, dan=120), NEXT, None, None, old) == {
        "ann": ("VIP", "plain", "downgrade"), "bob": ("plain", "VIP", "upgrade"),
        "cid": ("VIP", "plain", "scheme change"),
    }  # fmt: skip


def test_facts_that_come_late_change_what_a_day_was_thought_to_be() -> None:
    ladder = Ladder.model_validate({**LADDER_TEXT, "up": {"by": "one step"}, "down": {"hold": "30 days"}})
    book = Book(ladder)
    book.apply(people(ann=0, bob=0, cid=0), DAY)
    assert book.apply(people(ann=500, bob=500), NEXT) == {
        "ann": ("visitor", "plain", "upgrade"), "bob": ("visitor", "plain", "upgrade"),
        "cid": ("visitor", None, "gone"),
    }  # fmt: skip
    # Nobody takes a second step on the day; a level that was reached by mistake has no promise to keep.
    assert book.apply(people(ann=500, bob=500), NEXT) == {}
    assert book.apply(people(ann=500, bob=0, cid=5), NEXT) == {
        "bob": ("plain", "visitor", "downgrade"), "cid": (None, "visitor", "initial"),
    }  # fmt: skip
    assert {r["customer_id"]: r["since"] for r in book.rows} == {"ann": NEXT, "bob": DAY, "cid": DAY}
    assert book.apply(people(ann=500, bob=0, cid=5), NEXT + timedelta(1)) == {"ann": ("plain", "VIP", "upgrade")}


def test_the_first_day_may_be_looked_at_twice() -> None:
    book = Book()
    book.apply(people(ann=120, bob=10), DAY)
    assert book.apply(people(ann=120, bob=10), DAY) == {}
    assert book.apply(people(ann=20), DAY) == {"ann": ("VIP", "plain", "downgrade"), "bob": ("plain", None, "gone")}


spends = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0, 9, 10, 49, 50, 99, 100, 500]), min_size=1)
given_overrides = st.dictionaries(
    st.sampled_from("abcdefghz"),
    st.tuples(st.sampled_from(["pin", "floor"]), st.sampled_from(["VIP", "plain", "visitor"])),
)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(spends, given_overrides, st.booleans()), min_size=1, max_size=4))
def test_every_level_follows_from_the_moves(
    looks: list[tuple[dict[str, int], dict[str, tuple[str, str]], bool]],
) -> None:
    book, day = Book(), DAY
    shown: dict[str, str | None] = {}
    for n, (spend, held, next_day) in enumerate(looks):
        table = overrides(*((c, *kind, f"o{n}{c}") for c, kind in held.items()))
        day += timedelta(days=next_day)
        for customer, (before, level, cause) in book.apply(people(**spend), day, table).items():
            assert shown.get(customer) == before and before != level and cause is not None
            shown[customer] = level
        assert {c: lv for c, lv in shown.items() if lv is not None} == book.levels()
        assert set(book.levels()) == set(spend)
        for customer, (kind, level) in held.items():
            if customer in spend:
                got = LADDER.rank(book.levels()[customer])
                assert got == LADDER.rank(level) if kind == "pin" else got >= LADDER.rank(level)
        again = [r for r in book.plan(people(**spend), day, table) if r["cause"] is not None]
        assert again == [], "the same look on the same day moves nobody"
