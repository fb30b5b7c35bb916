"""How the files of one source are read: what holds for all of them, and what a single one has otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from custrata.core.scheme.source import FileForm
from custrata.sources.files.sheets import several, sheet_name
from custrata.usecases.init_look import FileLook
from custrata.usecases.init_sheets import sheet_choice


@dataclass(frozen=True)
class SourceForm:
    """`sheet`, `header`, `header_lines`, `encoding` and `delimiter` as a source says them, null where it need not say
    anything; and of files that differ, in their order, what `by_file` says."""

    sheet: str | list[str] | None
    header: int
    encoding: str | None
    delimiter: str | None
    others: tuple[tuple[FileLook, FileForm], ...] = ()
    header_lines: int = 1

    def by_file(self, names: Mapping[str, str] | None = None) -> dict[str, FileForm]:
        """What `by_file` says, by file; `names` are what files are called where they lie, if that is not here."""
        return dict(self._entries(names or {}))

    def _entries(self, names: Mapping[str, str]) -> Iterator[tuple[str, FileForm]]:
        for look, form in self.others:
            name = names.get(look.file, look.file)
            sheets = several(self.sheet) and look.raw.format not in ("csv", "parquet")
            yield (sheet_name(name, look.title) if sheets else name), form


def source_form(looks: Sequence[FileLook]) -> SourceForm | None:
    """How files are read as one source; null where the sheets of workbooks differ so that nothing can say which."""
    books = [f for f in looks if f.raw.format not in ("csv", "parquet")]
    sheet, single = _sheets(books)
    if sheet is None and not single and books:
        return None
    texts = [f for f in looks if f.raw.format == "csv"]
    header = Counter(f.row for f in looks).most_common(1)[0][0]
    lines = Counter(f.header_lines for f in looks).most_common(1)[0][0]
    encoding, delimiter = _of_all([f.how.encoding for f in texts]), _of_all([f.how.delimiter for f in texts])
    others = []
    for f in looks:
        text = f.raw.format == "csv"
        form = FileForm(
            header=f.row if f.row != header else None,
            header_lines=f.header_lines if f.header_lines != lines else None,
            encoding=(f.how.encoding or None) if text and f.how.encoding != (encoding or "") else None,
            delimiter=(f.how.delimiter or None) if text and f.how.delimiter != (delimiter or "") else None,
            sheet=f.raw.sheet if sheet is None and f in books else None,
        )
        if form != FileForm():
            others.append((f, form))
    return SourceForm(sheet, header, encoding, delimiter, tuple(others), lines)


def _sheets(books: Sequence[FileLook]) -> tuple[str | list[str] | None, bool]:
    """What `sheet:` says of workbooks; and where it says nothing, whether each of them is read from one sheet only."""
    places = {f.raw.sheet for f in books}
    if all(f.tables == 1 for f in books) and len(places) <= 1:
        return next(iter(places), None), True
    if (choice := sheet_choice(books)) is not None:
        return choice, False
    return None, len({f.file for f in books}) == len(books)


def _of_all(said: Sequence[str]) -> str | None:
    return said[0] or None if said and len(set(said)) == 1 else None
