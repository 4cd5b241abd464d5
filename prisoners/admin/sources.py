"""Sources, those who act, and what the site keeps for itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries.filters import CountryFilter

from prisoners.admin.base import ModelAdmin, RecordAdmin
from prisoners.admin.citations import CitedAdmin, citations_page
from prisoners.admin.roles import ByRole
from prisoners.models import ADDRESSED, Actor, DossierEntry, FormerAddress, Source


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    list_display = ("title", "publisher", "kind", "published", "language", "state", "disclosure")
    list_filter = ("state", "disclosure", "kind", "language")
    search_fields = ("title", "publisher", "author", "address", "slug")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    ("kind", "published", "language"),
                    ("publisher", "author"),
                    "address",
                    "archived",
                    "slug",
                )
            },
        ),
    )

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        # The other address of the form is that of the source itself.
        if db_field.name == "slug":
            kwargs["label"] = _("Address on this site")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def tools(self, record: Any) -> list[tuple[str, str]]:
        number = record.citations.count()
        words = ngettext(
            "The %(number)s citation that rests on it",
            "The %(number)s citations that rest on it",
            number,
        )
        return [
            (words % {"number": number}, citations_page(record)),
            (
                _("Enter people from this source"),
                reverse("admin:prisoners_prisoner_enter", query={"source": record.pk}),
            ),
            (_("Add a person"), reverse("admin:prisoners_prisoner_add")),
        ]


@admin.register(Actor)
class ActorAdmin(CitedAdmin):
    list_display = ("name", "kind", "role", "country", "state", "disclosure")
    list_filter = ("state", "disclosure", "kind", ("country", CountryFilter))
    search_fields = ("name", "role", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = ((None, {"fields": ("name", ("kind", "country"), "role", "description", "slug")}),)


class ReadOnlyAdmin(ByRole, ModelAdmin):
    """What the site writes for itself: to be looked up, never changed by hand."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FormerAddress)
class FormerAddressAdmin(ReadOnlyAdmin):
    list_display = ("slug", "leads_to", "created_at")
    list_select_related = tuple(ADDRESSED)
    search_fields = ("slug",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prisoner__names")

    @admin.display(description=gettext_lazy("leads to"))
    def leads_to(self, address: FormerAddress) -> str:
        return next((str(one) for name in ADDRESSED if (one := getattr(address, name))), "")


@admin.register(DossierEntry)
class DossierEntryAdmin(ReadOnlyAdmin):
    list_display = ("key", "model", "dossier", "loaded_at")
    list_filter = ("dossier", "model")
    search_fields = ("key",)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep back what a dossier said: it may hold what is restricted."""
        del obj
        return () if self.reads_restricted(request) else ("values",)
