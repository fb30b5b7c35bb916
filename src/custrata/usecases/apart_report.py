"""What sets the main classes and those who stopped buying apart, for a report: few classes, since each takes a look at
every number of every customer."""

from __future__ import annotations

from collections.abc import Iterator

from custrata.core.errors import CustrataError
from custrata.core.measure.model import Told
from custrata.core.predict.apart import FEWEST
from custrata.locale import Lang, text
from custrata.usecases.apart import apart_of
from custrata.usecases.apart_kept import of_result as kept_leavers
from custrata.usecases.apart_words import Words
from custrata.usecases.look import Result

#: Pictures that managers know, the class that they ask for first, and stages that somebody leaves by.
_CHARTS = ("pyramid", "rfm")
_LEAVING = ("at_risk", "lapsed", "lost")


def apart_told(result: Result, lang: Lang) -> list[Told]:
    """The best class of the pyramid and of RFM, the first stage of leaving, and those who stopped buying as it was
    worked out last. Classes of whom nothing can be said, since they have too few customers or others do, are not
    there."""
    found = []
    for segment, class_ in _asked(result):
        try:
            words = Words(apart_of(result, segment, class_), result.scheme, result.as_of, lang)
        except CustrataError:
            continue
        found.append(Told(words.title(), words.sentences()))
    leavers = kept_leavers(result)
    if leavers is not None:
        found.append(Told(text("apart.leavers_title", lang), leavers.words(result.scheme, lang).sentences()))
    return found


def _asked(result: Result) -> Iterator[tuple[str, str]]:
    """Segment and class key, the first class of each that has customers enough."""
    segments = result.scheme.segments
    for chart in _CHARTS:
        name = next((n for n, s in segments.items() if s.chart == chart), None)
        if name is not None:
            yield from _first(result, name, None)
    stages = next((n for n, s in segments.items() if s.kind == "lifecycle"), None)
    if stages is not None:
        yield from _first(result, stages, _LEAVING)


def _first(result: Result, name: str, keys: tuple[str, ...] | None) -> Iterator[tuple[str, str]]:
    rows = [r for r in result.summary(name) if r.key != "missing" and (keys is None or r.key in keys)]
    enough = next((r.key for r in rows if r.customers >= FEWEST), None)
    if enough is not None:
        yield name, enough
