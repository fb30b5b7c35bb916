"""The rule builder: a condition as rows and as text, how many customers it holds of, and its way into the scheme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.conditions import ConditionError
from custrata.core.conditions.write import written
from custrata.core.errors import CustrataError, Problem
from custrata.usecases.condition_labels import spoken, with_labels
from custrata.usecases.customers.asked import condition, fields
from custrata.usecases.customers.build import BARE, JOINS, Group, Row, Words, met, shown, understood
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result
from custrata.usecases.scheme_rules import with_rule
from custrata.web import rule_form, versions
from custrata.web.access import Can
from custrata.web.mends import problems_told
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.rule_fields import RuleField, fitting, in_percent, rule_fields, spread
from custrata.web.rule_sayings import rule_examples
from custrata.web.show import show
from custrata.web.trail import record

#: What an operator is called in the catalogue.
_OPS = {">=": "from", ">": "above", "<": "below", "<=": "up_to", "between": "between", "=": "is",
        "!=": "is_not", "in": "in", "not_in": "not_in", "missing": "missing", "present": "present"}  # fmt: skip


@page("segments/-/rules/", can=Can.LOOK, methods=("GET", "POST"))
def rules(request: Request) -> HttpResponse:
    """The builder; with `?where=` filled from a text. Its buttons and choices send the whole form and draw it anew."""
    if not has_run():
        return show(request, "empty.html.j2")
    result = request.result()
    known, lang = fields(result), request.sight.lang
    offered = rule_fields(result, known, lang)
    problems: list[Any] = []
    if request.method == "POST":
        root = rule_form.after(rule_form.read(request.POST), request.POST.get("do", ""))
    else:
        root, problems = _from_text(request, result, known, offered)
    root = fitting(root, offered)
    values = _told(request, result, root, known, problems)
    values |= {
        "root": root, "place": rule_form.ROOT, "fields": _groups(offered), "known": offered, "op_names": _OPS,
        "bare": BARE, "joins": JOINS, "spread": spread(result, root, offered, lang), "unread": bool(problems),
        "examples": () if rule_form.begun(root) or problems else rule_examples(result, offered, lang),
        "into": [(n, segment_title(result.scheme, n, lang)) for n, s in result.scheme.segments.items()
                 if s.kind == "rules"],
    }  # fmt: skip
    parted = bool(request.htmx) and not request.htmx.boosted and request.method == "POST"
    name = "segments/builder.html.j2" if parted else "segments/rules.html.j2"
    answer = show(request, name, values, status=400 if request.method == "POST" and not request.POST else 200)
    return _addressed(answer, values) if parted else answer


@page("segments/-/rules/count/", can=Can.LOOK, methods=("POST",))
def rules_count(request: Request) -> HttpResponse:
    """The condition as text and its count, while a value is being typed."""
    result = request.result()
    if not request.POST:
        raise CustrataError(Problem("E-WEB-039", "", {"depth": 0, "parts": 0}))
    known = fields(result)
    root = fitting(rule_form.read(request.POST), rule_fields(result, known, request.sight.lang))
    values = _told(request, result, root, known, [])
    return _addressed(show(request, "segments/met.html.j2", values), values)


@page("segments/-/rules/save/", can=Can.SCHEME, methods=("POST",))
def rules_save(request: Request) -> HttpResponse:
    """A new version of the scheme in force, with the condition as a class of a rules segment."""
    where, label = request.POST.get("where", ""), request.POST.get("class", "").strip()
    segment = request.POST.get("segment", "").strip() or request.POST.get("new", "").strip()
    found = condition(request.result(), where, "")
    base = versions.in_force()
    text = with_rule(base.text, segment, label, written(found, request.sight.lang), request.sight.lang)
    made = versions.save(text, request.sight.name, request.POST.get("reason", ""), base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", segment=segment, rule=where)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


def _addressed(answer: HttpResponse, values: dict[str, Any]) -> HttpResponse:
    """What was built stands in the address, so that it is there again after a look at the list."""
    answer.headers["HX-Replace-Url"] = values["link"]
    return answer


def _from_text(request: Request, result: Result, known: Any, offered: Any) -> tuple[Group, list[Any]]:
    where, lang = request.GET.get("where", "").strip(), request.sight.lang
    if not where:
        return Group("all", (Row(),)), []
    try:
        found = shown(condition(result, where, ""), known, lang)
        return _with_labels(in_percent(found, offered), result, lang), []
    except CustrataError as error:
        return Group("all", (Row(),)), problems_told(spoken(error.problems, known, lang), lang)


def _with_labels(node: Any, result: Result, lang: Any) -> Any:
    """Parts that stay text say what people call their names."""
    if isinstance(node, Group):
        return replace(node, parts=tuple(_with_labels(p, result, lang) for p in node.parts))
    return Words(with_labels(node.text, result.scheme, lang)) if isinstance(node, Words) else node


def _told(request: Request, result: Result, root: Group, known: Any, problems: list[Any]) -> dict[str, Any]:
    """The condition as text, and how many customers it holds of."""
    lang, found, counted, text = request.sight.lang, None, None, request.GET.get("where", "") if problems else ""
    if not problems:
        try:
            found = understood(result, root, known)
            if found is not None:
                text, counted = written(found, lang), met(result, found)
        except CustrataError as error:
            problems = problems_told(spoken(error.problems, known, lang), lang)
        except ConditionError as error:
            problems = problems_told([Problem("E-WEB-140", "", {"value": error.found})], lang)
    return {
        "where": with_labels(text, result.scheme, lang), "met": counted, "problems": problems,
        "currency": result.scheme.currency,
        "list": "/customers/?" + urlencode({"where": text}) if counted is not None else "",
        "link": address("rules") + ("?" + urlencode({"where": text}) if text else ""),
        "half": rule_form.half_filled(root), "lacks_value": rule_form.lacks_value,
    }  # fmt: skip


def _groups(offered: Mapping[str, RuleField]) -> list[tuple[str, list[RuleField]]]:
    """What may be chosen as a field, kind by kind."""
    kinds = ("metrics", "segments", "attributes")
    groups = [(kind, [f for f in offered.values() if f.group == kind]) for kind in kinds]
    return [(kind, found) for kind, found in groups if found]
