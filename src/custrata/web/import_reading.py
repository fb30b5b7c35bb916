"""How the files of an import are read: what the page shows of each, and what its form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from custrata.locale import Lang
from custrata.usecases.init_how import AS_FOUND, DELIMITERS, ENCODINGS, How
from custrata.web.imports import Import


def reading_of(one: Import, asked: str, lang: Lang) -> dict[str, Any] | None:
    """The file that an address asks for, or the first one that cannot be read, or the first; null where none was looked
    at."""
    lies = one.lies
    lie = next((x for x in lies if x["name"] == asked), None)
    lie = lie or next((x for x in lies if x["problems"][lang] or (x["row"] is None and x["rows"])), None)
    lie = lie or next(iter(lies), None)
    if lie is None:
        return None
    tables = {x["file"] for x in lies if x["row"] is not None}
    widest = max((len(row["cells"]) for row in lie["rows"]), default=0)
    return {
        "lie": lie, "all": [x for x in lies if x["rows"] or x["problems"][lang]], "problems": lie["problems"][lang],
        "encodings": ENCODINGS, "delimiters": DELIMITERS, "said": _said(one, lie) != {}, "widest": widest,
        # A cover beside a sheet of data needs nobody.
        "doubtful": [x["name"] for x in lies if x["problems"][lang] or x["file"] not in tables],
        "more": max(0, lie["columns"] - widest),
    }  # fmt: skip


def keep_reading(one: Import, form: Mapping[str, str]) -> str:
    """Keeps what a form says of a file, or forgets what was said; gives the file or sheet that was meant. Nothing is
    kept that was found anyway."""
    lie = next((x for x in one.lies if x["name"] == form.get("of")), None)
    if lie is None:
        return ""
    kept: dict[str, Any] = one.choices.setdefault("reading", {})
    if form.get("do") == "found":
        for name in _said(one, lie):
            del kept[name]
        return str(lie["file"])
    how = How.of(form)
    file = asdict(how) | {"header": None}
    if not lie["sheets"] or how.sheet not in lie["sheets"]:
        file["sheet"] = ""
    of_file = file["sheet"] or lie["name"] == lie["file"] or len(lie["sheets"]) < 2
    key = str(lie["file"]) if of_file else str(lie["name"])
    # Under another encoding or on another sheet the row that was marked is any row.
    same = all(file[k] == lie["how"][k] for k in ("encoding", "delimiter", "sheet"))
    chosen = how.header if same and (how.header != lie["row"] or lie["how"]["header"]) else None
    told = {str(lie["file"]): file}
    told[key] = told.get(key, {}) | {"header": chosen if same else None}
    for name, said in told.items():
        if How.of(said) == AS_FOUND:
            kept.pop(name, None)
        else:
            kept[name] = {k: v for k, v in said.items() if v}
    return key


def _said(one: Import, lie: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen of a file and its sheets."""
    kept = one.choices.get("reading") or {}
    return {name: said for name, said in kept.items() if name == lie["file"] or name.startswith(f"{lie['file']}[")}
