"""Whether a source of a scheme can read a table that was found in files, and what it must be told for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custrata.core.facts.columns import CANONICAL
from custrata.core.facts.mapping import rules_on_status, takes_discount_off
from custrata.core.guess.table import SURE
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.source import FileForm, Source
from custrata.sources.files.sheets import several, sheet_name
from custrata.usecases.init_look import FileLook
from custrata.usecases.init_same import NEEDED, misread
from custrata.usecases.init_table import Table
from custrata.usecases.load.rows import file_spec

#: Columns that change which rows count or when; a person adds them to a scheme that was read without them.
_DECIDES = ("order_id", "status", "refers_to", "quantity", "price", "amount", "discount", "freight", "refunded")


def fits(scheme: Scheme, table: Table) -> dict[str, Any]:
    """Where a table belongs: `source`, whether that is `new` to the scheme, the `lacking` headers that a source of its
    kind needs and the table does not have (then it belongs nowhere), and `more`: canonical columns that the source does
    not read yet, by the headers of the table."""
    same = {name: c for name, c in scheme.sources.named().items() if name.partition(".")[0] == table.kind and c.told}
    if not same:
        return {"source": table.source, "new": True, "lacking": [], "more": {}}
    lacking: dict[str, list[str]] = {name: lacking_of(name, config, table) for name, config in same.items()}
    best = min(lacking, key=lambda name: (len(lacking[name]), name))
    if scheme.sources.erp is not None or not same[best].file:
        return {"source": best, "new": False, "lacking": [], "more": {}, "database": True}
    return {"source": best, "new": False, "lacking": lacking[best], "more": _more(same[best], table)}


def lacking_of(name: str, config: Source, table: Table) -> list[str]:
    """Headers without which a load refuses the file, the sheets that the source cannot be told of, or values that it
    would misread."""
    there = {h.casefold() for h in table.profiles}
    base = name.partition(".")[0]
    read = config.columns or {c.name: c.name for c in CANONICAL[base] if c.required}
    needed = [c.name for c in CANONICAL[base] if c.required or c.name in NEEDED]
    needed += ["status"] if rules_on_status(config) else []
    needed += ["discount"] if takes_discount_off(config) else []
    found = [read[c] for c in needed if c in read and read[c].casefold() not in there]
    if not found and own_form(config, table, {}) is None:
        return [f"[{config.sheet if config.sheet is not None else 1}]"]
    return found or list(misread(table, config.decimal, config.dates))


def own_form(config: Source, table: Table, names: Mapping[str, str]) -> dict[str, FileForm] | None:
    """What `by_file` must say of the files of a table that a source reads from now on; null where nothing can say
    which of their sheets is meant. `names` are what files are called where they lie, if that is not here."""
    forms: dict[str, FileForm] = {}
    source, mine = file_spec(config, []), table.export.form
    for look in table.export.files:
        own: dict[str, Any] = {}
        name = names.get(look.file, look.file)
        if look.raw.format not in ("csv", "parquet"):
            if several(config.sheet) or several(mine.sheet):
                name = sheet_name(name, look.title)
                same = list(config.sheet) if isinstance(config.sheet, tuple) else config.sheet
                if same != mine.sheet:
                    return None
            elif not _same_sheet(config, look):
                own["sheet"] = look.title
        told = source.of(name)
        if look.raw.format != "parquet" and {config.header, told.header} != {look.row}:
            own["header"] = look.row
        if look.raw.format != "parquet" and {config.header_lines, told.header_lines} != {look.header_lines}:
            own["header_lines"] = look.header_lines
        if look.raw.format == "csv":
            own |= {k: getattr(look.how, k) for k in ("encoding", "delimiter")
                    if getattr(look.how, k) not in ("", getattr(config, k))}  # fmt: skip
            if "encoding" not in own and config.encoding != "auto":
                own["encoding"] = look.raw.encoding
        if any(getattr(told, k) != v for k, v in own.items()):
            forms[name] = FileForm(**own)
    return forms


def _same_sheet(config: Source, look: FileLook) -> bool:
    """Whether a source that reads one sheet of each workbook would read this one."""
    wanted = 1 if config.sheet is None else config.sheet
    if isinstance(wanted, int):
        return 0 < wanted <= len(look.titles) and look.title == look.titles[wanted - 1]
    return wanted == look.title


def _more(config: Source, table: Table) -> dict[str, str]:
    """Columns of the table that are sure enough to be read as well; none where a source looks for them by name."""
    if not config.columns:
        return {}
    used = {h.casefold() for h in config.columns.values()}
    # Where the amount is told, a discount only says what it would have been.
    decides = set(_DECIDES) - ({"discount"} if "amount" in config.columns else set())
    return {
        c.column: c.header for c in table.guess.columns
        if c.column not in config.columns and c.header.casefold() not in used and c.certainty >= SURE
        and c.column not in decides
    }  # fmt: skip
