"""The sitemap: every public page in every language, at the address that the settings give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from prisoners.models import ADDRESSED, AddressedRecord
from prisoners.public.languages import in_language

# Generic for the type checker only.
if TYPE_CHECKING:
    _Base = Sitemap[Any]
else:
    _Base = Sitemap

FIXED = (
    "home",
    "prisoner-list",
    "release-list",
    "deal-list",
    "timeline",
    "figure-list",
    "source-list",
    "methodology",
    "data",
    "safety",
)


# A sitemap holds at most 50,000 addresses, and each record has one in every language.
RECORDS = 10_000


class _Page(_Base):
    protocol = urlsplit(settings.SITE_URL).scheme
    limit = RECORDS

    def get_domain(self, site: object = None) -> str:
        """Return the host from the settings: the one of a request can be made up."""
        return urlsplit(settings.SITE_URL).netloc

    def get_urls(self, page: Any = 1, site: Any = None, protocol: str | None = None) -> list[Any]:
        """Return each page once for every language, with its address in all of them."""
        urls: list[dict[str, Any]] = []
        for english in super().get_urls(page, site, protocol):
            origin, _, path = str(english["location"]).partition(self.get_domain())
            origin += self.get_domain()
            alternates = [
                {"lang_code": code, "location": f"{origin}{in_language(path, code)}"}
                for code, _name in settings.LANGUAGES
            ]
            default = {"lang_code": "x-default", "location": english["location"]}
            urls += [
                {**english, "location": one["location"], "alternates": [*alternates, default]}
                for one in alternates
            ]
        return urls


class FixedPages(_Page):
    def items(self) -> list[str]:
        return list(FIXED)

    def location(self, item: str) -> str:
        return reverse(item)


class RecordPages(_Page):
    """The pages of one kind of record."""

    def __init__(self, model: type[AddressedRecord]) -> None:
        self.model = model

    def items(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model._default_manager.published()
        return found.order_by("pk").only("pk", "slug", "updated_at")

    def lastmod(self, item: AddressedRecord) -> Any:
        return item.updated_at


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    pages: dict[str, Any] = {name: RecordPages(model) for name, model in ADDRESSED.items()}
    return sitemap_view(request, {"pages": FixedPages(), **pages})
