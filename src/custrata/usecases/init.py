"""`custrata init`: from files of which nothing is known to a scheme that can be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import CANONICAL
from custrata.core.guess import Question
from custrata.core.scheme.loader import FILE_NAMES
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, text
from custrata.usecases.init_files import placed
from custrata.usecases.init_forward import forward
from custrata.usecases.init_how import How
from custrata.usecases.init_links import link
from custrata.usecases.init_look import Seen
from custrata.usecases.init_read import read_exports
from custrata.usecases.init_same import apart, together
from custrata.usecases.init_scheme import scheme_text
from custrata.usecases.init_sheets import SkippedSheet, worth_reading
from custrata.usecases.init_sources import Files, files_of
from custrata.usecases.init_table import Table
from custrata.usecases.init_tiers import tier_cuts
from custrata.usecases.ports import EngineFactory, Progress, silent

_FILE = "scheme.yaml"


@dataclass
class Draft:
    """The tables that were found in the files, open for answers, and the sheets that are left out."""

    tables: list[Table]
    skipped: list[SkippedSheet] = field(default_factory=list)

    def next_question(self) -> tuple[Table, Question] | None:
        """What is to be asked next; an answer may raise further questions or settle others."""
        return next(((t, q) for t in self.tables for q in t.open_questions()), None)

    def take_best(self) -> None:
        """Answers everything that is open with the best guess."""
        while (asked := self.next_question()) is not None:
            table, question = asked
            table.answer(question, question.best, given=False)

    @property
    def lang(self) -> Lang:
        """The language in which a company writes its sales: what its headers are called in. For where nobody says
        which one the scheme is to speak."""
        headers = [t.profiles[h].label for t in self.tables if t.kind == "orders" for h in t.guess.mapping.values()]
        chinese = sum(any("\u4e00" <= sign <= "\u9fff" for sign in h) for h in headers)
        return "zh" if chinese * 2 > len(headers) else "en"

    def problems(self, lang: Lang) -> list[Problem]:
        """Why no scheme can be written: E-INIT-004 dates in a form that is not read, E-INIT-005 a column that is needed
        and not there, E-INIT-006 no sales, E-INIT-007 files of one kind that are no one source."""
        found: list[Problem] = []
        for t in self.tables:
            guess = t.guess
            if guess.missing:
                named = (_column(guess.kind.kind, name, lang) for name in guess.missing)
                known = ", ".join(p.name for p in t.export.profiles[:30])
                values = {"columns": ("、" if lang == "zh" else ", ").join(named), "known": known,
                          "kind": text(f"guess.kinds.{guess.kind.kind}", lang)}  # fmt: skip
                found.append(Problem("E-INIT-005", t.export.title, values))
            elif not guess.dates.readable:
                found.append(Problem("E-INIT-004", t.export.title, {"reason": guess.dates.reason.text(lang)}))
        by_source: dict[str, list[Table]] = {}
        for t in self.tables:
            by_source.setdefault(t.source, []).append(t)
        if "orders" not in by_source:
            kinds = ", ".join(f"{t.export.title}: {text(f'guess.kinds.{t.kind}', lang)}" for t in self.tables)
            found.append(Problem("E-INIT-006", "", {"kinds": kinds}))
        for tables in by_source.values():
            if len(tables) > 1:
                files = " / ".join(t.export.title for t in tables)
                lacking = dict.fromkeys(h for other in tables[1:] for h in apart(tables[0], other))
                values = {"kind": text(f"guess.kinds.{tables[0].kind}", lang), "files": files,
                          "columns": ("、" if lang == "zh" else ", ").join(lacking) or "–"}  # fmt: skip
                found.append(Problem("E-INIT-007", "", values))
        return found


@dataclass(frozen=True)
class Written:
    """The scheme that was written, copies of files that were made, and where an older scheme was kept."""

    file: Path
    scheme: Scheme
    copies: tuple[Path, ...]
    kept: Path | None


def refuse_existing(folder: Path, *, force: bool = False) -> None:
    """E-INIT-002 where the folder holds a scheme, unless it may be replaced."""
    existing = next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)
    if existing is not None and not force:
        values = {"file": existing.name, "patterns": _reads(existing), "folder": str(folder)}
        raise CustrataError(Problem("E-INIT-002", str(folder), values))


def _reads(scheme: Path) -> str:
    """Where a scheme finds its sales, as it says it; `data/` where that is not told."""
    try:
        return ", ".join(Scheme.load(scheme).sources.orders.file) or "data/"
    except CustrataError:
        return "data/"


@contextmanager
def look(
    files: Sequence[str], base: Path, engine_for: EngineFactory, *, progress: Progress = silent,
    hows: Mapping[str, How] | None = None, seen: Seen = lambda _: None,
) -> Iterator[Draft]:  # fmt: skip
    """What the files hold, as far as it can be guessed. Nothing is written.

    `files` are paths or globs relative to `base`; `hows` says of some how they are read, and `seen` is told how each
    lies there, both as in `looks_at`. The files stay open for reading until the context ends. Errors: those
    of `read_exports`.
    """
    with TemporaryDirectory(prefix="custrata-") as scratch, engine_for("UTC", Path(scratch)) as engine:
        exports, skipped = read_exports(files, base, engine, Path(scratch), progress, hows, seen)
        tables, left = worth_reading([Table(export) for export in exports])
        tables = together(tables)
        link(tables)
        yield Draft(tables, [*skipped, *left])


def write(draft: Draft, folder: Path, lang: Lang, *, force: bool = False) -> Written:
    """Writes `scheme.yaml` into the folder, with comments in `lang`, and checks it.

    Files outside the folder are copied to its `data/`. With `force` a scheme that stands there is kept as
    `scheme.yaml.old`. Errors: E-INIT-002, and those of `Draft.problems`; nothing is written then.
    """
    refuse_existing(folder, force=force)
    problems = draft.problems(lang)
    if problems:
        raise CustrataError.all(problems)
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, Files] = {}
    copies: list[Path] = []
    places: dict[str, list[Path]] = {}
    for table in draft.tables:
        places[table.source], made = placed(list(dict.fromkeys(f.path for f in table.export.files)), folder)
        copies += made
    for table in draft.tables:
        elsewhere = [p for source, here in places.items() if source != table.source for p in here]
        files[table.source] = files_of(table, places[table.source], folder, elsewhere)
    name, target = folder.resolve().name or "custrata", folder / _FILE
    scheme = Scheme.parse(scheme_text(name, draft.tables, files, lang, draft.skipped), _FILE)
    sales = next(t for t in draft.tables if t.kind == "orders")
    cuts = tier_cuts(sales.export, scheme.sources.orders, year="spend_12m" in scheme.metrics)
    ahead = forward(sales.export, scheme.sources.orders)
    written = scheme_text(name, draft.tables, files, lang, draft.skipped, cuts, ahead)
    scheme = Scheme.parse(written, _FILE)
    kept = None
    if target.is_file():
        kept = target.with_name(f"{_FILE}.old")
        target.replace(kept)
    target.write_text(written, "utf-8")
    return Written(target, scheme, tuple(copies), kept)


def _column(kind: str, name: str, lang: Lang) -> str:
    found = next(c for c in CANONICAL[kind] if c.name == name)
    return f"{found.key}（{found.zh}）" if lang == "zh" else f"{found.name} ({found.en})"
