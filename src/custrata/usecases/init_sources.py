"""One source of a scheme that is written from a guess; lines that are less than sure say how sure they are and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from custrata.core.guess import Reason, source_options
from custrata.locale import Lang, text
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


def source_lines(
    table: Table, files: Sequence[str], lang: Lang, *, part: bool = False, moved: Collection[str] = ()
) -> Iterator[str]:
    """The lines below `sources:` for one table; as a `part` it stands under what its interactions are. Headers that are
    `moved` stand in another source."""
    guess, say, one = table.guess, Spelling(lang), table.export.files[0]
    options = source_options(guess)
    kind = guess.kind
    named = say.value(guess.contact) or "all" if part else say.source(kind.kind)
    yield _line(2, f"{named}:", because(kind.certainty, kind.reasons, lang)
                if kind.certainty < SURE else "")  # fmt: skip
    for said in notes(table, lang, moved):
        yield _line(4, "", said)
    yield _line(4, f"{say.key('file')}: {flow(list(files) if len(files) > 1 else files[0])}", _glob(files, lang))
    if sheet := table.export.sheet:
        glob = isinstance(sheet, str) and "*" in sheet
        yield _line(4, f"{say.key('sheet')}: {flow(sheet)}", text("init.sheets", lang) if glob else "")
    if one.row > 1:
        unsure = one.header.certainty < SURE
        why = because(one.header.certainty, one.header.reasons, lang) if unsure else text("init.titles", lang)
        yield _line(4, f"{say.key('header')}: {one.row}", why)
    yield _line(4, f"{say.key('columns')}:", text("init.columns", lang))
    for c in guess.columns:
        why = because(c.certainty, c.reasons, lang) if c.certainty < SURE else ""
        yield _line(6, f"{say.column(kind.kind, c.column)}: {scalar(c.header)}", why)
    for f in (f for f in guess.further if f.header not in moved):
        yield _line(6, f"{scalar(f.name)}: {scalar(f.header)}", text("init.further", lang, share=percent(f.certainty)))
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
    if "anonymous" in options:
        values = [say.value(v) if v == "empty" else v for v in options["anonymous"]]
        yield _line(4, f"{say.key('anonymous')}: {flow(values)}", text("init.anonymous", lang))


def people_lines(table: Table, people: Mapping[str, str], files: Sequence[str], lang: Lang) -> Iterator[str]:
    """The lines of a customers source that reads the file of sales: what its columns `people` tell of customers."""
    say, one, options = Spelling(lang), table.export.files[0], source_options(table.guess)
    found = table.guess.mapping
    yield _line(2, f"{say.source('customers')}:", text("init.people", lang))
    yield _line(4, f"{say.key('file')}: {flow(list(files) if len(files) > 1 else files[0])}")
    if table.export.sheet:
        yield _line(4, f"{say.key('sheet')}: {flow(table.export.sheet)}")
    if one.row > 1:
        yield _line(4, f"{say.key('header')}: {one.row}")
    yield _line(4, f"{say.key('columns')}:")
    named = {"customer_id": found["customer_id"], "updated_at": found["ordered_at"], **people}
    for name, header in named.items():
        why = text("init.updated_at", lang) if name == "updated_at" else ""
        yield _line(6, f"{say.column('customers', name)}: {scalar(header)}", why)
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


def _glob(files: Sequence[str], lang: Lang) -> str:
    return text("init.glob", lang) if any("*" in f for f in files) else ""


def _line(indent: int, words: str, why: str = "") -> str:
    behind = comment(why) if why else ""
    return " " * indent + (f"{words}  {behind}" if words and behind else words or behind)
