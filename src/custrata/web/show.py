"""Draws pages: Jinja templates, texts from the catalogues, numbers as the reader's language writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from django.http import HttpResponse
from django.middleware.csrf import get_token
from markupsafe import Markup

from custrata.charts import numbers
from custrata.core.personal import scrubbed
from custrata.locale import LANGS, Lang, counted, source_title, text
from custrata.web.access import Can
from custrata.web.mends import mend_of

_HERE = Path(str(files("custrata.web")))
#: Where files under /static/ lie.
STATIC = {"custrata": _HERE / "static"}


def show(request: Any, template: str, values: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """A page, or a part of one, in the reader's language."""
    lang: Lang = getattr(request, "lang", "zh")
    sight = getattr(request, "sight", None)
    said = environment(lang).get_template(template).render(
        request=request, sight=sight, lang=lang, may=(lambda can: sight is not None and sight.may(Can(can))),
        csrf=lambda: Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(get_token(request)),
        csrf_token=lambda: get_token(request), navigation=partial(_navigation, request), site=_about,
        query=partial(_query, request), words=partial(_words, sight),
        local=partial(_local, sight.timezone if sight is not None else "Asia/Shanghai"), **(values or {}),
    )  # fmt: skip
    return HttpResponse(said, status=status)


@lru_cache(maxsize=len(LANGS))
def environment(lang: Lang) -> jinja2.Environment:
    """Templates for one language; a name that is not there is an error of ours, not a gap."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    from custrata.web.page import address

    found.globals |= {
        "t": partial(_text, lang), "counted": lambda key, n, **v: counted(key, n, lang, **v), "url": address,
        "static": static, "NONE": numbers.NONE, "source_title": lambda name: source_title(name, lang),
    }  # fmt: skip
    found.filters |= {
        "number": numbers.number, "count": partial(_count, lang), "brief": lambda v: numbers.short(v, lang),
        "signed": numbers.signed,
        "percent": lambda v, digits=1: numbers.percent(v, lang, digits),
        "money": lambda v, currency, digits=2: numbers.money(v, lang, currency, digits=digits),
        "brief_money": lambda v, currency: numbers.money(v, lang, currency, brief=True),
        "day": partial(_day, lang), "days": lambda v: numbers.days(v, lang), "mend": lambda p: mend_of(p, lang),
    }  # fmt: skip
    return found


def _text(lang: Lang, key: str, /, **values: Any) -> str:
    return text(key, lang, **values)


def _count(lang: Lang, value: Any) -> str:
    return numbers.count(value, lang)


def _day(lang: Lang, value: Any) -> str:
    return numbers.day(value if value is None or isinstance(value, date) else date.fromisoformat(str(value)), lang)


def _local(zone: str, moment: datetime | None) -> str:
    """A moment as the reader's clock shows it."""
    return numbers.NONE if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _navigation(request: Any) -> list[dict[str, Any]]:
    """The pages of the side bar that this reader may open, and which of them is open."""
    from custrata.web.page import pages

    here = request.path
    found = [p for p in pages().values() if p.nav is not None and p.can is not None and request.sight.may(p.can)
             and not (p.whole and request.sight.scope)]  # fmt: skip
    return [
        {"name": p.name, "href": f"/{p.path}", "open": here.startswith(f"/{p.path}") if p.path else here == "/"}
        for p in sorted(found, key=lambda p: p.nav or 0)
    ]


def _query(request: Any, **changed: Any) -> str:
    """The query of this page with some of its parameters changed; null takes one away."""
    asked = request.GET.copy()
    for name, value in changed.items():
        if value is None:
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return str(asked.urlencode())


def _words(sight: Any, said: str) -> str:
    """What somebody wrote, as this reader may see it: without the numbers and addresses that are masked for him."""
    return said if sight is not None and sight.may(Can.PERSONAL) else scrubbed(said)


def _about() -> Mapping[str, Any]:
    """The workspace as the head of every page says it: its name and as-of date, of the current run."""
    from custrata.web.site import site

    workspace = site().workspace
    if not workspace.run_ids():
        return {"name": workspace.path.name, "as_of": None, "run": None}
    current = workspace.run()
    return {"name": current.record["scheme"]["name"], "as_of": current.as_of, "run": current.id}


@lru_cache
def static(name: str) -> str:
    """The address of a static file, which changes when its bytes do."""
    for prefix, folder in (*STATIC.items(), ("htmx", _htmx())):
        file = folder / name.removeprefix(f"{prefix}/")
        if name.startswith(f"{prefix}/") and file.is_file():
            return f"/static/{name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
    raise FileNotFoundError(name)


def _htmx() -> Path:
    return Path(str(files("django_htmx"))) / "static" / "django_htmx"


def static_folders() -> dict[str, Path]:
    """Prefix under /static/ → folder."""
    return {**STATIC, "htmx": _htmx()}
