"""The rule builder: a condition as rows and as text, how many customers it holds of, and its way into the scheme."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.conditions import ConditionError
from custrata.core.conditions.write import written
from custrata.core.errors import CustrataError, Problem
from custrata.usecases.condition_labels import with_labels
from custrata.usecases.customers.asked import condition, fields
from custrata.usecases.customers.build import BARE, JOINS, OPS, Group, Row, met, shown, understood
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result
from custrata.usecases.scheme_rules import with_rule
from custrata.web import rule_form, versions
from custrata.web.access import Can
from custrata.web.mends import problems_told
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.trail import record

#: What an operator is called in the catalogue.
_OPS = {">=": "from", ">": "above", "<": "below", "<=": "up_to", "=": "is", "!=": "is_not", "in": "in",
        "not_in": "not_in", "missing": "missing", "present": "present"}  # fmt: skip


@page("segments/-/rules/", can=Can.LOOK, methods=("GET", "POST"))
def rules(request: Request) -> HttpResponse:
    """The builder; with `?where=` filled from a text. Its buttons and choices send the whole form and draw it anew."""
    if not has_run():
        return show(request, "empty.html.j2")
    result = request.result()
    known, lang = fields(result), request.sight.lang
    problems: list[Any] = []
    if request.method == "POST":
        root = rule_form.after(rule_form.read(request.POST), request.POST.get("do", ""))
    else:
        root, problems = _from_text(request, result, known)
    root = _fitting(root, known)
    values = _told(request, result, root, known, problems)
    values |= {
        "root": root, "place": rule_form.ROOT, "fields": _choices(result, known, lang), "known": known,
        "op_names": _OPS,
        "ops": OPS, "bare": BARE, "joins": JOINS, "classes": lambda n: _classes(result, n, lang),
        "into": [(n, segment_title(result.scheme, n, lang)) for n, s in result.scheme.segments.items()
                 if s.kind == "rules"],
    }  # fmt: skip
    parted = bool(request.htmx) and not request.htmx.boosted and request.method == "POST"
    name = "segments/builder.html.j2" if parted else "segments/rules.html.j2"
    return show(request, name, values, status=400 if request.method == "POST" and not request.POST else 200)


@page("segments/-/rules/count/", can=Can.LOOK, methods=("POST",))
def rules_count(request: Request) -> HttpResponse:
    """The condition as text and its count, while a value is being typed."""
    result = request.result()
    if not request.POST:
        raise CustrataError(Problem("E-WEB-039", "", {"depth": 0, "parts": 0}))
    known = fields(result)
    root = _fitting(rule_form.read(request.POST), known)
    return show(request, "segments/met.html.j2", _told(request, result, root, known, []))


@page("segments/-/rules/save/", can=Can.SCHEME, methods=("POST",))
def rules_save(request: Request) -> HttpResponse:
    """A new version of the scheme in force, with the condition as a class of a rules segment."""
    where, label = request.POST.get("where", ""), request.POST.get("class", "").strip()
    segment = request.POST.get("segment", "").strip() or request.POST.get("new", "").strip()
    found = condition(request.result(), where, "where")
    base = versions.in_force()
    text = with_rule(base.text, segment, label, written(found, request.sight.lang), request.sight.lang)
    made = versions.save(text, request.sight.name, request.POST.get("reason", ""), base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", segment=segment, rule=where)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


def _from_text(request: Request, result: Result, known: Any) -> tuple[Group, list[Any]]:
    where = request.GET.get("where", "").strip()
    if not where:
        return Group("all", (Row(),)), []
    try:
        return shown(condition(result, where, "where"), known, request.sight.lang), []
    except CustrataError as error:
        return Group("all", (Row(),)), problems_told(error, request.sight.lang)


def _told(request: Request, result: Result, root: Group, known: Any, problems: list[Any]) -> dict[str, Any]:
    """The condition as text, and how many customers it holds of."""
    lang, found, counted, text = request.sight.lang, None, None, request.GET.get("where", "") if problems else ""
    if not problems:
        try:
            found = understood(result, root, known)
            if found is not None:
                text, counted = written(found, lang), met(result, found)
        except CustrataError as error:
            problems = problems_told(error, lang)
        except ConditionError as error:
            problems = problems_told([Problem("E-WEB-032", "", {"name": "", "value": error.found})], lang)
    return {
        "where": with_labels(text, result.scheme, lang), "met": counted, "problems": problems,
        "currency": result.scheme.currency,
        "list": "/customers/?" + urlencode({"where": text}) if counted is not None else "",
        "link": address("rules") + ("?" + urlencode({"where": text}) if text else ""),
        "half": rule_form.half_filled(root), "lacks_value": rule_form.lacks_value,
    }  # fmt: skip


def _fitting(node: Any, known: Any) -> Any:
    """Rows whose operator does not go with their field get the first one that does; values of other fields go."""
    if isinstance(node, Group):
        return replace(node, parts=tuple(_fitting(p, known) for p in node.parts))
    if not isinstance(node, Row) or node.field not in known:
        return node
    ops = OPS[known[node.field].type]
    values = node.values
    if known[node.field].type == "class":
        labels = set((known[node.field].classes or {}).values())
        values = tuple(v for v in values if v in labels)
    return replace(node, op=node.op if node.op in ops else ops[0], values=values)


def _choices(result: Result, known: Any, lang: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be chosen as a field: (kind, [(name, what it is called)])."""

    def called(name: str) -> str:
        label = known[name].label
        return label.in_(lang) if label is not None else name

    groups: dict[str, list[tuple[str, str]]] = {"metrics": [], "segments": [], "attributes": []}
    for name, known_field in known.items():
        kind = "segments" if known_field.type == "class" else "attributes" if known_field.attribute else "metrics"
        groups[kind].append((name, called(name)))
    return [(kind, found) for kind, found in groups.items() if found]


def _classes(result: Result, name: str, lang: Any) -> list[tuple[str, str]]:
    """The classes of a segment as (label in use, label for the reader)."""
    classes, missing = result.segment_class_labels(name)
    used = result.scheme.lang
    return [(c.label(used), c.label(lang)) for c in [*classes, missing]]
