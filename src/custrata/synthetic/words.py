"""Which words synthetic people, firms, places and products are made of, as read from words.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@lru_cache
def words() -> dict[str, Any]:
    """All word lists by section; the sections and their meaning stand in words.toml."""
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


def pick(choices: Any, index: Ints, where: Bools | None = None) -> pa.Array:
    """The words at `index`, as Arrow text; null where `where` is false.

    >>> pick(["门店", "线上"], np.array([1, 0, 1]), np.array([True, True, False])).to_pylist()
    ['线上', '门店', None]
    """
    taken = pa.array(list(choices), pa.string())
    return taken.take(pa.array(index) if where is None else pa.array(index, mask=~where))
