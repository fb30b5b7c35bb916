"""The addresses: those that the pages say themselves."""

from __future__ import annotations

from django.urls import path

from custrata.web.api import api, not_found, operations
from custrata.web.page import pages

operations()  # all of them are registered before the addresses are made
urlpatterns = [
    *(path(page.path, page.view, name=page.name) for page in pages().values()),
    path("api/v1/", api.urls),
    path("api/<path:rest>", not_found),
]

handler400 = "custrata.web.faults.bad_request"
handler403 = "custrata.web.faults.forbidden"
handler404 = "custrata.web.faults.not_found"
handler500 = "custrata.web.faults.broken"
