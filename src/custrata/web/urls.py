"""The addresses: those that the pages say themselves."""

from __future__ import annotations

from django.urls import path

from custrata.web.page import pages

urlpatterns = [path(page.path, page.view, name=page.name) for page in pages().values()]

handler400 = "custrata.web.faults.bad_request"
handler403 = "custrata.web.faults.forbidden"
handler404 = "custrata.web.faults.not_found"
handler500 = "custrata.web.faults.broken"
