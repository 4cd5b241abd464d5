"""What every page knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from prisoners.public.languages import languages_of
from prisoners.reading.synthetic import is_synthetic


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        # Asked for only by pages that extend the base template, the desk's do not.
        "synthetic_data": SimpleLazyObject(is_synthetic),
        "page_languages": SimpleLazyObject(lambda: languages_of(request)),
    }
