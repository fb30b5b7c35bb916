"""Help and usage errors in the reader's language: what Typer says in English only, said from the same commands."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup

from custrata.cli.at import working_at
from custrata.cli.failure import language
from custrata.core.errors import Problem, did_you_mean
from custrata.locale import Lang, catalog, text

_WIDTH = 96
_WORDS = 34
"""Columns for names of options; a longer one gets a line of its own."""


class _Helpful:
    """Help in one language: both at once are too much to read."""

    def get_help(self, ctx: Any) -> str:
        return help_text(ctx, language())


class Group(_Helpful, TyperGroup):
    """The program with its commands."""


class Command(_Helpful, TyperCommand):
    """One command; sentences that it says are of the workspace that it was given."""

    def invoke(self, ctx: Any) -> Any:
        commands = getattr(ctx.parent.command, "commands", {}) if ctx.parent is not None else {}
        take = [name for name, c in commands.items() if any("-w" in p.opts for p in c.params)]
        working_at(ctx.params.get("scheme") or ctx.params.get("workspace"), take)
        return super().invoke(ctx)


def half(words: str | None, lang: Lang) -> str:
    """The half of `English.  中文。` in one language; a text in one language serves both.

    >>> half("Show the version.  显示版本。", "zh"), half("Show the version.", "zh")
    ('显示版本。', 'Show the version.')
    """
    english, _, chinese = " ".join((words or "").replace("\n", "  ").split("\n")).strip().partition("  ")
    return (chinese.strip() or english) if lang == "zh" else english


def help_text(context: Any, lang: Lang) -> str:
    """The help of a command, from its Typer (Click) context."""
    command = context.command
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.get_params(context) if p.param_type_name == "option"]
    blocks = [usage(context, lang), f"  {half(command.help, lang)}"]
    if arguments:
        blocks.append(_section("arguments", [(_argument(p, lang), _meaning(p, lang)) for p in arguments], lang))
    blocks.append(_section("options", [(_option(p, lang), _meaning(p, lang)) for p in options], lang))
    if commands := getattr(command, "commands", None):
        blocks.append(_section("commands", [(name, half(c.help, lang)) for name, c in commands.items()], lang))
    return "\n\n".join(blocks)


def usage(context: Any, lang: Lang) -> str:
    """The line that shows how a command is called."""
    command = context.command
    words = [context.command_path, f"[{_word('OPTIONS', lang)}]"]
    if getattr(command, "commands", None):
        words.append(_word("COMMAND", lang))
    for p in command.params:
        if p.param_type_name == "argument":
            words.append(_argument(p, lang) if p.required else f"[{_argument(p, lang)}]")
    return text("cli.usage", lang, words=" ".join(words))


def problem_of(error: Any, lang: Lang) -> Problem:
    """A usage error of Typer (Click) as one of ours. Told by its class's name: Typer brings a Click of its own."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "custrata"
    values: dict[str, Any] = {"help": f"{path} -h"}
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    if kind == "NoSuchOption":
        near = [f"'{p}'" for p in sorted(getattr(error, "possibilities", None) or ())]
        return Problem("E-CLI-006", path, values | {"option": error.option_name, "suggestion": " / ".join(near)})
    if kind == "MissingParameter" and parameter is not None:
        return Problem("E-CLI-008", path, values | {"name": _argument(parameter, lang)})
    if kind == "BadParameter" and parameter is not None:
        return Problem("E-CLI-009", path, values | {"option": parameter.opts[0]})
    if kind == "BadOptionUsage":
        return Problem("E-CLI-010", path, values | {"option": error.option_name})
    known = list(getattr(context.command, "commands", None) or ()) if context is not None else []
    typed = _quoted(error.format_message())
    if known and typed:
        near_name = did_you_mean(typed, known)
        return Problem("E-CLI-007", path, {"name": typed, "known": ", ".join(known), "suggestion": near_name})
    return Problem("E-CLI-011", path, values | {"what": _in_brackets(error.format_message())})


def _section(title: str, rows: Sequence[tuple[str, str]], lang: Lang) -> str:
    width = min(_WORDS, max(_columns(name) for name, _ in rows) + 2)
    lines = [text(f"cli.{title}_title", lang)]
    for name, meaning in rows:
        wrapped = _wrapped(meaning, _WIDTH - width - 2)
        head = f"  {name}{' ' * (width - _columns(name))}"
        if _columns(name) >= width:
            lines.append(f"  {name}")
            head = " " * (width + 2)
        lines.append(f"{head}{wrapped[0]}" if wrapped else head.rstrip())
        lines += [" " * (width + 2) + further for further in wrapped[1:]]
    return "\n".join(lines)


def _columns(words: str) -> int:
    """How wide a text stands on a terminal; an ideograph takes two columns."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in words)


def _wrapped(words: str, width: int) -> list[str]:
    """Lines no wider than so many columns; an ideograph takes two, and a line may end behind any of them."""
    if words.isascii():
        return textwrap.wrap(words, width)
    lines, line, used = [], "", 0
    for sign in words:
        own = _columns(sign)
        if used + own > width and sign not in "，。；：、）”":
            lines.append(line)
            line, used = "", 0
        line, used = line + sign, used + own
    return [*lines, line] if line else lines


def _argument(parameter: Any, lang: Lang) -> str:
    return _word(str(parameter.metavar or parameter.name.upper()).strip("[]{}"), lang)


def _option(parameter: Any, lang: Lang) -> str:
    names = ", ".join(sorted(parameter.opts, key=len))
    return names if parameter.is_flag else f"{names} {_word(parameter.metavar or parameter.name.upper(), lang)}"


def _word(name: str, lang: Lang) -> str:
    """What stands for a value, in the reader's language."""
    return str(catalog("cli", lang)["words"].get(name, name))


def _meaning(parameter: Any, lang: Lang) -> str:
    if parameter.name == "help":
        return text("cli.help_is", lang)
    said = half(getattr(parameter, "help", "") or "", lang)
    default = parameter.default
    if default in (None, False, Path(), (), "") or parameter.required or callable(default):
        return said
    return said + text("cli.default", lang, value=default)


def _quoted(message: str) -> str:
    """What stands in quotes in a message of Click: the command that it does not know."""
    parts = message.split("'")
    return parts[1] if len(parts) > 2 else ""


def _in_brackets(message: str) -> str:
    """The words that Click could not place, from `Got unexpected extra argument (x)`; else the message."""
    return message.rpartition("(")[2].rpartition(")")[0] or message
