"""All addresses. Those of the public pages take a language's prefix, English has none."""

from typing import Final

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from prisoners.public.pages import healthz, robots
from prisoners.public.sitemaps import sitemap

# No record of either database has a larger one; SQLite's driver fails on it.
LARGEST: Final = 2**63 - 1


class RecordNumber(IntConverter):
    """The number of a record. One that none can have is an address that is not there."""

    def to_python(self, value: str) -> int:
        number = int(value) if len(value) <= len(str(LARGEST)) else LARGEST + 1
        if number > LARGEST:
            raise ValueError(value[:20])
        return number


# Before the addresses are read in, which name it.
register_converter(RecordNumber, "number")

urlpatterns = [
    # Before the desk, which answers for every address under its own.
    path("admin/account/", include("prisoners.accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    *i18n_patterns(path("", include("prisoners.public.urls")), prefix_default_language=False),
]
