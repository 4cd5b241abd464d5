"""What every page knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, gettext_noop

from prisoners.public.languages import languages_of
from prisoners.reading.synthetic import is_synthetic

# What the site is called where the settings do not say: a name of its own stays as it is.
gettext_noop("Political prisoners")


def site_name() -> str:
    """Return the name of the site in the reader's language, as far as there is one."""
    return gettext(settings.SITE_NAME)


def site(request: HttpRequest) -> dict[str, object]:
    preview = getattr(request, "preview", None)
    return {
        "site_name": site_name(),
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        # Asked for only by pages that extend the base template, the desk's do not.
        "synthetic_data": SimpleLazyObject(is_synthetic),
        "page_languages": SimpleLazyObject(
            lambda: preview.languages if preview else languages_of(request)
        ),
        # Set where the desk shows a draft as visitors would see it.
        "preview": preview,
    }
