"""When people buy: how much busier each day is than an average one, for firms and persons, steady or seasonal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from custrata.synthetic.words import Bools, Floats

EPOCH = date(1970, 1, 1)

# First day of the lunar year (春节). Years outside the table have no Spring Festival peak.
SPRING_FESTIVAL = (
    (2010, 2, 14), (2011, 2, 3), (2012, 1, 23), (2013, 2, 10), (2014, 1, 31), (2015, 2, 19), (2016, 2, 8),
    (2017, 1, 28), (2018, 2, 16), (2019, 2, 5), (2020, 1, 25), (2021, 2, 12), (2022, 2, 1), (2023, 1, 22),
    (2024, 2, 10), (2025, 1, 29), (2026, 2, 17), (2027, 2, 6), (2028, 1, 26), (2029, 2, 13), (2030, 2, 3),
    (2031, 1, 23), (2032, 2, 11), (2033, 1, 31), (2034, 2, 19), (2035, 2, 8),
)  # fmt: skip


# Mean of the weights below over 2015 to 2030, so that a customer's rate is his mean over whole years.
_USUAL_MEAN = np.array([[0.972], [0.972], [0.726], [0.726]])


@dataclass(frozen=True)
class Season:
    """`cumulative[k, d]` is the weight of all days before day `d` (0 = `start`) for customers of class `k`:
    0 steady person, 1 steady firm, 2 seasonal person, 3 seasonal firm; an average day of a steady customer weighs
    about 1. `promotion[d]` marks the days of 618 and 双十一. Both reach to the day after the last one."""

    start: date
    days: int
    cumulative: Floats
    promotion: Bools


def season(start: date, end: date) -> Season:
    """The weights of all days from `start` to `end`, both included.

    >>> year = season(date(2024, 1, 1), date(2024, 12, 31))
    >>> weight = np.diff(year.cumulative[0])
    >>> int(weight.argmax()) == (date(2024, 11, 11) - year.start).days, bool(0.9 < weight.mean() < 1.1)
    (True, True)
    """
    days = (end - start).days + 1
    numbers = np.arange(days) + (start - EPOCH).days
    dates = numbers.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    weekend = (numbers + 3) % 7 >= 5  # 1970-01-01 was a Thursday
    singles = (month == 11) & (day <= 11)
    midyear = (month == 6) & (day <= 18)
    stocking, holiday = np.zeros(days, np.bool_), np.zeros(days, np.bool_)
    for festival in SPRING_FESTIVAL:
        offset = numbers - (date(*festival) - EPOCH).days
        stocking |= (offset >= -24) & (offset < -2)
        holiday |= (offset >= -2) & (offset < 7)
    common = 0.9 + 0.7 * stocking - 0.5 * holiday + 0.8 * singles + 0.3 * midyear + 1.2 * (singles & (day == 11))
    peak = np.where(stocking | singles, 5.0, 0.3)
    person = np.where(weekend, 1.25, 0.9)
    firm = np.where(weekend, 0.4, 1.24)
    weights = np.stack([common * person, common * firm, peak * person, peak * firm]) / _USUAL_MEAN
    cumulative = np.concatenate([np.zeros((4, 1)), np.cumsum(weights, axis=1)], axis=1)
    return Season(start, days, cumulative, np.append(singles | midyear, False))
