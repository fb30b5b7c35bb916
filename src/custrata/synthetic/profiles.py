"""What the company's records say of each customer: names, places, trade, demographics; all invented."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custrata.synthetic.customers import Customers
from custrata.synthetic.season import EPOCH
from custrata.synthetic.words import Bools, Ints, pick, words

# Numbers that begin with 154 are not given to subscribers in China, so that nobody's telephone rings.
_PHONE = 15_400_000_000
_REGIONS = ("城市", "农村", "海外")


def customer_codes(count: int) -> pa.Array:
    """The codes of all customers in order, and a null for the walk-in trade.

    >>> customer_codes(2).to_pylist()
    ['K000001', 'K000002', None]
    """
    base = 10 ** max(6, len(str(count)))
    digits = pc.utf8_slice_codeunits(pa.array(np.arange(base + 1, base + count + 1)).cast(pa.string()), 1)
    codes = pc.binary_join_element_wise("K", digits, "")
    return pa.concat_arrays([codes, pa.nulls(1, pa.string())])


def customer_table(
    rng: np.random.Generator, customers: Customers, codes: pa.Array, points: Ints, start: date
) -> pa.Table:
    """客户档案 as it is written, one row a customer. A few telephone numbers, birthdays and industries are missing."""
    n = customers.count
    firm = customers.firm[:n]
    person = ~firm
    province, city, region = _places(rng, n)
    industry = rng.integers(0, len(words()["firms"]["industries"]), n)
    female = rng.random(n) < 0.5
    first_day = (start - EPOCH).days
    age_days = np.clip(rng.normal(41, 13, n), 18, 80) * 365.25
    birthday = first_day - age_days.astype(np.int64)
    # An odd multiplier that 5 does not divide visits every number once: no two customers share a telephone.
    phone = _PHONE + (np.arange(n) * 7_654_321 + int(rng.integers(0, 10**8))) % 10**8
    occupations = words()["people"]["occupations"]
    return pa.table(
        {
            "客户编码": codes.slice(0, n),
            "客户名称": pc.if_else(
                pa.array(firm), _firm_names(rng, customers, industry, city), _person_names(rng, female)
            ),
            "客户类型": pick(("个人", "企业"), firm.astype(np.int64)),
            "行业": pick(words()["firms"]["industries"], industry, firm & (rng.random(n) > 0.03)),
            "企业规模": pick(words()["firms"]["sizes"], customers.size[:n], firm),
            "省份": province,
            "城市": city,
            "区域类型": pick(_REGIONS, region),
            "性别": pick(("男", "女"), female.astype(np.int64), person),
            "生日": _days(birthday, person & (rng.random(n) > 0.08)),
            "职业": pick(occupations, rng.integers(0, len(occupations), n), person & (rng.random(n) > 0.1)),
            "手机号": pa.array(phone, mask=rng.random(n) < 0.03).cast(pa.string()),
            "建档日期": _days(first_day + customers.joined[:n]),
            "积分": pa.array(points),
        }
    )


def _days(numbers: Ints, where: Bools | None = None) -> pa.Array:
    return pa.array(numbers.astype(np.int32), pa.int32(), mask=None if where is None else ~where).cast(pa.date32())


def _places(rng: np.random.Generator, n: int) -> tuple[pa.Array, pa.Array, Ints]:
    """Province, city and 城市/农村/海外; what stands first in words.toml has more customers."""
    places: dict[str, list[str]] = words()["places"]
    pairs = [(p, c, r, s) for r, (p, cities) in enumerate(places.items()) for s, c in enumerate(cities)]
    abroad = np.array([p == "海外" for p, *_ in pairs])
    weight = np.array([1 / (1 + 0.08 * r) / (1 + s) for _, _, r, s in pairs])
    weight[abroad] *= 0.02 / weight[abroad].sum() * weight[~abroad].sum() / 0.98
    place = np.searchsorted(np.cumsum(weight / weight.sum())[:-1], rng.random(n), side="right")
    rural = rng.random(n) < np.array([0.05 + 0.12 * min(s, 3) for *_, s in pairs])[place]
    return (
        pick([p for p, *_ in pairs], place),
        pick([c for _, c, *_ in pairs], place),
        np.where(abroad[place], 2, rural.astype(np.int64)),
    )


def _firm_names(rng: np.random.Generator, customers: Customers, industry: Ints, city: pa.Array) -> pa.Array:
    """City, invented trade name, word of the industry, legal form by size: 苏州恒达商贸有限公司."""
    firms, n = words()["firms"], customers.count
    return pc.binary_join_element_wise(
        pc.replace_substring_regex(city, "市$", ""),
        pick(firms["first"], rng.integers(0, len(firms["first"]), n)),
        pick(firms["second"], rng.integers(0, len(firms["second"]), n)),
        pick(firms["industries"].values(), industry),
        pick(firms["endings"], np.maximum(customers.size[:n], 0)),
        "",
    )


def _person_names(rng: np.random.Generator, female: Bools) -> pa.Array:
    """Surname (the common ones more often) and a given name of one or two characters."""
    people, n = words()["people"], len(female)
    surname = (len(people["surnames"]) * rng.random(n) ** 1.8).astype(np.int64)
    first = _of_sex(rng, people["male_first"], people["female_first"], female)
    second = _of_sex(rng, people["male_second"], people["female_second"], female)
    return pc.binary_join_element_wise(
        pick(people["surnames"], surname),
        pick(people["male_first"] + people["female_first"], first, rng.random(n) > 0.2),
        pick(people["male_second"] + people["female_second"], second),
        "",
        null_handling="skip",
    )


def _of_sex(rng: np.random.Generator, male: str, female: str, is_female: Bools) -> Ints:
    """Positions in `male + female`, each from its own half."""
    n = len(is_female)
    return np.where(is_female, len(male) + rng.integers(0, len(female), n), rng.integers(0, len(male), n))
