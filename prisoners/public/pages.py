"""Pages of text, and what machines ask for."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from prisoners.models import TARGETS
from prisoners.public.addresses import page
from prisoners.reading.provenance import field_name


@page
def methodology(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/methodology.html")


@page
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/data.html", {"dictionary": _dictionary()})


@page
def safety(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/safety.html")


def _dictionary() -> list[dict[str, object]]:
    """Return every kind of record with the names of its facts, read off the models."""
    return [
        {
            "name": model._meta.verbose_name_plural,
            "fields": [field_name(model, name) for name in model.facts],
        }
        for model in TARGETS.values()
    ]


@require_safe
@cache_control(no_store=True)
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 where this process can serve pages, 503 where its database cannot be read."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse(_("no database"), status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap = f"{settings.SITE_URL}{reverse('sitemap')}"
    lines = ["User-agent: *", f"Disallow: {reverse('admin:index')}", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")
