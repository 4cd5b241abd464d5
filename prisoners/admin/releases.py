"""Releases and deals, the numbers and the words that go with them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries.filters import CountryFilter

from prisoners.admin.base import PartsList, PartsTable, described
from prisoners.admin.citations import CitedAdmin
from prisoners.admin.forms import RecordForm, RecordFormSet, leave_to_formset
from prisoners.desk.former_addresses import forget_telling
from prisoners.desk.telling import refuse_telling
from prisoners.models import (
    Concession,
    Deal,
    DealParty,
    Figure,
    Prisoner,
    Release,
    ReleaseDestination,
    ReleaseOutcome,
    State,
    Statement,
)
from prisoners.models.releases import TOO_MANY

# With more of them the page of a release would take seconds; they have a list of their own.
MOST_OUTCOMES = 40


class SummedForm(RecordForm):
    """A release, or one of its destinations: the formset adds them up as they will be."""

    def _post_clean(self) -> None:
        super()._post_clean()
        leave_to_formset(self)


class DestinationFormSet(RecordFormSet):
    def clean(self) -> None:
        """Refuse destinations that hold more people than the page says were announced."""
        super().clean()
        announced = self.instance.headcount
        counted = [
            form
            for form in self.kept()
            if form.instance.state != State.WITHDRAWN and form.cleaned_data.get("headcount")
        ]
        total = sum(form.cleaned_data["headcount"] for form in counted)
        if isinstance(announced, int) and total > announced:
            message = TOO_MANY % {"sum": total, "headcount": announced}
            counted[-1].add_error("headcount", message)


class Destinations(PartsTable):
    model = ReleaseDestination
    form = SummedForm
    formset = DestinationFormSet
    fields = ("country", "headcount", "stated_by")
    autocomplete_fields = ("stated_by",)
    related = ("stated_by",)
    verbose_name_plural = gettext_lazy("Where they went")


class ReleasedPeople(PartsTable):
    model = ReleaseOutcome
    fields = (
        "detention",
        "destination",
        "refused_to_leave",
        "returned_to_custody",
        "already_free",
        "conviction_in_force",
    )
    autocomplete_fields = ("detention",)
    related = ("detention__prisoner__names",)
    verbose_name_plural = gettext_lazy("Who is named: the detention that it ended")


@admin.register(Release)
class ReleaseAdmin(CitedAdmin):
    form = SummedForm
    inlines = (Destinations, ReleasedPeople)
    list_display = ("title", "country", "happened", "headcount", "deal", "state", "disclosure")
    list_select_related = ("deal",)
    list_filter = ("state", "disclosure", ("country", CountryFilter))
    search_fields = ("title", "slug")
    autocomplete_fields = ("announced_by", "freed_by", "deal")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (None, {"fields": ("title", ("country", "happened"), "date_basis", "slug")}),
        (
            gettext_lazy("What was announced"),
            {"fields": (("headcount", "announced_by", "freed_by"), "context", "deal")},
        ),
    )

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        inlines = super().get_inlines(request, obj)
        if obj is None or obj.outcomes.count() <= MOST_OUTCOMES:
            return inlines
        return [one for one in inlines if one is not ReleasedPeople]

    def tools(self, record: Any) -> list[tuple[str, str]]:
        number = record.outcomes.count()
        named = ngettext("The %(number)s person named", "The %(number)s people named", number)
        people = reverse("admin:prisoners_releaseoutcome_changelist")
        outcome = reverse("admin:prisoners_releaseoutcome_add")
        query = f"?release={record.pk}&country={record.country.code}"
        return [
            (named % {"number": number}, f"{people}?release__id__exact={record.pk}"),
            (_("Add a person who was freed"), f"{outcome}?release={record.pk}"),
            (_("Add a reported figure"), f"{reverse('admin:prisoners_figure_add')}{query}"),
            (_("Add a statement"), f"{reverse('admin:prisoners_statement_add')}{query}"),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        # The database adds up at every single write. With no headcount it has nothing to compare
        # with while the destinations are written, and compares when the release itself is.
        Release.objects.filter(pk=obj.pk).set_aside(headcount=None)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            super().save_model(request, form.instance, form, change)
            refuse_telling(form.instance)
            forget_telling(form.instance)


@admin.register(ReleaseDestination)
class ReleaseDestinationAdmin(CitedAdmin):
    list_display = ("release", "country", "headcount", "stated_by", "state", "disclosure")
    list_select_related = ("release", "stated_by")
    list_filter = ("state", "disclosure", ("country", CountryFilter))
    search_fields = ("release__title",)
    autocomplete_fields = ("release", "stated_by")
    fieldsets = ((None, {"fields": ("release", ("country", "headcount"), "stated_by")}),)


@admin.register(ReleaseOutcome)
class ReleaseOutcomeAdmin(CitedAdmin):
    list_display = (
        "detention",
        "release",
        "destination",
        "refused_to_leave",
        "returned_to_custody",
        "already_free",
        "state",
    )
    list_select_related = ("detention__prisoner", "release")
    list_filter = (
        "state",
        "disclosure",
        "refused_to_leave",
        "returned_to_custody",
        "already_free",
        "conviction_in_force",
    )
    search_fields = ("release__title",)
    autocomplete_fields = ("release", "detention")
    person = "detention__prisoner"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("detention", "release"),
                    "destination",
                    (
                        "refused_to_leave",
                        "returned_to_custody",
                        "already_free",
                        "conviction_in_force",
                    ),
                )
            },
        ),
    )


class Parties(PartsTable):
    model = DealParty
    fields = ("actor", "role", "on_behalf_of")
    autocomplete_fields = ("actor", "on_behalf_of")
    related = ("actor", "on_behalf_of")
    verbose_name_plural = gettext_lazy("Who took part, and as what")


class Concessions(PartsList):
    model = Concession
    fields = ("what", ("giver", "receiver"), ("stage", "stage_on"), "context")
    autocomplete_fields = ("giver", "receiver")
    related = ("giver", "receiver")
    verbose_name_plural = gettext_lazy("What was given")


@admin.register(Deal)
class DealAdmin(CitedAdmin):
    inlines = (Parties, Concessions)
    list_display = ("title", "country", "agreed", "state", "disclosure", "updated_at")
    list_filter = ("state", "disclosure", ("country", CountryFilter))
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (None, {"fields": ("title", ("country", "agreed"), "slug")}),
        (gettext_lazy("What it is about"), {"fields": ("summary", "aim", "background")}),
    )

    def tools(self, record: Any) -> list[tuple[str, str]]:
        query = f"?deal={record.pk}&country={record.country.code}"
        return [
            (
                _("Add a release that belongs to it"),
                f"{reverse('admin:prisoners_release_add')}{query}",
            ),
            (_("Add a statement"), f"{reverse('admin:prisoners_statement_add')}{query}"),
        ]


@admin.register(DealParty)
class DealPartyAdmin(CitedAdmin):
    list_display = ("actor", "role", "deal", "on_behalf_of", "state", "disclosure")
    list_select_related = ("actor", "deal", "on_behalf_of")
    list_filter = ("state", "disclosure", "role")
    search_fields = ("actor__name", "deal__title")
    autocomplete_fields = ("deal", "actor", "on_behalf_of")
    fieldsets = ((None, {"fields": ("deal", ("actor", "role"), "on_behalf_of")}),)


@admin.register(Concession)
class ConcessionAdmin(CitedAdmin):
    list_display = ("what", "deal", "giver", "receiver", "stage", "stage_on", "state")
    list_select_related = ("deal", "giver", "receiver")
    list_filter = ("state", "disclosure", "stage")
    search_fields = ("what", "deal__title", "giver__name", "receiver__name")
    autocomplete_fields = ("deal", "giver", "receiver")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "deal",
                    "what",
                    ("giver", "receiver"),
                    ("stage", "stage_on"),
                    "context",
                )
            },
        ),
    )


@admin.register(Statement)
class StatementAdmin(CitedAdmin):
    list_display = ("words", "speaker", "prisoner", "said", "release", "deal", "state")
    list_select_related = ("speaker", "prisoner", "release", "deal")
    list_filter = ("state", "disclosure", ("country", CountryFilter))
    search_fields = ("text", "speaker__name")
    autocomplete_fields = ("speaker", "prisoner", "deal", "release")
    person = "prisoner"
    fieldsets = (
        (
            gettext_lazy("Who said it"),
            {
                "fields": (("speaker", "prisoner", "said"),),
                "description": gettext_lazy("One speaker: an actor or a prisoner."),
            },
        ),
        (None, {"fields": ("text",)}),
        (
            gettext_lazy("About what"),
            {
                "fields": (("release", "deal", "country"),),
                "description": gettext_lazy("At least one of them."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        names = described(Prisoner, "prisoner__")
        return super().get_queryset(request).prefetch_related(*names)

    @admin.display(description=gettext_lazy("what was said"), ordering="text")
    def words(self, statement: Statement) -> str:
        return statement.text if len(statement.text) <= 80 else f"{statement.text[:79]}…"


@admin.register(Figure)
class FigureAdmin(CitedAdmin):
    list_display = (
        "number",
        "country",
        "as_of",
        "stated_by",
        "release",
        "relation",
        "state",
        "disclosure",
    )
    list_select_related = ("stated_by", "release")
    list_filter = ("state", "disclosure", "counts", "bound", ("country", CountryFilter))
    search_fields = ("stated_by__name", "release__title")
    autocomplete_fields = ("stated_by", "release")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("bound", "value", "is_estimate"),
                    ("counts", "country"),
                    ("as_of", "stated_by"),
                    ("release", "relation"),
                ),
                "description": gettext_lazy(
                    "A number as a source states it. It stands beside what is documented here and "
                    "is never added to it."
                ),
            },
        ),
    )

    @admin.display(description=gettext_lazy("number"), ordering="value")
    def number(self, figure: Figure) -> str:
        return str(figure)
