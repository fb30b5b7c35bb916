"""Tables of one kind that are one source: what must stand under the same header in each, and what may be lacking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from custrata.core.facts.columns import CANONICAL
from custrata.core.guess import source_options
from custrata.core.guess.cells import fits_decimal_comma
from custrata.core.guess.table import SURE
from custrata.usecases.init_form import source_form
from custrata.usecases.init_look import FileLook
from custrata.usecases.init_table import Table, with_column

#: Columns without which rows would be left out or counted wrongly where other files have them, as a load sees it.
NEEDED = ("order_id", "amount")


def together(tables: Sequence[Table]) -> list[Table]:
    """The tables, those that one source can read put together, in the order of the first of each.

    A column that some files lack is empty there. Tables stay apart where a needed column stands under other headers,
    where numbers or days of one would be misread as those of the other, where an answer was given already to one of
    them, or where nothing can say which sheets are meant.
    """
    found: list[Table] = []
    for table in tables:
        for i, other in enumerate(found):
            if other.source == table.source and (joined := _joined(other, table)) is not None:
                found[i] = joined
                break
        else:
            found.append(table)
    return found


def apart(one: Table, other: Table) -> list[str]:
    """What keeps two tables of one kind from being one source: needed headers that one of them lacks, values that would
    be misread."""
    return min((list(_lacking(a, b)) for a, b in ((one, other), (other, one))), key=len)


def _lacking(one: Table, other: Table) -> Iterator[str]:
    there = [{header.casefold() for header in t.profiles} for t in (one, other)]
    for header in {**_needed(other), **_needed(one)}.values():
        if any(header.casefold() not in headers for headers in there):
            yield header
    if (one.export.files[0].raw.format == "parquet") != (other.export.files[0].raw.format == "parquet"):
        yield "Parquet"
    mine = source_options(one.guess)
    yield from misread(other, mine.get("decimal", "point"), mine.get("dates", "ymd"))


def misread(table: Table, decimal: str, dates: str) -> Iterator[str]:
    """Numbers and days of a table that a source with this decimal mark and this order of days would take for others,
    each by an example."""
    guess = table.guess
    types = {c.name: c.type for c in CANONICAL[table.kind]}
    for column in guess.columns:
        profile = guess.profiles[column.header]
        if types[column.column] not in ("money", "number") or not profile.filled:
            continue
        fits = all(map(fits_decimal_comma, profile.counts)) if decimal == "comma" else not profile.comma
        if not fits:
            yield f"{column.header} {profile.top[0][0]}"
    found = guess.dates
    settled = found.certainty >= SURE or dates not in found.possible
    if found.order not in ("ymd", dates) and settled:
        yield found.example or found.order


def _needed(table: Table) -> dict[str, str]:
    """Canonical columns that every file must have under the header that the table has them under."""
    named = [c.name for c in CANONICAL[table.kind] if c.required or c.name in NEEDED]
    if table.guess.status and table.kind in ("orders", "returns"):
        named.append("status")
    columns = {name: table.guess.of(name) for name in named}
    return {name: column.header for name, column in columns.items() if column is not None}


def _joined(one: Table, other: Table) -> Table | None:
    first, second = next(((a, b) for a, b in ((one, other), (other, one)) if not list(_lacking(a, b))), (None, None))
    if first is None or second is None or one.answers or other.answers:
        return None
    order = {path: i for i, path in enumerate(dict.fromkeys(f.path for f in (*one.sheets, *other.sheets)))}

    def place(f: FileLook) -> tuple[int, int]:
        return order[f.path], f.titles.index(f.title) if f.title in f.titles else 0

    files = tuple(sorted((*one.sheets, *other.sheets), key=place))
    form = source_form(files)
    if form is None:
        return None
    joined = Table(one.export.with_files(files, form))
    if joined.kind != first.kind:
        joined.told(first.kind)
    for name, header in {**_needed(second), **_needed(first)}.items():
        found = joined.guess.of(name)
        if found is None or found.header.casefold() != header.casefold():
            # Of two headers that could be it, the one that every file has.
            joined.guess = with_column(joined.guess, name, header)
    return joined
