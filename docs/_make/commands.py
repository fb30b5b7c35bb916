"""The page of commands, from Typer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _make.parts import cell, filled, page, part, table, word
from custrata.locale import Lang


def commands_page(lang: Lang) -> str:
    """Every command with its arguments and options, from Typer."""
    import typer

    from custrata.cli.main import app

    root: Any = typer.main.get_command(app)
    blocks = {"global": _parameters(root.params, lang)}
    sections = []
    for name, command in root.commands.items():
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        shown = [_argument(p) if p.required else f"[{_argument(p)}]" for p in arguments]
        options = ["[OPTIONS]"] if len(arguments) < len(command.params) else []
        usage = " ".join(["custrata", name, *shown, *options])
        shape = f"```text\n{usage}\n```"
        listed, notes = _parameters(command.params, lang), part(lang, "commands", name)
        sections.append("\n\n".join(b for b in (f"## {name}", _half(command.help, lang), shape, listed, notes) if b))
    return page(lang, filled(part(lang, "commands"), blocks), *sections)


def _argument(p: Any) -> str:
    return str(p.metavar or p.name.upper()).strip("[]{}")


def _parameters(params: Any, lang: Lang) -> str:
    rows = []
    for p in params:
        if p.param_type_name == "argument":
            names = f"`{_argument(p)}`"
        else:
            value = "" if p.is_flag else f" {p.metavar or 'VALUE'}"
            names = ", ".join(f"`{o}{value}`" for o in p.opts).replace("|", "/")
        default = "" if p.default in (None, False, Path()) else f"`{p.default}`"
        rows.append((names, default, cell(_half(p.help or "", lang)) or word("none", lang)))
    return table([word(k, lang) for k in ("option", "default", "meaning")], rows) if rows else ""


def _half(text: str, lang: Lang) -> str:
    """The half of `English.  中文。` in one language; a text in one language serves both."""
    english, _, chinese = " ".join((text or "").replace("\n", "  ").split("\n")).strip().partition("  ")
    return (chinese.strip() or english) if lang == "zh" else english
