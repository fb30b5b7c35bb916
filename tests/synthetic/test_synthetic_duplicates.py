"""The customer file with planted duplicates is the same for the same seed, and its truth holds."""

from __future__ import annotations

from collections import Counter

from custrata.core.identity.taxes import valid_uscc
from custrata.synthetic.duplicates import customer_file


def test_the_same_seed_gives_the_same_file_and_another_seed_another() -> None:
    one, two = customer_file(200, seed=5), customer_file(200, seed=5)
    assert one.table.equals(two.table) and one.entity == two.entity
    assert not customer_file(200, seed=6).table.equals(one.table)


def test_about_a_tenth_is_entered_again_and_every_pair_is_one_customer() -> None:
    made = customer_file(2000, seed=7)
    again = len(made.entity) - len(set(made.entity.values()))
    assert 0.06 < again / len(made.entity) < 0.14
    assert all(made.entity[a] == made.entity[b] and a < b for a, b in made.pairs())
    sizes = Counter(Counter(made.entity.values()).values())
    assert sizes[1] > 1500 and sizes[2] > 80


def test_tax_numbers_keep_their_check_digit() -> None:
    numbers = [t for t in customer_file(500, seed=8).table["tax_number"].to_pylist() if t]
    assert len(numbers) > 50
    assert sum(valid_uscc(t.upper()) for t in numbers) / len(numbers) > 0.98
