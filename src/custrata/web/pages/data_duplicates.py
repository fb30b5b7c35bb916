"""Customers who may be one: pairs side by side for a person to decide, what rules are certain of, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.identity.changes import Best
from custrata.core.identity.ledger import Entry, undone
from custrata.locale import Lang, catalog
from custrata.usecases.identity_decide import Decision, decide, undo
from custrata.usecases.identity_store import read_ledger
from custrata.usecases.identity_words import rule_words
from custrata.web import jobs
from custrata.web.data_page import around, cannot, data_page, not_here
from custrata.web.models import Job
from custrata.web.page import Request, address
from custrata.web.paging import pages
from custrata.web.review import audit_saw, certain_groups, changed_since, open_pairs, put_off, told_of
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.trail import record

#: Pairs and decisions on one page.
_PAIRS, _ROWS = 10, 50
_SHOWS = ("doubtful", "later", "certain", "decided")


@data_page("data/duplicates/", name="duplicates")
def duplicates(request: Request) -> HttpResponse:
    """What a search found and nobody has decided yet."""
    here = site()
    told = told_of(here.workspace)
    asked = request.GET.get("show", _SHOWS[0])
    which = asked if asked in _SHOWS else _SHOWS[0]
    open_, later = open_pairs(here.workspace, told) if told else ([], [])
    decisions = _decisions()
    certain = certain_groups(here.workspace, told) if told else []
    shown = {"doubtful": open_, "later": later, "certain": certain, "decided": decisions}[which]
    at = pages(request, len(shown), _PAIRS if which in ("doubtful", "later") else _ROWS)
    part = at.part(shown)
    values: dict[str, Any] = {
        **around(request, "duplicates"), "told": told, "which": which, "page": at.number, "at_page": at,
        "pairs": part, "certain": part, "decisions": part,
        "counts": {"doubtful": len(open_), "later": len(later), "decided": len(decisions), "certain": len(certain)},
        "at": datetime.fromisoformat(told["at"]) if told else None, "can_search": _searchable(),
        "working": Job.objects.filter(kind__in=("duplicates", "join"), state__in=("waiting", "running")).first(),
        "saw": audit_saw(here.workspace, request.sight.lang),
        "outdated": told is not None and changed_since(here.workspace, datetime.fromisoformat(told["at"])),
        "changed": _changed_since_run(here), "field_word": _field_word, "rule_word": rule_words,
    }  # fmt: skip
    return show(request, "duplicates.html.j2", values)


@data_page("data/duplicates/search/", methods=("POST",), name="duplicates_search")
def search(request: Request) -> HttpResponse:
    """Asks for a search; with `join`, for merging what rules are certain of as well."""
    if not _searchable():
        raise cannot("方案中没有客户档案", "the scheme reads no file of customers")
    job = jobs.ask("join" if request.POST.get("join") else "duplicates", request.sight.name)
    return HttpResponseRedirect(address("job", id=job.pk))


@data_page("data/duplicates/decide/", methods=("POST",), name="duplicates_decide")
def decided(request: Request) -> HttpResponse:
    """Merges two customers, keeps them apart, or leaves them for later; who and why stay on record."""
    here = site()
    told = told_of(here.workspace)
    a, b, verb = (request.POST.get(k, "") for k in ("a", "b", "verb"))
    found = next((p for p in (told or {}).get("pairs", ()) if {p["a"], p["b"]} == {a, b}), None)
    if told is None or found is None or verb not in ("merge", "apart", "later", "now"):
        raise not_here("duplicates")
    if verb in ("later", "now"):
        put_off(here.workspace, a, b, off=verb == "later")
    else:
        reason = request.POST.get("reason", "").strip()[:500]
        best = _best(told)
        ids = {i for p in told["pairs"] for i in (p["a"], p["b"])}
        decide(here.workspace, here.now, [Decision(verb, a, b, reason)], request.sight.name, best, ids)
        record(request.sight.name, f"duplicates {verb}", f"{a} | {b}", reason=reason)
        put_off(here.workspace, a, b, off=False)
    return HttpResponseRedirect(f"{address('duplicates')}?{_back(request)}")


@data_page("data/duplicates/undo/", methods=("POST",), name="duplicates_undo")
def undone_(request: Request) -> HttpResponse:
    """Makes a decision count as never made."""
    here, seq = site(), request.POST.get("seq", "")
    reason = request.POST.get("reason", "").strip()[:500]
    if not seq.isdecimal() or len(seq) > 12:
        raise CustrataError(Problem("E-ID-008", "", {"seq": seq, "last": len(read_ledger(here.workspace))}))
    undo(here.workspace, here.now, int(seq), request.sight.name, reason)
    record(request.sight.name, "duplicates undo", f"decision {seq}", reason=reason)
    return HttpResponseRedirect(f"{address('duplicates')}?show=decided")


def _field_word(name: str, lang: Lang) -> str:
    return str(catalog("identity", lang)["field"].get(name, name))


def _decisions() -> list[dict[str, Any]]:
    """What was decided, the newest first, and whether that can be undone."""
    entries = read_ledger(site().workspace)
    gone = undone(entries)
    return [
        {"entry": e, "undone": e.seq in gone, "may_undo": e.seq not in gone and e.verb != "undo", "of": _of(e, entries)}
        for e in reversed(entries)
    ]


def _of(entry: Entry, entries: Sequence[Entry]) -> Entry | None:
    return entries[entry.of - 1] if entry.of else None


def _best(told: dict[str, Any]) -> Best:
    """Whose id stays, by the order that the search worked out; who came later than the search comes last."""
    rank = {customer: n for n, customer in enumerate(told["ranked"])}
    return lambda group: min(group, key=lambda i: (rank.get(i, len(rank)), len(i), i))


def _searchable() -> bool:
    try:
        scheme = site().workspace.scheme()
    except CustrataError:
        return False
    return scheme.sources.customers is not None or scheme.sources.erp is not None


def _changed_since_run(here: Any) -> bool:
    """Whether decisions wait for a run to hold."""
    if not here.workspace.run_ids():
        return False
    known = (here.workspace.run().record.get("identity") or {}).get("ledger", 0)
    return bool(len(read_ledger(here.workspace)) > known)


def _number(said: str | None, most: int) -> int:
    wanted = int(said) if said and said.isdecimal() and len(said) < 9 else 1
    return min(max(1, wanted), max(1, most))


def _back(request: Request) -> str:
    which, page = request.POST.get("show", ""), request.POST.get("page", "")
    return f"show={which if which in _SHOWS else _SHOWS[0]}&page={_number(page, 10**6)}"
