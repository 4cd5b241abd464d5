"""Detentions on their own page, with what happened during them, and the places."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries.filters import CountryFilter

from prisoners.admin.base import PartsList, PartsTable, described
from prisoners.admin.citations import CitedAdmin
from prisoners.admin.disclosure import protect_and_tell
from prisoners.models import (
    Charge,
    Detention,
    Facility,
    Placement,
    Prisoner,
    ReleaseOutcome,
    Sentence,
)


class Placements(PartsTable):
    model = Placement
    fields = ("facility", "began", "ended")
    autocomplete_fields = ("facility",)
    related = ("facility",)
    verbose_name_plural = gettext_lazy("Where the person was held")


class Charges(PartsTable):
    model = Charge
    fields = ("code", "article", "part", "wording", "standing", "standing_on")


class Sentences(PartsTable):
    model = Sentence
    fields = ("passed", "court", "kind", "years", "months", "days", "regime")


class Outcomes(PartsList):
    model = ReleaseOutcome
    fields = (
        ("release", "destination"),
        ("refused_to_leave", "returned_to_custody", "already_free", "conviction_in_force"),
    )
    autocomplete_fields = ("release",)
    related = ("release",)
    verbose_name_plural = gettext_lazy("The release that ended it")


@admin.register(Detention)
class DetentionAdmin(CitedAdmin):
    inlines = (Placements, Charges, Sentences, Outcomes)
    list_display = (
        "prisoner",
        "country",
        "began",
        "end_kind",
        "ended",
        "last_confirmed",
        "state",
        "disclosure",
    )
    list_select_related = ("prisoner",)
    list_filter = ("state", "disclosure", "end_kind", ("country", CountryFilter))
    search_fields = ("place", "arresting_authority")
    autocomplete_fields = ("prisoner",)
    person = "prisoner"
    stays = True
    fieldsets = (
        (None, {"fields": (("prisoner", "country"),)}),
        (gettext_lazy("Arrest"), {"fields": (("began", "place", "arresting_authority"),)}),
        (gettext_lazy("Still held?"), {"fields": ("last_confirmed",)}),
        (gettext_lazy("The end"), {"fields": (("end_kind", "ended"),)}),
    )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        protect_and_tell(request, Prisoner.objects.get(pk=form.instance.prisoner_id))

    def tools(self, record: Any) -> list[tuple[str, str]]:
        address = reverse("admin:prisoners_facility_add")
        return [(_("Add a prison or another place that is not here yet"), address)]


class OfDetention(CitedAdmin):
    """A part of one detention's record."""

    person = "detention__prisoner"
    autocomplete_fields: ClassVar[Any] = ("detention",)
    list_select_related: ClassVar[Any] = ("detention__prisoner",)

    def get_queryset(self, request: HttpRequest) -> Any:
        names = described(Prisoner, "detention__prisoner__")
        return super().get_queryset(request).prefetch_related(*names)


@admin.register(Placement)
class PlacementAdmin(OfDetention):
    list_display = ("detention", "facility", "began", "ended", "state", "disclosure")
    list_select_related = ("detention__prisoner", "facility")
    search_fields = ("facility__name",)
    autocomplete_fields = ("detention", "facility")
    fieldsets = ((None, {"fields": ("detention", "facility", ("began", "ended"))}),)


@admin.register(Charge)
class ChargeAdmin(OfDetention):
    list_display = ("article_of", "detention", "wording", "standing", "standing_on", "state")
    list_filter = ("state", "disclosure", "standing", "code")
    search_fields = ("code", "article", "wording")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "detention",
                    ("code", "article", "part"),
                    "wording",
                    ("standing", "standing_on"),
                )
            },
        ),
    )

    @admin.display(description=gettext_lazy("article"), ordering="article")
    def article_of(self, charge: Charge) -> str:
        return str(charge)


@admin.register(Sentence)
class SentenceAdmin(OfDetention):
    list_display = ("what", "detention", "court", "passed", "regime", "state", "disclosure")
    list_filter = ("state", "disclosure", "kind", "regime")
    search_fields = ("court",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "detention",
                    ("passed", "court"),
                    ("kind", "regime"),
                    ("years", "months", "days"),
                )
            },
        ),
    )

    @admin.display(description=gettext_lazy("sentence"), ordering="kind")
    def what(self, sentence: Sentence) -> str:
        return str(sentence)


@admin.register(Facility)
class FacilityAdmin(CitedAdmin):
    list_display = ("name", "kind", "country", "state", "disclosure", "updated_at")
    list_filter = ("state", "disclosure", "kind", ("country", CountryFilter))
    search_fields = ("name", "address", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", ("kind", "country"), "slug")}),
        (gettext_lazy("Where it is"), {"fields": ("address", ("latitude", "longitude"))}),
    )
