"""One source of a scheme that is written from a guess; lines that are less than sure say how sure they are and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custrata.core.guess import Reason, source_options
from custrata.locale import Lang, text
from custrata.usecases.init_files import Periods, pattern, periods
from custrata.usecases.init_own import own_names
from custrata.usecases.init_table import Table
from custrata.usecases.init_yaml import Spelling, comment, flow, scalar

#: A guess less sure than this says so in the scheme.
SURE = 0.9
_REASONS = 2
_EXAMPLES = 8


def percent(share: float) -> str:
    """Certainty as people read it: never 100% for a guess that may be wrong.

    >>> percent(0.874), percent(0.999), percent(1.0)
    ('87%', '99%', '100%')
    """
    return f"{min(99, round(share * 100)) if share < 1 else 100}%"


def because(certainty: float, reasons: Sequence[Reason], lang: Lang) -> str:
    """`87%: reason; reason`"""
    return text("init.because", lang, share=percent(certainty), why=listed(reasons[:_REASONS], lang))


def listed(reasons: Sequence[Reason], lang: Lang) -> str:
    return ("；" if lang == "zh" else "; ").join(r.text(lang) for r in reasons)


@dataclass(frozen=True)
class Files:
    """How a scheme names the files of a table: what stands under `file:`, and each file of the guess by the path that
    it has from the scheme's folder; `periods` is what would read those of other periods too."""

    patterns: Sequence[str]
    names: Mapping[str, str]
    periods: Periods | None = None


def files_of(table: Table, here: Sequence[Path], folder: Path, elsewhere: Collection[Path] = ()) -> Files:
    """The files of a table that lie `here` in the folder of a scheme, in their order. What would read one of those that
    belong `elsewhere` is not offered."""
    named = list(dict.fromkeys(f.file for f in table.export.files))
    more = periods(here, folder)
    if more is not None and {*more.others} & {*elsewhere}:
        more = None
    return Files(pattern(here, folder), dict(zip(named, (p.as_posix() for p in here), strict=True)), more)


def by_file(table: Table, files: Files, say: Spelling) -> dict[str, dict[str, Any]]:
    """What `by_file` says of files that are read otherwise than their source, as it is written."""
    forms = table.export.form.by_file(files.names)
    return {
        name: {say.key(k): v for k, v in form.model_dump(exclude_none=True).items()} for name, form in forms.items()
    }


def form_lines(table: Table, files: Files, say: Spelling) -> Iterator[str]:
    """The lines that say how the files are read: sheet, header row, encoding, delimiter, and what single ones have
    otherwise."""
    lang, form, one = say.lang, table.export.form, table.export.files[0]
    if sheet := form.sheet:
        glob = isinstance(sheet, str) and "*" in sheet
        yield _line(4, f"{say.key('sheet')}: {flow(sheet)}", text("init.sheets", lang) if glob else "")
    if form.header > 1:
        header = one.header
        unsure = header.certainty < SURE and one.row == form.header
        why = because(header.certainty, header.reasons, lang) if unsure else text("init.titles", lang)
        yield _line(4, f"{say.key('header')}: {form.header}", why)
    if form.header_lines > 1:
        yield _line(4, f"{say.key('header_lines')}: {form.header_lines}", text("init.header_lines", lang))
    if form.encoding:
        yield _line(4, f"{say.key('encoding')}: {scalar(form.encoding)}")
    if form.delimiter:
        yield _line(4, f"{say.key('delimiter')}: {scalar(form.delimiter)}")
    if others := by_file(table, files, say):
        yield _line(4, f"{say.key('by_file')}:", text("init.by_file", lang))
        for name, said in others.items():
            yield _line(6, f"{scalar(name)}: {flow(said)}")


def source_lines(
    table: Table, files: Files, lang: Lang, *, part: bool = False, moved: Collection[str] = ()
) -> Iterator[str]:
    """The lines below `sources:` for one table; as a `part` it stands under what its interactions are. Headers that are
    `moved` stand in another source."""
    guess, say, patterns = table.guess, Spelling(lang), list(files.patterns)
    options = source_options(guess)
    kind = guess.kind
    named = say.value(guess.contact) or "all" if part else say.source(kind.kind)
    yield _line(2, f"{named}:", because(kind.certainty, kind.reasons, lang)
                if kind.certainty < SURE else "")  # fmt: skip
    for said in notes(table, lang, moved):
        yield _line(4, "", said)
    yield _line(4, f"{say.key('file')}: {flow(patterns if len(patterns) > 1 else patterns[0])}", _glob(files, lang))
    yield from form_lines(table, files, say)
    yield _line(4, f"{say.key('columns')}:", text("init.columns", lang))
    for c in guess.columns:
        why = because(c.certainty, c.reasons, lang) if c.certainty < SURE else ""
        yield _line(6, f"{say.column(kind.kind, c.column)}: {scalar(c.header)}", why)
    own = own_names(kind.kind, guess.mapping, lang)
    for f in (f for f in guess.further if f.header not in moved):
        why = text("init.further", lang, share=percent(f.certainty))
        yield _line(6, f"{scalar(own[f.name])}: {scalar(f.header)}", why)
    if "dates" in options:
        unsure = guess.dates.certainty < SURE
        why = because(guess.dates.certainty, [guess.dates.reason], lang) if unsure else guess.dates.reason.text(lang)
        yield _line(4, f"{say.key('dates')}: {say.value(options['dates'])}", why)
    if "decimal" in options:
        yield _line(4, f"{say.key('decimal')}: {say.value(options['decimal'])}", text("init.decimal", lang))
    if "credit" in options:
        yield _line(4, f"{say.key('credit')}: {say.value(options['credit'])}", text("init.credit", lang))
    if "count" in options:
        yield _line(4, f"{say.key('count')}: {flow(options['count'])}", _left_out(table, lang))
    if "kind" in options and not part:
        yield _line(4, f"{say.key('kind')}: {say.value(options['kind'])}")
    if "closed" in options:
        yield _line(4, f"{say.key('closed')}: {flow(options['closed'])}", text("init.closed", lang))
    if "returns" in options:
        written = {say.key(k): v for k, v in options["returns"].items()}
        r = guess.returned
        told = [x for x in r.reasons if x.code != "returns_negative"]
        why = because(r.certainty, told, lang) if r.certainty < SURE else listed(told, lang)
        yield _line(4, f"{say.source('returns')}: {flow(written)}", why)
    if "amount" in options and guess.discount:
        seen = guess.discount.reason
        said = text("init.discount_before", lang, why=seen.text(lang)) if seen else text("init.discount_given", lang)
        yield _line(4, f"{say.key('amount')}: {say.value(options['amount'])}", said)
    if "anonymous" in options:
        values = [say.value(v) if v == "empty" else v for v in options["anonymous"]]
        yield _line(4, f"{say.key('anonymous')}: {flow(values)}", text("init.anonymous", lang))


def people_lines(table: Table, people: Mapping[str, str], files: Files, lang: Lang) -> Iterator[str]:
    """The lines of a customers source that reads the file of sales: what its columns `people` tell of customers."""
    say, options, patterns = Spelling(lang), source_options(table.guess), list(files.patterns)
    found = table.guess.mapping
    yield _line(2, f"{say.source('customers')}:", text("init.people", lang))
    yield _line(4, f"{say.key('file')}: {flow(patterns if len(patterns) > 1 else patterns[0])}")
    yield from form_lines(table, files, say)
    yield _line(4, f"{say.key('columns')}:")
    named = {"customer_id": found["customer_id"], "updated_at": found["ordered_at"], **people}
    own = own_names("customers", people, lang)
    for name, header in named.items():
        why = text("init.updated_at", lang) if name == "updated_at" else ""
        yield _line(6, f"{scalar(own.get(name) or say.column('customers', name))}: {scalar(header)}", why)
    if "dates" in options:
        yield _line(4, f"{say.key('dates')}: {say.value(options['dates'])}")


def notes(table: Table, lang: Lang, moved: Collection[str] = ()) -> list[str]:
    """Facts to be told about a table: rows that are no data, how amounts lie, statuses nobody knows."""
    found = []
    for look in table.export.files:
        for row in look.no_data:
            values = {"file": look.name, "what": row.reason.text(lang)}
            found.append(text("init.no_data", lang, **values))
    found += [reason.text(lang) for reason in table.guess.findings]
    status = table.guess.status
    if status:
        unknown = [f"{s.value} ({s.rows:,})" for s in status.statuses if s.meaning == "unknown" and s.certainty < 1]
        if unknown:
            found.append(text("init.unknown_statuses", lang, values=_some(unknown, lang)))
    unused = [f"{u.header} ({u.reason.text(lang)})" for u in table.guess.unused if u.header not in moved]
    if unused:
        found.append(text("init.unused", lang, columns=("、" if lang == "zh" else ", ").join(unused)))
    return found


def _left_out(table: Table, lang: Lang) -> str:
    status = table.guess.status
    if status is None:
        return ""
    left = [f"{s.value} ({s.rows:,})" for s in status.statuses if not s.counted and s.meaning != "return"]
    return text("init.left_out", lang, values=_some(left, lang)) if left else ""


def _some(values: Sequence[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(values[:_EXAMPLES]) + (" …" if len(values) > _EXAMPLES else "")


def _glob(files: Files, lang: Lang) -> str:
    """What is said of the files that a source reads later."""
    if any("*" in f for f in files.patterns):
        return text("init.glob", lang)
    if files.periods is None:
        return ""
    if not files.periods.others:
        return text("init.glob_later", lang, glob=files.periods.glob)
    others = _some([p.as_posix() for p in files.periods.others], lang)
    return text("init.glob_others", lang, glob=files.periods.glob, files=others)


def _line(indent: int, words: str, why: str = "") -> str:
    behind = comment(why) if why else ""
    return " " * indent + (f"{words}  {behind}" if words and behind else words or behind)
