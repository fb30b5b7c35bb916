"""A ladder as reports show it beside the segments: its share table, and in words who reaches and keeps a level."""

from __future__ import annotations

from collections.abc import Sequence

from custrata.core.levels.ladder import Ladder
from custrata.core.measure.model import SegmentReport, ShareRow
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, text


def ladder_title(scheme: Scheme, name: str, lang: Lang) -> str:
    """What a ladder is called."""
    found = scheme.levels.get(name)
    return found.label.in_(lang) if found is not None and found.label is not None else name


def ladder_report(scheme: Scheme, name: str, rows: Sequence[ShareRow], lang: Lang) -> SegmentReport:
    """The ladder as a segment whose classes are its levels, from the highest down; those on none come last."""
    ladder = scheme.levels[name]
    return SegmentReport(
        name=ladder_title(scheme, name, lang), kind="ladder", rules=level_rules(ladder, lang), rows=rows,
        spend_metric=scheme.basis("monetary", name), class_order=[r.class_ for r in rows],
        missing_class=ladder.missing_class().label(lang) if any(r.key == "missing" for r in rows) else None,
    )  # fmt: skip


def level_rules(ladder: Ladder, lang: Lang) -> list[str]:
    """For each level from the highest down, what reaches it and what keeps it."""
    colon = "：" if lang == "zh" else ": "
    found = []
    for c in ladder.classes():
        level = ladder.levels[c.key]
        if level.enter is None:
            said = text("levels_report.rule_lowest", lang)
        elif level.keep is None:
            said = text("levels_report.rule_enter", lang, enter=level.enter.text(lang))
        else:
            values = {"enter": level.enter.text(lang), "keep": level.keep.text(lang)}
            said = text("levels_report.rule_enter_keep", lang, **values)
        found.append(f"{c.label(lang)}{colon}{said}")
    return found
