"""What the forms of the import wizard say, as choices; and what was found, with the choices in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import CANONICAL, SOURCES
from custrata.locale import Lang
from custrata.usecases.init_choices import AS_OF, OWN, as_of_of
from custrata.usecases.init_findings import required
from custrata.web.imports import Import

#: Currencies that are offered beside the one that was found.
CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "TWD", "JPY", "SGD", "KRW", "AUD", "CAD")
_ORDERS = ("ymd", "dmy", "mdy", "yymd")


def sources_of(one: Import, lang: Lang) -> dict[str, Any]:
    """What was found in the reader's language. What was chosen since stands in the place of the guess."""
    findings = one.findings or {}
    found: dict[str, Any] = findings.get(lang) or {"tables": [], "skipped": [], "problems": []}
    chosen = one.choices.get("tables") or {}
    for table in found["tables"]:
        said = chosen.get(table["title"]) or {}
        table["left_out"] = bool(said.get("leave_out", table.get("left_out", False)))
        for column in table["columns"]:
            column["meaning"] = (said.get("columns") or {}).get(column["header"], column["meaning"])
        for status in table["statuses"]:
            status["counts"] = (said.get("statuses") or {}).get(status["value"], status["counts"])
        if table["currency"]:
            table["currency"]["code"] = said.get("currency") or table["currency"]["code"]
            codes = dict.fromkeys([c for c in (table["currency"]["code"],) if c] + list(CURRENCIES))
            table["currency"]["options"] = list(codes)
        if table["dates"]:
            table["dates"]["order"] = said.get("dates") or table["dates"]["order"]
        if table["freight"]:
            freight = table["freight"]
            freight["said"] = (said.get("freight") or {}).get(freight["header"], freight["said"])
        if discount := table.get("discount"):  # not in what an earlier version found
            discount["said"] = (said.get("discount") or {}).get(discount["header"], discount["said"])
        table["fits"] = (findings.get("fits") or {}).get(table["title"])
        table["doubts"] = sum(c["doubtful"] for c in table["columns"])
    found["as_of"] = as_of_of(one.choices)
    found["name"] = one.choices.get("name") or ""
    return found


def columns_of(lang: Lang) -> Callable[[str], list[dict[str, Any]]]:
    """The meanings that a column of a kind of table can have, as people read them."""

    def of(kind: str) -> list[dict[str, Any]]:
        return [
            {"name": c.name, "title": c.key if lang == "zh" else c.name.replace("_", " ").capitalize(),
             "says": c.zh if lang == "zh" else c.en, "required": c.required}
            for c in CANONICAL[kind]
        ]  # fmt: skip

    return of


def meaning_names(kind: str, missing: list[dict[str, Any]], lang: Lang) -> str:
    """The columns that a table still needs, as people read them."""
    title = {c["name"]: c["title"] for c in columns_of(lang)(kind)}
    return ("、" if lang == "zh" else ", ").join(title.get(m["name"], m["name"]) for m in missing)


def kinds_and_columns(one: Import, tables: list[dict[str, Any]], said: Mapping[str, str]) -> bool:
    """Keeps what a form says of tables (`kind-<n>`, `use-<n>`, `c-<n>-<column>`); true where that is news for the
    guess. Only what differs from what was found is a choice."""
    again = False
    kept: dict[str, Any] = one.choices.setdefault("tables", {})
    for n, table in enumerate(tables):
        if f"kind-{n}" not in said:
            continue
        mine: dict[str, Any] = kept.setdefault(table["title"], {})
        kind = said[f"kind-{n}"]
        mine["leave_out"], was_out = f"use-{n}" not in said, bool(table["left_out"])
        again |= mine["leave_out"] != was_out
        if kind in SOURCES and kind != table["kind"]:
            mine |= {"kind": kind}
            mine.pop("columns", None)  # they meant something else
            again = True
            continue
        columns = {}
        for column in table["columns"]:
            meaning = said.get(f"c-{n}-{column['at']}")
            if meaning is not None and (meaning in _known(table) or meaning in ("", column["own"])):
                columns[column["header"]] = meaning
        before = {c["header"]: c["meaning"] for c in table["columns"]}
        if any(before.get(h) != m for h, m in columns.items()):
            mine |= {"columns": columns, "kind": table["kind"]}
            again = True
    return again


def check_columns(one: Import, tables: list[dict[str, Any]]) -> None:
    """What can be told without looking again: E-WEB-043 a meaning chosen twice, E-INIT-005 a column that is needed."""
    problems = []
    chosen = one.choices.get("tables") or {}
    for table in tables:
        mine = chosen.get(table["title"]) or {}
        if mine.get("leave_out") or mine.get("kind", table["kind"]) != table["kind"] or not mine.get("columns"):
            continue
        headers: dict[str, list[str]] = {}
        for header, meaning in mine["columns"].items():
            if meaning:
                headers.setdefault(meaning, []).append(header)
        named = {c.name: c for c in CANONICAL[table["kind"]]}
        for meaning, found in headers.items():
            if len(found) > 1:
                plain = meaning.removeprefix(OWN)
                zh = named[meaning].key if meaning in named else plain
                values = {"headers": " / ".join(found), "zh": zh, "en": plain.replace("_", " ")}
                problems.append(Problem("E-WEB-043", table["title"], values))
        lacking = [c for c in required(table["kind"]) if c not in headers]
        if lacking and len(table["columns"]) == len(mine["columns"]):
            said = ", ".join(f"{named[c].name} ({named[c].key})" for c in lacking)
            values = {"columns": said, "known": ", ".join(mine["columns"]), "kind": table["kind"]}
            problems.append(Problem("E-INIT-005", table["title"], values))
    if problems:
        raise CustrataError.all(problems)


def counts_of(one: Import, tables: list[dict[str, Any]], said: Any) -> None:
    """Keeps what counts: dates, currency, freight, statuses of each table, and the as-of date and name of all."""
    kept: dict[str, Any] = one.choices.setdefault("tables", {})
    for n, table in enumerate(tables):
        mine: dict[str, Any] = kept.setdefault(table["title"], {})
        if said.get(f"dates-{n}") in _ORDERS:
            mine["dates"] = said[f"dates-{n}"]
        if f"currency-{n}" in said:
            mine["currency"] = said[f"currency-{n}"][:3].upper()
        if table["freight"] and said.get(f"freight-{n}") in ("yes", "no"):
            mine["freight"] = {table["freight"]["header"]: said[f"freight-{n}"]}
        if (discount := table.get("discount")) and said.get(f"discount-{n}") in ("before", "after"):
            mine["discount"] = {discount["header"]: said[f"discount-{n}"]}
        if table["statuses"] and f"statuses-{n}" in said:
            counted = set(said.getlist(f"status-{n}"))
            mine["statuses"] = {s["value"]: str(i) in counted for i, s in enumerate(table["statuses"])}
    if "name" in said:
        one.choices["name"] = " ".join(said["name"].split())[:80]
    as_of = said.get("as_of", "")
    if as_of == "day":
        as_of = _day(said.get("day", ""))
    if as_of:
        one.choices["as_of"] = as_of
        one.choices["as_of"] = as_of if as_of in AS_OF else str(as_of_of(one.choices))


def _day(said: str) -> str:
    """A day that was typed. E-WEB-084 for none."""
    try:
        return date.fromisoformat(said.strip()).isoformat()
    except ValueError:
        raise CustrataError(Problem("E-WEB-084", "", {"value": said[:20]})) from None


def _known(table: dict[str, Any]) -> set[str]:
    return {c.name for c in CANONICAL[table["kind"]]}
