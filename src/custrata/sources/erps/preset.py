"""A preset: a folder that says how one ERP's tables become facts; found by its name, or by a path to a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.columns import SourceName
from custrata.locale import Lang
from custrata.sources.erps.declaration import FILE, Declaration, declared
from custrata.sources.erps.found import Found
from custrata.sources.erps.layout import layout_query
from custrata.sources.erps.parameters import checked
from custrata.sources.erps.render import Templates

GROUP = "custrata.erps"


@dataclass(frozen=True)
class Query:
    """One SELECT for one canonical source. Its columns bear canonical names; further ones are attributes, and those
    that begin with `_` are bookkeeping: the `key` that identifies a row and the `watermark` that says what is new.
    Rows that a later change would take away stay, with a `status` that does not count."""

    source: SourceName
    sql: str
    key: tuple[str, ...] = ()
    watermark: str | None = None


@dataclass(frozen=True)
class Preset:
    """An ERP that Custrata knows. `preset(name)` gives it."""

    name: str
    folder: Traversable
    declaration: Declaration

    @property
    def title(self) -> str:
        return self.declaration.title

    @property
    def kind(self) -> Literal["postgresql", "mysql"]:
        """The kind of database it speaks to; MariaDB is `mysql`."""
        return self.declaration.kind

    def parameters(self, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Every parameter with its value. Errors: E-ERP-002 an unknown one, E-ERP-003 a value of another kind."""
        return checked(self.declaration.parameters, given, self.name)

    def queries(
        self,
        parameters: Mapping[str, Any] | None = None,
        *,
        timezone: str = "Asia/Shanghai",
        found: Found | None = None,
    ) -> dict[SourceName, Query]:
        """The queries for every source that this installation has.

        `timezone` is where the company's days are, for ERPs that store times in UTC; `found` is what a look at the
        database found, and without it every optional module is taken to be installed, and one company to be read.
        Errors: those of `parameters`; E-ERP-007 a template is broken.
        """
        values = self.parameters(parameters)
        has = self.features(values, found)
        templates = Templates(self.folder, self.kind, self.name)
        company: Any = found.company.id if found and found.company else None
        if company is not None and self.declaration.companies.id == "number":
            company = int(company)
        context = values | {"company": company, "timezone": timezone, "several": bool(found and found.several)}
        made: dict[SourceName, Query] = {}
        for source, rule in self.declaration.sources.items():
            if not rule.needs or any(has[name] for name in rule.needs):
                sql = templates.render(f"{source}.sql", context, has)
                made[source] = Query(source, sql, rule.key, rule.watermark)
        return made

    def features(self, values: Mapping[str, Any], found: Found | None = None) -> dict[str, bool]:
        """Which optional parts are there and wanted."""
        return {
            name: bool((found is None or not found.layout.lacks(f.tables)) and (f.when is None or values[f.when]))
            for name, f in self.declaration.features.items()
        }

    def rules(self, parameters: Mapping[str, Any] | None = None) -> dict[str, dict[str, list[str]]]:
        """What the scheme's sources must say of these rows: `count`, the statuses that count, `anonymous` and
        `closed`."""
        values = self.parameters(parameters)
        made: dict[str, dict[str, list[str]]] = {}
        for source, rule in self.declaration.sources.items():
            said: dict[str, list[str]] = {"count": list(rule.count)} if rule.count else {}
            if rule.anonymous is not None:
                said["anonymous"] = ["empty", *(str(who) for name in rule.anonymous for who in values[name])]
            if rule.closed:
                said["closed"] = list(rule.closed)
            if said:
                made[source] = said
        return made

    def layout_query(self) -> str:
        """Asks which of the tables and columns are there for the user of the connection."""
        optional = [t for f in self.declaration.features.values() for t in f.tables]
        return layout_query(self.kind, [*self.declaration.tables, *optional])

    def probe(self, file: Literal["version", "companies"], found: Found) -> str:
        """Asks for the version (one row, `version`) or the companies (`id`, `name`, `currency`)."""
        templates = Templates(self.folder, self.kind, self.name)
        return templates.render(f"{file}.sql", {}, self.features(self.parameters(), found))

    def describe(self, lang: Lang) -> str:
        """Markdown: what it reads, its parameters, and the right to read that it needs."""
        from custrata.sources.erps.describe import describe

        return describe(self, lang)

    def scheme_text(self, lang: Lang, database: str = "erp") -> str:
        """A whole scheme to start from, commented, whose sources are this preset over the connection `database`."""
        from custrata.sources.erps.describe import scheme_text

        return scheme_text(self, lang, database)

    def readme(self, lang: Lang) -> str:
        """The README of the folder."""
        return (self.folder / ("README.zh.md" if lang == "zh" else "README.md")).read_text("utf-8")


def preset(name: str | Path) -> Preset:
    """The preset of that name, or the one in that folder (a path with a slash, or a `Path`).

    Third parties name a package with such a folder under the entry point `custrata.erps`.
    Errors: E-ERP-001 there is none, E-ERP-007 its folder is broken.

    >>> preset("odoo").title
    'Odoo'
    """
    if isinstance(name, Path) or "/" in name or "\\" in name:
        folder = Path(name)
        if (folder / FILE).is_file():
            return Preset(folder.name, folder, declared(folder, str(folder)))
        raise CustrataError(Problem("E-ERP-007", str(name), {"file": FILE, "reason": "–"}))
    known = _folders()
    found = known.get(name) or known.get(str(name).lower())
    if found is None:
        near = did_you_mean(str(name).lower(), known)
        values = {"name": name, "known": ", ".join(known), "suggestion": near}
        raise CustrataError(Problem("E-ERP-001", "erp", values))
    return Preset(str(name).lower(), found, declared(found, str(name)))


def presets() -> dict[str, Preset]:
    """Every preset there is, by its name, in alphabetical order.

    >>> list(presets())
    ['erpnext', 'jsherp', 'odoo', 'tryton']
    """
    return {name: preset(name) for name in _folders()}


@lru_cache
def _folders() -> dict[str, Traversable]:
    own = {f.name: f for f in files(__package__ or "").iterdir() if f.is_dir() and (f / FILE).is_file()}
    others = {point.name: files(point.value) for point in entry_points(group=GROUP)}
    return dict(sorted((others | own).items()))
