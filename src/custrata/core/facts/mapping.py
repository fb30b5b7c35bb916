"""Which header of a source is which canonical column, as the scheme says or as the headers themselves do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.columns import OPEN, base_of, columns_for
from custrata.core.scan import Opened
from custrata.core.scheme.sources import Interactions, Orders, Returns, Source


def columns_of(source: str, config: Source, available: Iterable[str], place: str) -> dict[str, str]:
    """Canonical column → header in the file. A mapped header that is not there, or a required column that no header
    gives, is an error that names the headers there are."""
    available = list(available)
    known = {c.name: c for c in columns_for(source)}
    found: dict[str, str] = {}
    problems: list[Problem] = []
    listed = ", ".join(available[:40])
    for name, header in config.columns.items():
        if header not in available:
            near = did_you_mean(header, available)
            problems.append(
                Problem("E-DATA-003", place, {"column": name, "header": header, "known": listed, "suggestion": near})
            )
        else:
            found[name] = header
    for name in known:
        if name not in config.columns and name in available:
            found[name] = name
    if base_of(source) in OPEN and not config.columns:
        # Without a mapping a table is taken as it is: its other columns are attributes.
        found |= {h: h for h in available if h not in found.values() and not h.startswith("_")}
    mapped = set(config.columns)
    problems += [
        Problem("E-DATA-004", place, {"column": c.name, "meaning_zh": c.zh, "meaning": c.en, "known": listed})
        for c in known.values()
        if c.required and c.name not in found and c.name not in mapped
    ]
    if source == "orders" and not {"amount"} & (set(found) | mapped) and not {"quantity", "price"} <= set(found):
        problems.append(Problem("E-DATA-005", place, {"known": listed}))
    if takes_discount_off(config) and "amount" in found and "discount" not in (*found, *mapped):
        problems.append(Problem("E-SCHEME-070", place, {"column": "discount"}))
    if isinstance(config, Interactions) and config.kind is None and "kind" not in found and "kind" not in mapped:
        problems.append(Problem("E-DATA-014", place, {"known": listed}))
    if "status" not in found and "status" not in mapped and rules_on_status(config):
        problems.append(Problem("E-DATA-009", place, {"known": listed}))
    if problems:
        raise CustrataError(*problems)
    return found


def require_in_each_file(source: str, config: Source, names: Mapping[str, str], opened: Opened) -> None:
    """Raises E-DATA-003 for every file that lacks a column without which its rows would be left out or counted wrongly,
    though other files have it: a header that was renamed in one export takes all its rows along otherwise."""
    if not opened.file_columns:
        return
    wanted = [c.name for c in columns_for(source) if c.required and c.name in names]
    wanted += [n for n in ("order_id", "amount") if n in names and n not in wanted]
    wanted += ["status"] if "status" in names and rules_on_status(config) else []
    wanted += ["discount"] if "discount" in names and takes_discount_off(config) else []
    problems = []
    for record, columns in zip(opened.files, opened.file_columns, strict=True):
        there = {c.lower() for c in columns}
        priced = all(names.get(n, "").lower() in there for n in ("quantity", "price"))
        for name in wanted:
            if names[name].lower() not in there and not (name == "amount" and priced):
                values = {"column": name, "header": names[name], "known": ", ".join(columns[:40]),
                          "suggestion": did_you_mean(names[name], columns)}  # fmt: skip
                problems.append(Problem("E-DATA-003", record.path, values))
    if problems:
        raise CustrataError(*problems)


def takes_discount_off(config: Source) -> bool:
    """Whether amounts are wrong where the discount is not known."""
    return isinstance(config, Orders) and config.amount == "before discount"


def rules_on_status(config: Source) -> bool:
    counted = config.count is not None if isinstance(config, Orders | Returns) else False
    settled = isinstance(config, Interactions) and bool(config.closed)
    return counted or settled or (isinstance(config, Orders) and bool(config.returns.status))
