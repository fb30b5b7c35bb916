"""Questions before what cannot be taken back, for whoever runs no script: a page in place of the dialog.

A form with a question (`data-ask`) holds it a second time where no script runs. What such a form sends is not done
yet: a page shows the question, and sends the same again without it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from custrata.web.show import show

QUESTION = "ask"
_FORM = "application/x-www-form-urlencoded"
_OURS = (QUESTION, "csrfmiddlewaretoken")


def asks_first(request: Any) -> bool:
    """Whether a form comes with its question, so that nobody has answered it."""
    form = request.method == "POST" and request.META.get("CONTENT_TYPE", "").startswith(_FORM)
    return form and QUESTION in request.POST


def asked(request: Any) -> HttpResponse:
    """The question as a page, with everything that the form said."""
    said = [(name, value) for name, values in request.POST.lists() if name not in _OURS for value in values]
    values = {"question": request.POST[QUESTION][:500], "said": said}
    return show(request, "ask.html.j2", values)
