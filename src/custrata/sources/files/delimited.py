"""Decides where the columns of a text file begin: its delimiter, its header line, its column names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.core.header_lines import joined
from custrata.core.scan import TextPart
from custrata.sources.files.bounds import MAX_COLUMNS
from custrata.sources.files.encoding import Readable
from custrata.sources.files.spec import FileSpec

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 200
_SAMPLE_CHARS = 1 << 20
_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad\x00]")
_LONGEST_NAME = 250
"""Characters of a column name that count: longer ones are text that is no header, and would fill every message."""
NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def text_part(text: Readable, name: str, spec: FileSpec) -> TextPart:
    """The file with its delimiter and its cleaned column names; only the first lines are read.

    Errors: E-FILE-002 unreadable, E-FILE-007 empty, E-FILE-008 no header at that line, E-FILE-009 two columns of one
    name, E-FILE-016 too many columns, E-FILE-020 the delimiter is not one character.
    """
    try:
        lines = _sample(text.path, spec.header)
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error
    if not any(_bare(line) for line in lines):
        raise CustrataError(Problem("E-FILE-007", name))
    below = lines[spec.header - 1 :]
    delimiter = NAMED_DELIMITERS.get(spec.delimiter.lower(), spec.delimiter)
    if delimiter == "auto":
        delimiter = find_delimiter(below)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise CustrataError(Problem("E-FILE-020", name, {"delimiter": spec.delimiter}))
    records = [_clean(record) for record in _records(below, delimiter)]
    if spec.header_lines > 1 and records:
        above = _records(lines[max(0, spec.header - spec.header_lines) : spec.header - 1], delimiter)
        records[0] = joined_header([*above, records[0]])
    check_header(records[:50], name, spec.header)
    columns = column_names(records[0], name)
    return TextPart(text.path, name, columns, delimiter, '"', spec.header, text.lines)


def find_delimiter(lines: Sequence[str]) -> str:
    r"""The one of `,` `;` tab `|` that cuts most lines into as many fields as the first; quoted ones do not count.

    One column only, or nothing to tell by: a comma.

    >>> find_delimiter(["id;amount;note", '1;2,50;"a;b"', "2;3,75;c"])
    ';'
    >>> find_delimiter(["单号\t金额", "1\t2,5"]) == "\t"
    True
    """
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = [len(record) for record in _records(lines, delimiter) if any(record)]
        usual = Counter(widths).most_common(1)[0][0] if widths else 1
        width = widths[0] if widths and widths[0] > 1 else usual
        if width < 2:
            continue
        # Whole percents, so that one odd line in a hundred does not outweigh eight columns against two.
        score = (round(sum(w == width for w in widths) / len(widths), 1), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def column_names(cells: Iterable[str | None], name: str) -> tuple[str, ...]:
    """Header cells as column names: trimmed (full-width spaces and invisible marks too), an empty one `column_N`.

    Names that differ only in the case of their letters are one name, as they are in SQL; of a long one the first 250
    characters count.
    Errors: E-FILE-009 names that stand twice, E-FILE-016 more than 2,000.

    >>> column_names(["\ufeff单号", "　金额 ", None], "a.csv")
    ('单号', '金额', 'column_3')
    """
    names = [clean_name(cell or "")[:_LONGEST_NAME] or f"column_{i}" for i, cell in enumerate(cells, 1)]
    if len(names) > MAX_COLUMNS:
        raise CustrataError(Problem("E-FILE-016", name, {"n": len(names), "limit": MAX_COLUMNS}))
    check_names(names, name)
    return tuple(names)


def joined_header(lines: Sequence[Sequence[str | None]]) -> list[str]:
    """The cells of a header of several lines as one, cleaned; empty where nothing stands over a column."""
    return joined([[clean_name(cell or "") for cell in line] for line in lines])


def check_names(names: Sequence[str], name: str) -> None:
    """Raises E-FILE-009 where two columns of a file or table have one name, or names that differ only in the case of
    their letters: an engine cannot tell them apart. E-FILE-027 where a name has a NUL, which no engine can be asked
    for."""
    if broken := [str(i) for i, column in enumerate(names, 1) if "\0" in column]:
        example = names[int(broken[0]) - 1].replace("\0", "␀")[:60]
        raise CustrataError(Problem("E-FILE-027", name, {"columns": ", ".join(broken[:10]), "example": example}))
    places: dict[str, list[int]] = {}
    for i, column in enumerate(names, 1):
        places.setdefault(column.lower(), []).append(i)
    double = [f"{names[at[0] - 1]} ({', '.join(map(str, at))})" for at in places.values() if len(at) > 1]
    if double:
        raise CustrataError(Problem("E-FILE-009", name, {"names": "; ".join(double[:10])}))


def clean_name(cell: str) -> str:
    r"""A column name without what cannot be seen; a line break inside it goes, or becomes a space between Latin words.

    >>> clean_name(" 客户\n编号\u200b"), clean_name("Customer\r\nNo")
    ('客户编号', 'Customer No')
    """
    seen = _INVISIBLE.sub("", cell).strip()
    seen = re.sub(r"(?<=[^\x00-\x7f])\s*[\r\n]+\s*(?=[^\x00-\x7f])", "", seen)
    return re.sub(r"\s*[\r\n]+\s*", " ", seen)


def check_header(records: Sequence[Sequence[str | None]], name: str, header: int) -> None:
    """Refuse a header line that is empty, or a lone title above the table; name the line that looks like the header.

    `records` begins at the header. A lone name above rows of three and more cells is a title.
    """
    filled = [sum(bool(cell) for cell in record) for record in records]
    first = filled[0] if filled else 0
    widest = max(filled, default=0)
    if first == 0 or (first == 1 and widest >= 3):
        likely = next((i for i, n in enumerate(filled) if n >= max(2, widest - 1)), 0)
        better = header + likely if likely else ""
        raise CustrataError(Problem("E-FILE-008", name, {"line": header, "n": first, "suggestion": better}))


def _sample(path: Path, header: int) -> list[str]:
    lines: list[str] = []
    chars = 0
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        # A line without an end must not be read whole: it may be all of a damaged file.
        while chars < _SAMPLE_CHARS + header * 1000 and (line := file.readline(_SAMPLE_CHARS)):
            lines.append(line)
            chars += len(line)
            if len(lines) >= header + _SAMPLE_LINES:
                break
    return lines


def _records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:  # a field beyond the library's limit; cutting without regard to quotes tells enough
        return [line.rstrip("\r\n").split(delimiter) for line in lines]


def _clean(record: Sequence[str]) -> list[str]:
    return [clean_name(cell) for cell in record]


def _bare(line: str) -> str:
    return _INVISIBLE.sub("", line).strip()
