"""A preset told to its reader: what it reads, what can be set, and a whole scheme to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custrata.locale import Lang, text

if TYPE_CHECKING:
    from custrata.sources.erps.preset import Preset


def describe(preset: Preset, lang: Lang) -> str:
    """Markdown, in one language."""
    d = preset.declaration
    lines = [f"# {d.title}", "", d.means.in_(lang), ""]
    lines += [
        f"- {text('erps.tested', lang)}: {', '.join(d.tested)}",
        f"- {d.times.in_(lang)}",
        f"- {d.money.in_(lang)}",
        "",
    ]
    lines += [f"## {text('erps.parameters', lang)}", ""]
    for name, parameter in d.parameters.items():
        bounds = f"{parameter.wanted(lang)}; {text('erps.default', lang)} {shown(parameter.default)}"
        lines.append(f"- `{name}`: {parameter.means.in_(lang)} ({bounds})")
    lines += ["", f"## {text('erps.sources', lang)}", ""]
    lines += [f"- {text(f'erps.source.{source}', lang)}" for source in d.sources]
    if d.features:
        lines += ["", f"## {text('erps.features', lang)}", ""]
        lines += [f"- {feature.means.in_(lang)}" for feature in d.features.values()]
    lines += ["", f"## {text('erps.rights', lang)}", "", "```sql", *grants(preset), "```"]
    return "\n".join(lines) + "\n"


def grants(preset: Preset, user: str = "custrata") -> list[str]:
    """The statements that let a user read what the preset reads, and nothing else."""
    d = preset.declaration
    optional = dict.fromkeys(table for f in d.features.values() for table in f.tables if table not in d.tables)
    if d.kind == "mysql":
        return [f"GRANT SELECT ON `{table}` TO {user};" for table in (*d.tables, *optional)]
    return [f'GRANT SELECT ON "{table}" TO {user};' for table in (*d.tables, *optional)]


def scheme_text(preset: Preset, lang: Lang, database: str) -> str:
    """The folder's scheme, with the connection and every parameter that can be set written into it as a comment."""
    template = (preset.folder / f"scheme.{lang}.yaml").read_text("utf-8")
    told = []
    for name, parameter in preset.declaration.parameters.items():
        told.append(f"  #   {name}: {shown(parameter.default)}   # {parameter.means.in_(lang)}")
    return template.replace("<<database>>", database).replace("  # <<parameters>>", "\n".join(told))


def shown(value: Any) -> str:
    """A default as YAML writes it.

    >>> shown(None), shown(True), shown([]), shown("zh_CN")
    ('null', 'true', '[]', 'zh_CN')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return "[" + ", ".join(str(v) for v in value) + "]" if isinstance(value, list | tuple) else str(value)
