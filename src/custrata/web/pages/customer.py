"""The page of one customer: who it is, classes and why, levels, what happened; and what people change there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.explain import Explanation
from custrata.core.personal import kind_of_heading
from custrata.locale import Lang, catalog, text
from custrata.usecases.customers.bought import Bought
from custrata.usecases.customers.columns import list_columns
from custrata.usecases.customers.corrections import correctable, merged_ids
from custrata.usecases.customers.profile import MOST, SHOWN, Event, events, latest_first, profile
from custrata.usecases.customers.veil import Veiled, hidden_columns, shown_as
from custrata.usecases.levels.by_hand import Given, give, take_back
from custrata.usecases.listing import basis, ranking, segment_title
from custrata.usecases.look import Result
from custrata.usecases.names import numbers_of
from custrata.web.access import Can, Sight
from custrata.web.bought import baskets
from custrata.web.models import Note
from custrata.web.page import Request, address, page
from custrata.web.profiles import change_shown, changes_of, correct, withdraw
from custrata.web.reading import has_run
from custrata.web.seen_store import seen_store
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.trail import record

_NOTE = 4_000


@page("customers/<path:id>/", can=Can.LOOK)
def customer(request: Request, id: str) -> HttpResponse:
    """Ids may have a slash in them."""
    if not has_run():
        return show(request, "empty.html.j2")
    here, result, lang = site(), request.result(), request.sight.lang
    everything = request.GET.get("all") == "1"
    store = seen_store(request.sight)
    found = profile(here.workspace, store, result, id, lang, MOST if everything else SHOWN)
    record(request.sight.name, "see customer", found.id)
    changes = [_Shown(c, result, request.sight) for c in changes_of(*_ids(result, found.id))]
    overrides = list(store.overrides(customer_id=found.id))
    told_of = (_written(request, (found.id, *found.merged)), _changed(changes, request), _by_hand(overrides, request))
    listed = [*events(found), *(e for some in told_of for e in some)]
    timeline, told = latest_first(listed), found.explanation
    total = len(timeline) + told.orders_total + told.interactions_total
    total -= len(told.orders) + len(told.interactions)
    values = {
        "found": found, "result": result, "currency": result.scheme.currency, "timeline": timeline if everything
        else timeline[:SHOWN], "total": total, "figures": _figures(result, told, lang),
        "metrics": {n: result.metric_note(n, lang) for n in result.scheme.metrics},
        "segment_title": lambda name: segment_title(result.scheme, name, lang),
        "level_word": lambda ladder, level: _level(result, ladder, level, lang),
        "classes_of": lambda ladder: [(c.key, c.label(lang)) for c in result.scheme.levels[ladder].classes()],
        "contact": lambda kind: catalog("metrics", lang)["interaction_kind_one"].get(kind, kind),
        "editable": set(correctable(result)) - set(hidden_columns(result)), "changes": changes,
        "names": {c.attribute: c.title for c in list_columns(result, lang).values() if c.attribute is not None},
        "corrected": _standing(changes), "source_now": _source_now(told, result, request.sight),
        "plain": _plain, "units": {m.name: m.unit for m in told.metrics}, "everything": everything,
        "numbers_of": lambda c: numbers_of(result.scheme, c, lang),
        "most": max((abs(m.spend) for m in found.months), default=0),
        "bought": baskets(result, request.sight, found.bought) if found.bought else None,
        "lines_of": lambda v: _lines(found.bought, v), "id": found.id,
    }  # fmt: skip
    return show(request, "customer.html.j2", values)


@page("change/customers/<path:id>/", can=Can.CUSTOMERS, methods=("POST",))
def change_customer(request: Request, id: str) -> HttpResponse:
    """What is done on the page of a customer: `do` says what, the other fields with what."""
    result, said, who = request.result(), request.POST, request.sight.name
    own = result.surviving(id)
    match said.get("do", ""):
        case "note":
            written = said.get("text", "").strip()
            if not 0 < len(written) <= _NOTE:
                raise CustrataError(Problem("E-WEB-028", "", {"most": _NOTE}))
            note = Note.objects.create(customer_id=own, who=who, text=written)
            record(who, "write note", own, note=note.pk)
        case "delete note":
            every = [own, *(i for i, kept in result.same_as.items() if kept == own)]
            mine = {} if request.sight.may(Can.ADMIN) else {"who": who}
            if not Note.objects.filter(pk=_whole(said.get("note")), customer_id__in=every, **mine).delete()[0]:
                raise CustrataError(Problem("E-WEB-029", "", {"value": "delete note"}))
            record(who, "delete note", own, note=_whole(said.get("note")))
        case "correct":
            column = said.get("column", "")
            if column in hidden_columns(result):
                raise CustrataError(Problem("E-WEB-001", column))
            correct(result, own, column, said.get("value", ""), said.get("reason", ""), who)
        case "withdraw":
            withdraw(own, _ids(result, own), said.get("column", ""), who)
        case "set level":
            _give(result, own, said, who)
        case "end level":
            number = _whole(said.get("override"))
            if number not in {o.id for o in site().store.overrides(customer_id=own)}:
                raise CustrataError(Problem("E-HAND-005", str(number), {"id": number}))
            here = site()
            take_back(here.workspace, here.open_store, here.now, number, who=who)
        case other:
            raise CustrataError(Problem("E-WEB-029", "", {"value": other[:40]}))
    return HttpResponseRedirect(address("customer", id=own))


def _ids(result: Result, own: str) -> list[str]:
    """The ids under which somebody may have corrected this customer's profile."""
    return [own, *(i for i, kept in merged_ids(site().workspace, result).items() if kept == own)]


def _give(result: Result, own: str, said: Any, who: str) -> None:
    here, until = site(), said.get("until", "").strip()
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        column = text("web_customers.customer.until", "zh")
        raise CustrataError(Problem("E-WEB-021", "until", {"column": column, "value": until[:40]})) from None
    given = Given(
        own, said.get("level", ""), "floor" if said.get("kind") == "floor" else "pin", said.get("ladder") or None,
        until=last, reason=said.get("reason", "")[:500],
    )  # fmt: skip
    give(here.workspace, here.open_store, here.now, result, given, who=who)


class _Shown:
    """A change of a profile as this reader may see it."""

    def __init__(self, change: Any, result: Result, sight: Sight) -> None:
        self.column, self.who, self.at, self.withdrawn = change.column, change.who, change.at, change.withdrawn
        self.old, self.new, self.reason = change_shown(change, result, sight)


def _lines(sold: Bought | None, order: Any) -> Any:
    """The lines of an order as the timeline has it; of a return without a number that one is its day in words."""
    if sold is None:
        return ()
    return sold.of_orders.get((order["order_id"], order["day"])) or sold.of_orders.get((None, order["day"]), ())


def _source_now(told: Explanation, result: Result, sight: Sight) -> dict[str, Any]:
    """Column → what the source said of it when the run used a correction, as this reader may see it."""
    plain = sight.may(Can.PERSONAL) or isinstance(result, Veiled)  # one that is veiled has it masked already
    return {
        c["column"]: c["source"] if plain else shown_as(c["source"], kind_of_heading(c["column"]) or "text")
        for c in told.corrections
    }


def _standing(changes: list[_Shown]) -> dict[str, Any]:
    """Column → what the source said before the correction that holds."""
    found: dict[str, Any] = {}
    for change in reversed(changes):
        if change.withdrawn:
            found.pop(change.column, None)
        else:
            found.setdefault(change.column, change.old)
    return found


def _written(request: Request, ids: Sequence[str]) -> list[Event]:
    full = request.sight.may(Can.PERSONAL)
    return [
        Event(
            _day(request, n.at), "note",
            {"text": n.text if full else shown_as(n.text, "text"), "who": n.who, "at": n.at, "id": n.pk,
             "mine": n.who == request.sight.name or request.sight.may(Can.ADMIN)}, f"{n.pk:012}",
        )
        for n in Note.objects.filter(customer_id__in=ids).order_by("-id")[:MOST]
    ]  # fmt: skip


def _changed(changes: list[_Shown], request: Request) -> list[Event]:
    return [Event(_day(request, c.at), "correction", {"change": c}, c.at.isoformat()) for c in changes]


def _by_hand(overrides: list[Any], request: Request) -> list[Event]:
    found = []
    for o in overrides:
        found.append(Event(_day(request, o.created_at), "override", {"override": o, "ended": False}, f"{o.id:012}"))
        if o.ended_at is not None:
            found.append(Event(_day(request, o.ended_at), "override", {"override": o, "ended": True}, f"{o.id:012}"))
    return found


def _day(request: Request, moment: Any) -> date:
    from zoneinfo import ZoneInfo

    found: date = moment.astimezone(ZoneInfo(request.sight.timezone)).date()
    return found


def _figures(result: Result, told: Explanation, lang: Lang) -> list[Any]:
    """Spend, orders and recency, as the ranking of customers has them."""
    meant = basis(result, ranking(result.scheme), lang)
    by_name = {m.name: m for m in told.metrics}
    return [(note, by_name[note.name]) for note in (meant.spend, meant.orders, meant.recency) if note.name in by_name]


def _level(result: Result, ladder: str, level: str | None, lang: Lang) -> str:
    if ladder not in result.scheme.levels or level is None:
        return text("web_customers.customer.no_level", lang)
    names = {c.key: c.label(lang) for c in result.scheme.levels[ladder].classes()}
    return names.get(level, level)


def _plain(value: Any) -> str:
    """A number or class behind a decision."""
    from decimal import Decimal

    from custrata.core.conditions.tree import plain

    if isinstance(value, float | Decimal):
        return plain(round(Decimal(str(value)), 4))
    return f"{value:,}" if isinstance(value, int) else "—" if value is None else str(value)


def _whole(said: Any) -> int:
    return int(said) if isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) < 18 else 0
