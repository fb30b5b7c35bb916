"""What a comparison of two schemes says in sentences, for page and workbook alike."""

from __future__ import annotations

from custrata.core.measure.comparison import Comparison, LadderComparison
from custrata.core.measure.levels import WAYS
from custrata.locale import Lang, counted, text


def lead(found: Comparison, lang: Lang) -> list[str]:
    """How many the other scheme places higher and lower, ladder by ladder; then which ladders only one has."""
    said = [_ladder_lead(found, ladder, lang) for ladder in found.ladders]
    if len(found.ladders) > 1:
        said = [
            text("levels_report.lead_ladder", lang, ladder=ladder.title, said=one)
            for ladder, one in zip(found.ladders, said, strict=True)
        ]
    if found.lacking:
        comma = "、" if lang == "zh" else ", "
        said.append(text("what_if.lacking", lang, ladders=comma.join(found.lacking)))
    return said


def _ladder_lead(found: Comparison, ladder: LadderComparison, lang: Lang) -> str:
    other = found.other_title if found.other_title != found.title else found.other_file
    if not ladder.differing:
        return text("what_if.lead_nobody", lang, other=other)
    comma = "，" if lang == "zh" else ", "
    parts = [counted(f"what_if.part_{way}", n, lang) for way in WAYS if (n := ladder.going(way))]
    of = counted("report.n_customers", max(sum(ladder.pairs.values()), ladder.differing), lang)
    return counted("what_if.lead", ladder.differing, lang, of=of, other=other, parts=comma.join(parts))


def called(title: str, file: str, lang: Lang) -> str:
    """A scheme by its name and its file."""
    if not file:
        return title
    return f"{title}（{file}）" if lang == "zh" else f"{title} ({file})"


def moves(ladder: LadderComparison, lang: Lang) -> list[tuple[str, int, int]]:
    """For each way on which anybody would go from where he is now: how many under this scheme and under the other."""
    counts = [(way, ladder.ours_moves.get(way, 0), ladder.theirs_moves.get(way, 0)) for way in WAYS]
    return [(text(f"levels_report.{way}", lang), a, b) for way, a, b in counts if a or b or way in ("up", "down")]
