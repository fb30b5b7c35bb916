"""What the synthetic company sells: goods and services in categories, with list prices and unequal popularity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from custrata.synthetic.words import Floats, Ints, words


@dataclass(frozen=True)
class Products:
    """One entry a product, ordered by category. `price` in cents; `category` indexes `categories`, in which goods
    stand before services; `popularity[p]` = category + cumulated share within it, so that one search draws."""

    code: list[str]
    name: list[str]
    brand: list[str]
    category: Ints
    price: Ints
    popularity: Floats
    categories: list[str]
    goods: int
    """How many of the categories are goods; the others are services."""
    mean_price: Floats
    """By category: the expected price of a drawn line, in cents."""

    def draw(self, rng: np.random.Generator, category: Ints) -> Ints:
        """A product of each wanted category, the popular ones more often."""
        # 1 - 1e-9 keeps the sum below the next category's range.
        return np.searchsorted(self.popularity, category + rng.random(len(category)) * (1 - 1e-9), side="right")


def make_products(rng: np.random.Generator) -> Products:
    """All products that words.toml can name: brand × item × variant, prices within their category's range."""
    lists: list[dict[str, Any]] = words()["products"]
    code, name, brand, category, price, popularity, mean = [], [], [], [], [], [], []
    for number, group in enumerate(lists):
        low, high = group["prices"]
        made = []
        for i, item in enumerate(group["items"]):
            base = low * (high / low) ** ((i + rng.random()) / len(group["items"]))
            for maker in group["brands"]:
                for v, variant in enumerate(group["variants"]):
                    yuan = min(max(base * (0.75 + 0.3 * v) * rng.uniform(0.85, 1.15), low), high)
                    # As shops price: whole yuan less ten cents above 20 yuan, else in steps of ten cents.
                    cents = round(yuan) * 100 - 10 if yuan > 20 else round(yuan * 10) * 10
                    made.append((f"{maker}{item}{variant}", maker, cents))
        share = 1.0 / (1 + rng.permutation(len(made))) ** 0.7
        share /= share.sum()
        for serial, (label, maker, cents) in enumerate(made):
            code.append(f"{'F' if group['kind'] == '服务' else 'P'}{number + 1:02d}{serial + 1:03d}")
            name.append(label)
            brand.append(maker)
            category.append(number)
            price.append(cents)
        popularity.append(number + np.cumsum(share))
        popularity[-1][-1] = number + 1
        mean.append(float(share @ np.array([cents for _, _, cents in made])))
    return Products(
        code,
        name,
        brand,
        np.array(category),
        np.array(price),
        np.concatenate(popularity),
        [group["category"] for group in lists],
        sum(group["kind"] == "商品" for group in lists),
        np.array(mean),
    )


def product_table(products: Products) -> pa.Table:
    """商品档案 as it is written."""
    kinds = ["商品" if c < products.goods else "服务" for c in products.category]
    return pa.table(
        {
            "商品编码": products.code,
            "商品名称": products.name,
            "类别": [products.categories[c] for c in products.category],
            "品牌": products.brand,
            "类型": kinds,
            "单价": pa.array([Decimal(int(p)).scaleb(-2) for p in products.price], pa.decimal128(12, 2)),
        }
    )
