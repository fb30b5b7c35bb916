"""A page for every metric and every model of segments, and the table of them all."""

from __future__ import annotations

import re
from typing import Any

from _make.options import options_table, spellings
from _make.parts import cell, codes, page, part, table, title_of, word, words
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.metrics.base import Metric
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.core.segments.base import Segment
from custrata.locale import Lang

FAMILIES: dict[str, Any] = {"metrics": METRICS, "segments": SEGMENTS}

EXAMPLE_HEADINGS = {"en": "## Example", "zh": "## 例子"}


def kind_page(family: str, model: Any, lang: Lang) -> str:
    """Meaning, facts at a glance, what else the part says, and the options before the example."""
    text = part(lang, family, model.kind)
    head, _, rest = text.partition("\n## ")
    rest = f"## {rest}"
    heading = EXAMPLE_HEADINGS[lang]
    if heading not in rest:
        raise SystemExit(f"docs/_parts/{lang}/{family}/{model.kind}.md has no '{heading}'")
    before, after = rest.split(heading, 1)
    options = f"## {word('options', lang)}\n\n{options_table(model, lang)}"
    return page(lang, head, glance(family, model, lang), before, options, heading + after)


def glance(family: str, model: Any, lang: Lang) -> str:
    kinds = [model.kind, model.zh] if lang == "en" else [model.zh, model.kind]
    rows = [(word("kind", lang), codes(kinds)), (word("short", lang), codes(spellings(model, model.short, lang)))]
    if family == "metrics":
        empty = word("missing", lang) if model.empty is None else str(model.empty)
        rows += [(word("unit", lang), words(lang)["units"][model.unit]), (word("empty", lang), empty)]
        if model.low_is_good:
            rows.append((word("good", lang), word("low", lang)))
    else:
        rows.append((word("missing_class", lang), model.default_missing[0 if lang == "zh" else 1]))
    return table(list(rows[0]), rows[1:])


def index_page(family: str, lang: Lang) -> str:
    """All kinds of a family in one table, with the first sentence of each."""
    rows = []
    for kind, model in FAMILIES[family].all().items():
        text = part(lang, family, kind)
        first = text.split("\n", 1)[1].strip().split("\n\n")[0].replace("\n", " ")
        sentence = re.split(r"(?<=\.)\s|(?<=。)", first)[0]
        kinds = [kind, model.zh] if lang == "en" else [model.zh, kind]
        rows.append((f"[{title_of(text)}]({kind}.md)", codes(kinds), cell(sentence)))
    listed = table([word(k, lang) for k in ("title", "kind", "meaning")], rows)
    base: Any = Metric if family == "metrics" else Segment
    common = f"## {word('all_kinds', lang)}\n\n{options_table(base, lang)}"
    return page(lang, part(lang, family), listed, common)
