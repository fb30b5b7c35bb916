"""Where a metric or a segment model is found by its name in a scheme; adding one means adding one file.

Built-in ones register themselves when their module is imported, and every module of a family's package is imported
on first use. Third parties name theirs under the entry points `custrata.metrics` and `custrata.segments`.
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

T = TypeVar("T", bound=type)


class Registry(Generic[T]):
    """Classes of one family by `kind` (English) or `zh` (Chinese), as a scheme may write either."""

    def __init__(self, package: str, group: str) -> None:
        self._package, self._group = package, group
        self._by_kind: dict[str, T] = {}
        self._by_zh: dict[str, str] = {}
        self._complete = False

    def register(self, cls: T) -> T:
        """Class decorator. Two classes of one kind are a programming error and raise `ValueError`."""
        named: Any = cls
        if named.kind in self._by_kind or named.zh in self._by_zh:
            raise ValueError(f"'{named.kind}' ({named.zh}) is registered twice")
        self._by_kind[named.kind] = cls
        self._by_zh[named.zh] = named.kind
        return cls

    def all(self) -> dict[str, T]:
        """Every kind there is, by its English name, in alphabetical order."""
        self._load()
        return dict(sorted(self._by_kind.items()))

    def names(self) -> list[str]:
        """Every spelling a scheme may use."""
        self._load()
        return [*sorted(self._by_kind), *self._by_zh]

    def get(self, name: str) -> T | None:
        self._load()
        return self._by_kind.get(self._by_zh.get(name, name))

    def _load(self) -> None:
        if self._complete:
            return
        self._complete = True
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__, self._package + "."):
            importlib.import_module(module.name)
        for point in entry_points(group=self._group):
            cls = point.load()
            if cls.kind not in self._by_kind:
                self.register(cls)
