"""How a page is quoted."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.public.context import site_name


def quotation(title: str, path: str, today: date) -> str:
    """Return a reference to a page, ready to copy."""
    return _("“%(title)s”, %(site)s, %(address)s, as read on %(day)s.") % {
        "title": title,
        "site": site_name(),
        "address": f"{settings.SITE_URL}{path}",
        "day": dates.day_label(today),
    }
