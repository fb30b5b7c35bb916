"""When two customers are on a level of a comparison, in DuckDB's SQL over the two records `_l` and `_r`."""

from __future__ import annotations

_SHORT, _LONG = "least(length(name_l), length(name_r))", "greatest(length(name_l), length(name_r))"
#: A place, branch or number that both names tell must be one; a place may be left out.
_ONE_PLACE = "(region_l = region_r or region_l = '' or region_r = '') and branch_l = branch_r and ordinal_l = ordinal_r"


def _one_slip(column: str, end: int) -> str:
    """At most one character more, less or other, or two neighbours changed.

    Such texts agree in their first or their last characters, which is far cheaper to ask first; CASE stops there.
    """
    head = f"left({column}_l, {end}) = left({column}_r, {end})"
    tail = f"right({column}_l, {end}) = right({column}_r, {end})"
    near = f"abs(length({column}_l) - length({column}_r)) <= 1 and ({head} or {tail})"
    return f"(case when {near} then damerau_levenshtein({column}_l, {column}_r) <= 1 else false end)"


#: One of the two says nothing.
NULLS = {
    "name": "name_l is null or name_r is null",
    "phone": "phone_l is null or phone_r is null",
    "email": "email_l is null or email_r is null",
    "tax_number": "tax_number_l is null or tax_number_r is null",
    "address": "(address_l is null or address_r is null) and (city_l is null or city_r is null)",
    "birthday": "birthday_l is null or birthday_r is null",
}
_CONDITIONS = {
    ("name", "same"): "name_key_l = name_key_r",
    ("name", "sounds"): f"sound_l = sound_r and name_key_l is not null and name_key_r is not null and {_ONE_PLACE}",
    # A short form: 恒达 of 恒达商贸, 王总 of 王建国; two characters in Chinese, four letters otherwise.
    ("name", "contains"): (
        f"{_SHORT} < {_LONG} and {_ONE_PLACE} and "
        "(contains(name_l, name_r) or contains(name_r, name_l)) and "
        f"({_SHORT} >= 4 or (strlen(name_l) > length(name_l) and strlen(name_r) > length(name_r)))"
    ),
    # One character more, less or other, or two changed places, in a name long enough to bear it.
    ("name", "near"): (
        f"({_LONG} >= 3 and {_one_slip('name', 1)}) or (length(sound_l) >= 6 and {_one_slip('sound', 3)}) or "
        f"(case when {_SHORT} >= 5 and left(name_l, 2) = left(name_r, 2) "
        "then jaro_winkler_similarity(name_l, name_r) >= 0.92 else false end)"
    ),
    ("phone", "same"): "list_has_any(phones_l, phones_r)",
    ("phone", "near"): _one_slip("phone", 6),
    ("email", "same"): "list_has_any(emails_l, emails_r)",
    ("email", "near"): _one_slip("email", 4),
    ("tax_number", "same"): "tax_number_l = tax_number_r",
    ("address", "same"): "address_l = address_r",
    ("address", "house"): "house_l = house_r",
    ("address", "city"): "city_l = city_r",
    ("birthday", "same"): "birthday_l = birthday_r",
}


def conditions(field: str, level: str) -> str:
    """The condition of a level that is not the last; the levels above it are tried first."""
    return _CONDITIONS[field, level]
