"""What must hold of purchase models for any customers, not only for those of the papers."""

from __future__ import annotations

from importlib import import_module
from math import lgamma, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss

from custrata.core.predict.beta_geometric import BGNBD, MBGNBD
from custrata.core.predict.counts import Counts, Floats
from custrata.core.predict.gamma_gamma import GammaGamma
from custrata.core.predict.pareto_nbd import ParetoNBD
from custrata.core.predict.purchases import NoFit, PurchaseModel
from custrata.core.predict.special import digamma, mean_until_leaving

MODELS = (BGNBD, MBGNBD, ParetoNBD)
_KNOWN = {"log_likelihood": -1.0, "customers": 1, "repeaters": 1}


def shop(customers: int, seed: int, days: int = 400) -> Counts:
    """Customers who buy at rates of their own and leave after any purchase with a chance of their own."""
    rng = np.random.default_rng(seed)
    rate, chance = rng.gamma(0.6, 1 / 30, customers), rng.beta(0.9, 1.8, customers)
    found = []
    for one, leaves, age in zip(rate, chance, rng.integers(30, days, customers), strict=True):
        bought, at = set(), 0.0
        while rng.random() > leaves and (at := at + rng.exponential(1 / max(one, 1e-9))) < age:
            bought.add(int(np.ceil(at)))
        found.append((len(bought), max(bought, default=0), int(age)))
    return Counts.of(*np.array(found).T)


def model_of(kind: type[PurchaseModel], at: Floats) -> PurchaseModel:
    return kind(**_KNOWN, **dict(zip(kind.names, map(float, at), strict=True)))


parameters = st.tuples(
    st.floats(0.05, 20), st.floats(0.2, 100), st.floats(0.05, 20), st.floats(0.2, 50)
).map(np.array)  # fmt: skip


@st.composite
def customer(draw: st.DrawFn) -> Counts:
    age = draw(st.integers(0, 3000))
    frequency = draw(st.integers(0, min(age, 500)))
    recency = draw(st.integers(frequency, age)) if frequency else 0
    return Counts.of([frequency], [recency], [age])


@pytest.mark.parametrize("kind", MODELS)
@given(at=parameters, seed=st.integers(0, 5))
def test_the_gradient_is_how_the_likelihood_rises(kind: type[PurchaseModel], at: Floats, seed: int) -> None:
    likelihood = kind._likelihood(shop(60, seed))
    _, gradient = likelihood(at)
    for i in range(len(at)):
        by = np.zeros(len(at))
        by[i] = 1e-5 * at[i]
        rise = (likelihood(at + by)[0] - likelihood(at - by)[0]) / (2 * by[i])
        assert gradient[i] == pytest.approx(rise, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize(("kind", "first"), [(BGNBD, 0), (MBGNBD, 1)])
@given(at=parameters, x=st.integers(0, 40_000), spans=st.tuples(st.integers(0, 9000), st.integers(0, 9000)))
def test_the_likelihood_of_a_customer_is_the_textbooks_however_often_he_bought_and_however_long_he_is_silent(
    kind: type[PurchaseModel], first: int, at: Floats, x: int, spans: tuple[int, int]
) -> None:
    r, alpha, a, b = at
    last = max(spans[0], 1) if x else 0
    age = last + spans[1]

    def beta(p: float, q: float) -> float:
        return lgamma(p) + lgamma(q) - lgamma(p + q)

    both = lgamma(r + x) - lgamma(r) + r * log(alpha) - beta(a, b)
    stays = beta(a, b + x + first) - (r + x) * log(alpha + age / 7)
    left = beta(a + 1, b + x + first - 1) - (r + x) * log(alpha + last / 7) if x + first else -np.inf
    found, _ = kind._likelihood(Counts.of([x], [last], [age]))(at)
    assert found == pytest.approx(both + np.logaddexp(stays, left), rel=1e-9, abs=1e-7)


@pytest.mark.parametrize("kind", (BGNBD, MBGNBD, ParetoNBD))
def test_the_likelihood_of_all_is_that_of_parts_of_them(
    kind: type[PurchaseModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, at = shop(60, 3), np.array([0.6, 5.0, 0.8, 2.0])
    value, gradient = kind._likelihood(counts)(at)
    # A few at a time, with a last part that is not full.
    monkeypatch.setattr(import_module(kind.__module__), "_ROWS", 7)
    again, slopes = kind._likelihood(counts)(at)
    assert again == pytest.approx(value, rel=1e-12)
    assert slopes.tolist() == pytest.approx(gradient.tolist(), rel=1e-9)


def test_customers_that_are_grouped_already_stay_as_they_are() -> None:
    grouped = shop(300, 1).grouped()
    assert grouped.total == 300
    assert grouped.grouped() is grouped
    # The same from rows of several customers each, in any order.
    halves = Counts(*(np.concatenate([a[::-1], a]) for a in (
        grouped.frequency, grouped.recency, grouped.age, grouped.customers)))  # fmt: skip
    twice = halves.grouped()
    assert twice.customers.tolist() == (2 * grouped.customers).tolist()
    assert [twice.frequency.tolist(), twice.recency.tolist(), twice.age.tolist()] == [
        grouped.frequency.tolist(), grouped.recency.tolist(), grouped.age.tolist()
    ]  # fmt: skip


@pytest.mark.parametrize("kind", MODELS)
@given(at=parameters, who=customer(), days=st.integers(1, 3000))
def test_a_customer_is_alive_with_a_chance_and_buys_no_less_in_a_longer_time(
    kind: type[PurchaseModel], at: Floats, who: Counts, days: int
) -> None:  # fmt: skip
    model = model_of(kind, at)
    alive, soon, later = model.alive(who)[0], model.expected(who, days)[0], model.expected(who, 2 * days)[0]
    assert 0 <= alive <= 1
    assert 0 <= soon <= later * (1 + 1e-9)
    # In no time longer than the first are more to be expected than in the first.
    assert later <= 2 * soon * (1 + 1e-9)
    silent = model.silent(who, days)[0]
    # Who buys at all buys once at least, and whoever is gone stays silent.
    assert 1 - alive <= silent + 1e-9
    assert 1 - silent <= soon * (1 + 1e-9) + 1e-9
    assert model.silent(who, 2 * days)[0] <= silent + 1e-9
    # The rate of one who is alive bounds what can be expected.
    rate = (at[0] + who.frequency[0]) / (at[1] + who.age[0] / 7)
    assert soon <= alive * rate * days / 7 * (1 + 1e-9)


@pytest.mark.parametrize("kind", MODELS)
@given(at=parameters, who=customer(), more=st.integers(1, 400))
def test_the_longer_a_customer_is_silent_the_less_he_is_alive(
    kind: type[PurchaseModel], at: Floats, who: Counts, more: int
) -> None:  # fmt: skip
    silent = Counts.of(who.frequency, who.recency, who.age + more)
    model = model_of(kind, at)
    assert model.alive(silent)[0] <= model.alive(who)[0] * (1 + 1e-12)


def test_who_bought_once_may_be_gone_except_to_the_model_that_forbids_it() -> None:
    long_ago = Counts.of([0], [0], [700])
    counts = shop(800, 1)
    assert BGNBD.fit(counts).alive(long_ago)[0] == 1
    assert MBGNBD.fit(counts).alive(long_ago)[0] < 0.9
    assert ParetoNBD.fit(counts).alive(long_ago)[0] < 0.9


@pytest.mark.parametrize("kind", MODELS)
def test_equal_customers_in_any_order_and_grouping_give_one_model(kind: type[PurchaseModel]) -> None:
    counts = shop(700, 2)
    turned = np.random.default_rng(3).permutation(len(counts))
    again = Counts(*(a[turned] for a in (counts.frequency, counts.recency, counts.age, counts.customers)))
    assert kind.fit(counts) == kind.fit(again) == kind.fit(counts.grouped())


@pytest.mark.parametrize("kind", MODELS)
def test_one_customer_is_answered_as_among_all(kind: type[PurchaseModel]) -> None:
    counts = shop(700, 4)
    model = kind.fit(counts)
    one = Counts(counts.frequency[41:42], counts.recency[41:42], counts.age[41:42], counts.customers[41:42])
    assert model.alive(one)[0] == pytest.approx(model.alive(counts)[41], rel=1e-12)
    assert model.expected(one, 90)[0] == pytest.approx(model.expected(counts, 90)[41], rel=1e-9)


@pytest.mark.parametrize("kind", (BGNBD, MBGNBD))
def test_a_fit_to_very_many_ends_where_one_without_a_shortcut_does(
    kind: type[PurchaseModel], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    counts = shop(3000, 5)
    straight = kind.fit(counts)
    monkeypatch.setattr("custrata.core.predict.purchases._MANY", 10)
    short = kind.fit(counts)
    assert short.log_likelihood == pytest.approx(straight.log_likelihood, rel=1e-9)
    assert short.alive(counts) == pytest.approx(straight.alive(counts), abs=1e-4)


def test_parameters_come_back_from_customers_who_behave_by_them() -> None:
    fitted = MBGNBD.fit(shop(6000, 6))
    # 0.6, 30 days, 0.9, 1.8, within four standard errors; days rounded up cost a little.
    for name, true in {"r": 0.6, "alpha": 30 / 7, "a": 0.9, "b": 1.8}.items():
        assert abs(getattr(fitted, name) - true) < 4 * fitted.errors[name] + 0.1 * true


@pytest.mark.parametrize("kind", MODELS)
def test_a_shop_without_repeaters_gets_no_model(kind: type[PurchaseModel]) -> None:
    with pytest.raises(NoFit, match="once"):
        kind.fit(Counts.of([0] * 50, [0] * 50, range(1, 51)))
    with pytest.raises(NoFit, match="few"):
        kind.fit(Counts.of([1] * 4 + [0] * 50, [1] * 4 + [0] * 50, range(1, 55)))


@pytest.mark.parametrize("kind", MODELS)
def test_one_with_forty_thousand_orders_is_counted_like_anybody(kind: type[PurchaseModel]) -> None:
    counts = shop(500, 7)
    huge = Counts.of([40_000], [40_119], [40_120])
    model = kind.fit(counts)
    assert 0.9 < model.alive(huge)[0] <= 1
    assert model.expected(huge, 30)[0] == pytest.approx(30 * 40_000 / 40_120, rel=0.05)
    with_huge = Counts.of(*(np.append(getattr(counts, f), getattr(huge, f)) for f in ("frequency", "recency", "age")))
    assert np.isfinite(kind.fit(with_huge).log_likelihood)


def test_counts_that_cannot_be_are_refused() -> None:
    for wrong in (([1], [5], [4]), ([-1], [0], [4]), ([0], [2], [4]), ([2], [0], [4])):
        with pytest.raises(ValueError, match=r"first|repeat|count"):
            Counts.of(*wrong)


@given(a=st.floats(0.03, 60), b=st.floats(0.03, 3000), power=st.floats(0.05, 3000), reach=st.floats(1e-4, 100))
def test_the_mean_until_leaving_is_the_integral_that_it_stands_for(
    a: float, b: float, power: float, reach: float
) -> None:  # fmt: skip
    found = mean_until_leaving(a, np.array([b]), np.array([power]), np.array([reach]))[0]
    # Another rule, with very many nodes, over the logit of p, cut where nothing is left.
    most = np.log(max((power + 1) * reach, a + b + 1)) + 30
    left, right = -min(40 / a + most, 1500), min(40 / b + most, 1500)
    at, weight = leggauss(60)
    edges = np.linspace(left, right, 1200)
    half = np.diff(edges)[:, None] / 2
    u = (edges[:-1, None] + half + half * at).ravel()
    w = (half * weight).ravel()
    log_density = -a * np.logaddexp(0, -u) - b * np.logaddexp(0, u)
    density = w * np.exp(log_density - log_density.max())
    p = np.exp(-np.logaddexp(0, -u))
    value = np.where(p > 1e-250, -np.expm1(-power * np.log1p(p * reach)) / np.maximum(p, 1e-250), power * reach)
    assert found == pytest.approx(float(density @ value / density.sum()), rel=1e-7)


def test_digamma_is_what_the_tables_say() -> None:
    # ψ(1) = −γ, ψ(1/2) = −γ − 2 ln 2, ψ(10) = H₉ − γ.
    euler = 0.5772156649015329
    nine = sum(1 / n for n in range(1, 10))
    found = digamma(np.array([1.0, 0.5, 10.0]))
    assert found == pytest.approx([-euler, -euler - 2 * np.log(2), nine - euler], abs=1e-12)


@given(st.floats(0.01, 1e6), st.integers(0, 3))
def test_spend_in_another_currency_is_the_same_spend(rate: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 12, 400)
    nu = rng.gamma(3.7, 1 / 15, 400)
    z = rng.gamma(6.2 * x) / (x * nu)
    here, there = GammaGamma.fit(x, z), GammaGamma.fit(x, z * rate)
    assert there.expected(x, z * rate) == pytest.approx(here.expected(x, z) * rate, rel=1e-4)
    # Between a customer's own mean and that of all.
    least, most = np.minimum(z, here.expected([0], [0])[0]), np.maximum(z, here.expected([0], [0])[0])
    assert ((least * (1 - 1e-9) <= here.expected(x, z)) & (here.expected(x, z) <= most * (1 + 1e-9))).all()


@pytest.mark.parametrize(("p", "q"), [(0.3, 0.3), (0.5, 0.4)])
def test_spend_of_which_one_purchase_says_nothing_of_the_next_gets_no_model(p: float, q: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.geometric(0.5, 2000)
    z = rng.gamma(p * x) / (x * rng.gamma(q, 1 / 50, 2000))
    with pytest.raises(NoFit) as refused:
        GammaGamma.fit(x[z > 0], z[z > 0])
    assert refused.value.reason == "wild"


def test_equal_spend_in_any_order_and_grouping_gives_one_model() -> None:
    rng = np.random.default_rng(3)
    x = rng.geometric(0.4, 3000)
    z = (rng.gamma(2.0 * x) / (x * rng.gamma(1.2, 1 / 15, 3000))).round(0) + 1
    found = GammaGamma.fit(x, z)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(x))
        assert GammaGamma.fit(x[order], z[order]) == found
    pairs, customers = np.unique(np.stack([x, z]), axis=1, return_counts=True)
    assert len(customers) < len(x)
    assert GammaGamma.fit(pairs[0], pairs[1], customers) == found
