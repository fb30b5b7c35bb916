"""What customers buy: what goes together in orders, what follows what, and what goes with one product."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.usecases.baskets import WINDOW
from custrata.usecases.baskets_read import BY, By, column_of, require_lines
from custrata.usecases.baskets_told import best_rule, parts
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result
from custrata.usecases.recommend import for_one, likes
from custrata.usecases.recommend_words import trust
from custrata.web.access import Can
from custrata.web.buying import CHOICE, models, together
from custrata.web.page import Request, address, page
from custrata.web.pages.crossing import crossable
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.trail import record

#: Rows of each table, and days within which one thing follows another, to choose from.
SHOWN, WITHIN = (25, 100, 500), (30, 90, 180, 365)
#: Products that are named for the reader to choose from.
_OFFERED = 2_000


@page("products/", can=Can.LOOK, nav=35)
def products(request: Request) -> HttpResponse:
    """`?by=`, `?of=segment:class`, `?within=` days, `?q=` words in names, `?n=` rows of each table."""
    if not has_run():
        return show(request, "empty.html.j2")
    result, lang = request.result(), request.sight.lang
    if result.lines is None:
        return show(request, "products/none.html.j2")
    groups = [
        (segment_title(result.scheme, n, lang), [(f"{n}:{c.key}", c.label(lang)) for c in _classes(result, n)])
        for n in crossable(result)
    ]  # fmt: skip
    chosen = _asked(request, result)
    values = {
        **chosen, "kinds": [b for b in BY if column_of(result, b) is not None], "groups": groups, "shown": SHOWN,
        "windows": WITHIN, "told": f"{address('products_told')}?{urlencode(chosen)}",
    }  # fmt: skip
    return show(request, "products/together.html.j2", values)


@page("products/told/", can=Can.LOOK, part=True)
def products_told(request: Request) -> HttpResponse:
    """The part that looks at every order."""
    result = request.result()
    chosen = _asked(request, result)
    segment, _, key = chosen["of"].partition(":")
    found = together(request, chosen["by"], segment or None, key or None, window=chosen["within"])
    [one] = found.of
    values = {
        **chosen, "found": found, "one": one, "parts": parts(found, one, chosen["n"], chosen["q"]), "rule": best_rule,
        "notes": [n.text(request.sight.lang) for n in one.notes], "more": _more(request, chosen["n"]),
        "href": (lambda item: f"{address('product')}?{urlencode({'product': item})}") if chosen["by"] == "product"
        else None,
    }  # fmt: skip
    return show(request, "products/together_told.html.j2", values)


@page("products/one/", can=Can.LOOK)
def product(request: Request) -> HttpResponse:
    """What goes with one product, and what is like it: `?product=`, its number or name."""
    if not has_run():
        return show(request, "empty.html.j2")
    result = request.result()
    if result.lines is None:
        return show(request, "products/none.html.j2")
    said = request.GET.get("product", "").strip()
    told = f"{address('product_told')}?{urlencode({'product': said})}"
    return show(request, "products/one.html.j2", {"product": said, "told": told, "offered": _offered(request)})


@page("products/one/told/", can=Can.LOOK, part=True)
def product_told(request: Request) -> HttpResponse:
    """The part that needs what everybody bought. Raises E-PREDICT-036 for a product that nobody bought."""
    fit, lang = models(request), request.sight.lang
    number = fit.number(request.GET.get("product", ""))
    own = str(fit.params.products[number])
    related, similar = likes(fit, own)
    found = together(request, "product")
    pairs = [r for r in parts(found, found.of[0])["pairs"].rows if own in r["items"]][:10]
    values = {
        "title": fit.title(number), "own": own, "related": related, "similar": similar, "pairs": pairs,
        "trust": trust(fit, lang), "notes": [n.text(lang) for n in fit.notes],
        "href": lambda item: f"{address('product')}?{urlencode({'product': item})}",
    }  # fmt: skip
    return show(request, "products/one_told.html.j2", values)


@page("recommended/customers/<path:id>/", can=Can.LOOK, part=True)
def customer_recommended(request: Request, id: str) -> HttpResponse:
    """What a customer would buy next: a part of his page. Raises E-RUN-004 where this reader has no such customer."""
    result, lang = request.result(), request.sight.lang
    own = result.surviving(id)
    record(request.sight.name, "see customer", own)
    fit = models(request)
    found = for_one(result, fit, own, CHOICE, 5)
    values = {
        "found": found, "trust": trust(fit, lang), "notes": [n.text(lang) for n in fit.notes],
        "href": lambda item: f"{address('product')}?{urlencode({'product': item})}",
    }  # fmt: skip
    return show(request, "parts/customer_recommended.html.j2", values)


def _asked(request: Request, result: Result) -> dict[str, Any]:
    """What the address asks for. Raises E-PREDICT-035 for what is no way to tell things apart, E-RUN-003 and -008 for a
    class that is none."""
    by: By | None = next((b for b in BY if b == request.GET.get("by", BY[0])), None)
    if by is None:
        said = request.GET.get("by", "")[:80]
        values = {"value": said, "known": ", ".join(BY), "suggestion": did_you_mean(said, BY)}
        raise CustrataError(Problem("E-PREDICT-035", "by", values))
    if result.lines is not None:
        require_lines(result, by)
    of = request.GET.get("of", "")
    if of:
        name, _, key = of.partition(":")
        known = [c.key for c in _classes(result, name)]
        if key not in known:
            near = did_you_mean(key, known)
            said = {"segment": name, "name": key, "known": ", ".join(known[:40]), "suggestion": near}
            raise CustrataError(Problem("E-RUN-008", result.run_id, said))
    return {
        "by": by, "of": of, "q": request.GET.get("q", "").strip()[:100], "n": _number(request, "n", SHOWN, SHOWN[0]),
        "within": _number(request, "within", WITHIN, WINDOW),
    }  # fmt: skip


def _number(request: Request, name: str, known: tuple[int, ...], usual: int) -> int:
    """One of the numbers that are offered; anything else is the usual one."""
    return next((n for n in known if str(n) == request.GET.get(name, "")), usual)


def _classes(result: Result, name: str) -> list[Any]:
    classes, missing = result.segment_class_labels(name)
    return [*classes, missing]


def _more(request: Request, n: int) -> str | None:
    """The address of the same page with longer tables; null of the longest."""
    more = next((s for s in SHOWN if s > n), None)
    return None if more is None else f"{address('products')}?{urlencode({**request.GET.dict(), 'n': more})}"


def _offered(request: Request) -> list[tuple[str, str]]:
    """Products by number and name, as the products source has them."""
    products = request.result().products
    if products is None or "product" not in products.columns:
        return []
    named = products.filter(products.product.notnull()).select("product_id", "product")
    rows = request.result().engine.rows(named.order_by(["product", "product_id"]).limit(_OFFERED))
    return [(str(r["product_id"]), str(r["product"])) for r in rows]
