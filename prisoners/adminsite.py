"""The researchers' desk as a whole: its name, and its first page in the order of the work.

It stands outside ``prisoners.admin``: that package registers its parts with the site while it is
imported, and a site inside it would be made twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from allauth.account.views import logout as account_logout
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from prisoners import dates
from prisoners.dates import DateTextError

GROUPS: Final = (
    ("sources", gettext_lazy("Sources"), ("Source", "Citation")),
    (
        "people",
        gettext_lazy("People"),
        (
            "Prisoner",
            "Detention",
            "PrisonerName",
            "Affiliation",
            "Recognition",
            "ExternalId",
            "Consent",
        ),
    ),
    (
        "custody",
        gettext_lazy("Where they are held, and for what"),
        ("Facility", "Placement", "Charge", "Sentence"),
    ),
    (
        "releases",
        gettext_lazy("Releases and deals"),
        (
            "Release",
            "ReleaseOutcome",
            "ReleaseDestination",
            "Deal",
            "DealParty",
            "Concession",
            "Statement",
        ),
    ),
    ("figures", gettext_lazy("Reported figures"), ("Figure",)),
    ("actors", gettext_lazy("Who acts"), ("Actor",)),
    (
        "duplicates",
        gettext_lazy("Twice in the record"),
        ("DuplicateCandidate", "Judgement", "MergeProposal", "Merger"),
    ),
    ("translations", gettext_lazy("Translations"), ("Translation",)),
    ("review", gettext_lazy("Review"), ("Revision", "Mention")),
    ("operations", gettext_lazy("Done to many at once"), ("Operation",)),
    ("imports", gettext_lazy("Imports"), ("Import", "ImportProfile")),
    ("keeping", gettext_lazy("Kept by the site"), ("FormerAddress", "DossierEntry")),
    ("accounts", gettext_lazy("Who may"), ("User", "Invitation")),
)


class Choices(AutocompleteJsonView):
    """What a choice offers, in words by which records of the same name can be told apart."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        answer: dict[str, str] = super().serialize_result(obj, to_field_name)
        if hasattr(self.model_admin, "choice_label"):
            answer["text"] = self.model_admin.choice_label(self.request, obj)
        return answer


class DeskSite(AdminSite):
    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = gettext_lazy("The researchers' desk")
    index_template = "admin/prisoners/index.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # What the first page begins with, and the pages that it leads to.
        self._opening: Callable[[HttpRequest], dict[str, Any]] = no_work
        self._work: list[URLPattern] = []

    def open_with(
        self,
        opening: Callable[[HttpRequest], dict[str, Any]],
        page: Callable[[HttpRequest, str], HttpResponse],
    ) -> None:
        """Begin the first page with the work list: ``page`` shows one item of it, by its name."""
        self._opening = opening
        view = self.admin_view(require_safe(page))
        self._work = [path("work/<slug:name>/", view, name="work")]

    def get_urls(self) -> list[URLResolver | URLPattern]:
        view = self.admin_view(require_safe(understand_date))
        date = path("understand-date/", view, name="understand-date")
        return [date, *self._work, *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        return super().index(request, {**self._opening(request), **(extra_context or {})})

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, Choices.as_view(admin_site=self)(request))

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the gate let this request in; without it nobody is."""
        return getattr(request, "is_let_in", False) and super().has_permission(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        del extra_context
        query = {"next": request.GET["next"]} if "next" in request.GET else {}
        return HttpResponseRedirect(reverse("account_login", query=query))

    def logout(  # type: ignore[override]  # the stubs know only Django's own answer
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        del extra_context
        return account_logout(request)  # type: ignore[no-any-return]  # comes without types

    def password_change(  # type: ignore[override]  # as its own address wants it
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        del request, extra_context
        return HttpResponseRedirect(reverse("account_change_password"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the kinds of record grouped by the work, and after them the other apps."""
        apps = super().get_app_list(request, app_label)
        grouped: list[Any] = []
        for app in apps:
            if app["app_label"] != "prisoners" or app_label:
                grouped.append(app)
                continue
            kinds = {kind["object_name"]: kind for kind in app["models"]}
            groups = [
                {**app, "app_label": label, "name": name, "models": models}
                for label, name, names in GROUPS
                if (models := [kinds[one] for one in names if one in kinds])
            ]
            grouped = [*groups, *grouped]
        return grouped


def no_work(request: HttpRequest) -> dict[str, Any]:
    """Begin the first page with nothing: no work list was given yet."""
    del request
    return {}


def understood(interval: dates.Interval) -> str:
    """Say in words how a date was read: ``understood as July 2021: 1–31 July 2021``."""
    words, days = interval.label(), interval.days_label()
    if interval.is_day or words == days:
        return _("understood as %(date)s") % {"date": words}
    return _("understood as %(date)s: %(days)s") % {"date": words, "days": days}


def misunderstood(error: DateTextError) -> str:
    """Say in a few words why a date cannot be read, for the cell of a table."""
    if error.reason:
        return f"{capfirst(error.reason)}."
    return _("Write 2021, 2021-07 or 2021-07-14.")


def understand_date(request: HttpRequest) -> JsonResponse:
    """Answer what a date would be read as, or why it cannot be; it saves nothing.

    With ``short`` in the address the reason is short, for the cell of a table.
    """
    try:
        interval = dates.parse(request.GET.get("text", ""))
    except DateTextError as error:
        words = misunderstood(error) if "short" in request.GET else str(error)
        return JsonResponse({"understood": "", "error": words})
    return JsonResponse({"understood": understood(interval) if interval else "", "error": ""})
