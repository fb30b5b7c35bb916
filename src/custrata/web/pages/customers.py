"""The list of customers: searched, filtered, sorted, saved, and page by page; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.personal import scrubbed
from custrata.locale import Lang, text
from custrata.usecases.condition_labels import spoken, with_labels
from custrata.usecases.customers.asked import fields
from custrata.usecases.customers.columns import ListColumn, list_columns, usual_columns
from custrata.usecases.customers.table import SIZES, TablePage, table_page
from custrata.usecases.customers.veil import hidden_columns
from custrata.usecases.look import Result
from custrata.web import faults
from custrata.web.access import Can
from custrata.web.list_address import ListAddress, saved
from custrata.web.list_words import chips, filters
from custrata.web.mends import problems_told
from custrata.web.models import View
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.rule_fields import rule_fields
from custrata.web.rule_sayings import rule_examples
from custrata.web.show import show
from custrata.web.trail import record

_NAME = 80
PATH = "/customers/"
#: How a list can be exported.
FORMATS = ("xlsx", "csv", "parquet")


@page("customers/", can=Can.LOOK, nav=20)
def customers(request: Request) -> HttpResponse:
    if not has_run():
        return show(request, "empty.html.j2")
    at, part = ListAddress.read(request.GET), _part(request)
    if not part and ("panel" in request.GET or any(not v for k in request.GET for v in request.GET.getlist(k))):
        return HttpResponseRedirect(_href(at))  # what a form leaves empty has no place in an address
    result, lang = request.result(), request.sight.lang
    known = list_columns(result, lang)
    shown, told, status = None, [], 200
    try:
        shown = table_page(result, at.query, lang, at.page, at.size)
    except CustrataError as error:  # told in place of the table: the filters stay, and can be taken away one by one
        told, status = problems_told(spoken(error.problems, fields(result), lang), lang), faults.status_of(error)
    grouped: dict[str, list[ListColumn]] = {}
    for column in known.values():
        grouped.setdefault(column.group, []).append(column)
    values = {
        "at": at, "table": shown, "problems": told, "path": PATH, "chips": chips(result, at, lang, PATH),
        "grouped": grouped, "chosen": at.query.columns or tuple(usual_columns(result, known)), "result": result,
        "masked": bool(hidden_columns(result)), "headings": _headings(at, shown) if shown else (),
        "order": _unseen_order(shown, known, lang) if shown else "", "panel": "panel" in request.GET, "sizes": SIZES,
        "formats": FORMATS, "href": _href,
    }  # fmt: skip
    if part:
        answer = show(request, "parts/customer_list.html.j2", values, status)
        answer.headers["HX-Push-Url"] = _href(at)
        return answer
    values |= {"views": _views(request), "said": at.said(paged=False)}
    return show(request, "customers.html.j2", values, status)


def _unseen_order(shown: TablePage, known: Mapping[str, ListColumn], lang: Lang) -> str:
    """How the list is sorted, where no column that is shown tells it."""
    key = shown.sort.removeprefix("-")
    if any(c.key == key for c in shown.columns):
        return ""
    way = "sorted_down" if shown.sort.startswith("-") else "sorted_up"
    return text(f"web_customers.{way}", lang, column=known[key].title)


@page("filters/customers/", can=Can.LOOK)
def customer_filters(request: Request) -> HttpResponse:
    """The panel of filters: a part of the list, or a page of its own for a browser without scripts."""
    at, lang = ListAddress.read(request.GET), request.sight.lang
    result = request.result()
    values = {
        "at": at, "groups": filters(result, at, lang), "path": PATH, "whole": not _part(request),
        "where": with_labels(at.query.where, result.scheme, lang), "example": _example(result, lang),
    }  # fmt: skip
    return show(request, "parts/customer_filters.html.j2" if _part(request) else "customer_filters.html.j2", values)


@page("views/", can=Can.LOOK, methods=("POST",))
def save_view(request: Request) -> HttpResponse:
    """Saves a list under a name; one of the same name of this user is replaced."""
    name, query = request.POST.get("name", "").strip(), saved(_query(request.POST.get("query", "")))
    if not 0 < len(name) <= _NAME:
        raise CustrataError(Problem("E-WEB-022", "", {"most": _NAME}))
    shared = request.POST.get("shared") == "1"
    View.objects.update_or_create(user=request.user, name=name, defaults={"query": query, "shared": shared})
    record(request.sight.name, "save view", name, query=query, shared=shared)
    return HttpResponseRedirect(f"{PATH}?{query}")


@page("views/<int:id>/delete/", can=Can.LOOK, methods=("POST",))
def delete_view(request: Request, id: int) -> HttpResponse:
    """Deletes a list that this user saved; an administrator deletes also those that others shared."""
    mine = Q(user=request.user)
    found = View.objects.filter(mine | Q(shared=True) if request.sight.may(Can.ADMIN) else mine, pk=id).first()
    if found is None:
        raise CustrataError(Problem("E-WEB-002", address("delete_view", id=id)))
    record(request.sight.name, "delete view", found.name, query=found.query)
    found.delete()
    return HttpResponseRedirect(PATH)


def _example(result: Result, lang: Lang) -> str:
    """A condition that can be typed as it stands."""
    found = rule_examples(result, rule_fields(result, fields(result), lang), lang)
    return found[0].said if found else ""


def _views(request: Request) -> list[Any]:
    """The lists that this user saved, and those that others share, but for those whose filters name somebody whom this
    reader does not see, or say what he sees masked."""
    own = View.objects.filter(Q(user=request.user) | Q(shared=True)).select_related("user")
    shown = [v for v in own if v.user_id == request.user.pk or _may_know(request, v)]
    return sorted(shown, key=lambda v: (v.user_id != request.user.pk, v.name))


def _may_know(request: Request, view: Any) -> bool:
    query = ListAddress.read(_query(view.query)).query
    said = " ".join((view.name, query.search, query.where, *(v for found in query.values.values() for v in found)))
    if not request.sight.may(Can.PERSONAL) and scrubbed(said) != said:
        return False
    return bool(request.sight.whole or not (query.search or "@name" in query.values))


def _query(said: str) -> Any:
    from django.http import QueryDict

    return QueryDict(said)


def _href(at: ListAddress) -> str:
    said = at.said()
    return f"{PATH}?{said}" if said else PATH


def _headings(at: ListAddress, shown: TablePage) -> list[dict[str, Any]]:
    """For each column: how it is sorted now, and where sorting by it leads; numbers go from the largest down first."""
    by, down = shown.sort.removeprefix("-"), shown.sort.startswith("-")
    found = []
    for column in shown.columns:
        falls = column.numeric or column.style in ("date", "class")
        next_down = not down if column.key == by else falls
        key = f"-{column.key}" if next_down else column.key
        now = ("descending" if down else "ascending") if column.key == by else ""
        found.append({"column": column, "sorted": now, "href": _href(at.sorted_by(key))})
    return found


def _part(request: Request) -> bool:
    """Whether htmx asks for the table alone; going back in a browser asks for the whole page."""
    restored = request.META.get("HTTP_HX_HISTORY_RESTORE_REQUEST") == "true"
    return bool(request.htmx) and not request.htmx.boosted and not restored
