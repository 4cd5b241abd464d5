"""People, entered on one page: names, detentions, affiliations, recognitions, ids, citations."""

from __future__ import annotations

from typing import Any, ClassVar

from anyascii import anyascii
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries.filters import CountryFilter

from prisoners.admin.base import PartsList, PartsTable, described
from prisoners.admin.bulk import AssignedFilter, InBulk
from prisoners.admin.citations import CitedAdmin
from prisoners.admin.disclosure import protect_and_tell, shown_page
from prisoners.admin.duplicates import merges_of, possible_duplicates, told
from prisoners.admin.entering import Entering
from prisoners.admin.fields import PortraitField
from prisoners.admin.forms import RecordForm, RecordFormSet, is_deleted, leave_to_formset
from prisoners.admin.merges import merges_proposed
from prisoners.desk import duplicates, workflow
from prisoners.models import (
    Affiliation,
    Detention,
    ExternalId,
    FormerAddress,
    Prisoner,
    PrisonerName,
    Recognition,
    State,
)

LONGEST_SLUG = Prisoner._meta.get_field("slug").max_length or 0


class PrisonerForm(RecordForm):
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=LONGEST_SLUG,
        required=False,
        help_text=gettext_lazy(
            "The last part of the page's address. Leave it empty: it is made from the name shown "
            "in English. Once public, a former address goes on leading here."
        ),
    )

    class Meta:
        field_classes = {"portrait": PortraitField}

    def clean_slug(self) -> str:
        """Keep the address of a page that was public; a new one is made when the names are in."""
        slug = str(self.cleaned_data["slug"])
        if not slug and self.instance.pk and self.instance.state not in workflow.UNPUBLISHED:
            raise ValidationError(_("This page was public: it needs an address."))
        return slug or str(self.instance.public_id)


class NameFormSet(RecordFormSet):
    """A person's spellings: one is shown in each language."""

    def clean(self) -> None:
        super().clean()
        shown: set[str] = set()
        for form in self.kept():
            language = form.cleaned_data.get("language")
            if not (form.cleaned_data.get("is_display") and language):
                continue
            if language in shown:
                form.add_error(
                    "is_display", _("Another spelling is already shown in this language.")
                )
            shown.add(language)

    def save(self, commit: bool = True) -> list[Any]:
        """Take the mark of the shown spelling off the old one before it is put on the new one."""
        if commit:
            lost = [
                form.instance.pk
                for form in self.initial_forms
                if not form.cleaned_data.get("is_display") or is_deleted(form)
            ]
            shown = PrisonerName.objects.filter(pk__in=lost, is_display=True)
            shown.set_aside(is_display=False)
        return super().save(commit)


class Names(PartsTable):
    model = PrisonerName
    formset = NameFormSet
    fields = ("text", "language", "script", "kind", "is_display", "filed_as")
    leads = True
    verbose_name_plural = gettext_lazy("Names: every spelling that sources use")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        if obj is None:
            # What the first spelling nearly always is; an untouched row is still left out.
            fields = formset.form.base_fields
            fields["language"].initial = "en"
            fields["is_display"].initial = True
        return formset


class DetentionFormSet(RecordFormSet):
    """A person's detentions: one may be open, and no two overlap whichever days they were."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.kept()
            if form.cleaned_data and form.instance.state != State.WITHDRAWN
        ]
        still_open = [form for form in kept if not form.cleaned_data.get("end_kind")]
        for form in still_open[1:]:
            if "end_kind" not in form.errors:
                form.add_error(
                    "end_kind",
                    _("This person already has a detention that is not known to have ended."),
                )
        for number, form in enumerate(kept):
            for earlier in kept[:number]:
                if certainly_overlap(form.cleaned_data, earlier.cleaned_data):
                    form.add_error(
                        "began",
                        _("These dates overlap another detention, whichever days they were."),
                    )
                    break


def certainly_overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two detentions share days whichever days their dates were."""
    dates = [values.get(name) for values in (one, other) for name in ("began", "ended")]
    began, ended, other_began, other_ended = dates
    if not (began and ended and other_began and other_ended):
        return False
    return bool(began.certainly_before(other_ended) and other_began.certainly_before(ended))


class DetentionForm(RecordForm):
    def _post_clean(self) -> None:
        super()._post_clean()
        leave_to_formset(self)


class Detentions(PartsList):
    model = Detention
    form = DetentionForm
    formset = DetentionFormSet
    fields = (
        ("began", "country"),
        ("end_kind", "ended"),
        ("last_confirmed", "place", "arresting_authority"),
    )
    verbose_name_plural = gettext_lazy(
        "Detentions: charges, sentences and places on each one's page"
    )


class Affiliations(PartsTable):
    model = Affiliation
    fields = ("actor", "kind", "role", "began", "ended")
    autocomplete_fields = ("actor",)
    related = ("actor",)


class Recognitions(PartsTable):
    model = Recognition
    fields = ("organisation", "since", "definition", "statement")
    autocomplete_fields = ("organisation",)
    related = ("organisation",)
    verbose_name_plural = gettext_lazy("Recognitions: who calls this person a political prisoner")


class ExternalIds(PartsTable):
    model = ExternalId
    fields = ("scheme", "value", "address")


@admin.register(Prisoner)
class PrisonerAdmin(Entering, InBulk, CitedAdmin):
    form = PrisonerForm
    change_list_template = "admin/entering/people.html"
    actions = (*CitedAdmin.actions, *InBulk.bulk_actions)
    inlines = (Names, Detentions, Affiliations, Recognitions, ExternalIds)
    list_display = (
        "name",
        "other_spellings",
        "gender",
        "birth",
        "occupation",
        "state",
        "disclosure",
        "updated_at",
    )
    list_filter = (
        "state",
        "disclosure",
        AssignedFilter,
        "gender",
        ("citizenships", CountryFilter),
    )
    search_fields = ("occupation",)
    person = ""
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("gender", "birth", "death"),
                    ("citizenships", "occupation", "occupation_group"),
                    "biography",
                    "slug",
                )
            },
        ),
        (
            gettext_lazy("Portrait"),
            {"fields": ("portrait", "portrait_rights"), "classes": ("collapse",)},
        ),
    )

    @admin.display(description=gettext_lazy("name"))
    def name(self, prisoner: Prisoner) -> str:
        return prisoner.name

    @admin.display(description=gettext_lazy("other spellings"))
    def other_spellings(self, prisoner: Prisoner) -> str:
        shown = prisoner.display_name()
        return ", ".join(name.text for name in prisoner.names.all() if name != shown)

    def tools(self, record: Any) -> list[tuple[str, str]]:
        return [
            *merges_of(record),
            *merges_proposed(record),
            *possible_duplicates(record),
            (
                _("Add a detention with all its details"),
                f"{reverse('admin:prisoners_detention_add')}?prisoner={record.pk}",
            ),
            (
                _("Add a statement by this person"),
                f"{reverse('admin:prisoners_statement_add')}?prisoner={record.pk}",
            ),
            (
                _("What visitors see of this person"),
                reverse("admin:prisoners_prisoner_shown", args=[record.pk]),
            ),
        ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self._shown_view)
        shown = path("<number:pk>/shown/", view, name="prisoners_prisoner_shown")
        return [shown, *super().get_urls()]

    def _shown_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_object(request, str(pk))
        if not self.reads_restricted(request):
            raise PermissionDenied
        if person is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined,no-any-return]  # a mixin; Django's own way, without types
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return shown_page(request, person, context, may_decide=self.has_publish_permission(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        # That somebody to be protected is shown all the same is an editor's to decide.
        return fields if self.has_publish_permission(request) else (*fields, "shown_because")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and "portrait" in form.changed_data:
            before = Prisoner.objects.get(pk=obj.pk).portrait
            if before:
                # A picture may have been taken down for somebody's safety: keep no copy of it.
                transaction.on_commit(lambda: before.storage.delete(str(before.name)))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        prisoner = form.instance
        protect_and_tell(request, prisoner)
        is_new = prisoner.slug == prisoner.public_id and prisoner.state in workflow.UNPUBLISHED
        if is_new and prisoner.is_named:
            prisoner.slug = address_for(prisoner)
            prisoner.save(update_fields=["slug", "updated_at"])
        duplicates.look_again(people=[prisoner.pk])
        if not change and (pairs := possible_duplicates(prisoner)):
            self.message_user(request, told(pairs), messages.WARNING)


def address_for(prisoner: Prisoner) -> str:
    """Return an address made from the name shown in English; the public id where there is none.

    A number is put after it where another person has, or had, the same one.
    """
    names = list(PrisonerName.objects.filter(prisoner=prisoner))
    if not names:
        return str(prisoner.public_id)
    shown = min(names, key=lambda name: name.rank("en"))
    base = slugify(anyascii(shown.text))[: LONGEST_SLUG - 6].strip("-_")
    if not base:
        return str(prisoner.public_id)
    taken = {
        *Prisoner.objects.filter(slug__startswith=base)
        .exclude(pk=prisoner.pk)
        .values_list("slug", flat=True),
        *FormerAddress.objects.filter(slug__startswith=base, prisoner__isnull=False)
        .exclude(prisoner=prisoner)
        .values_list("slug", flat=True),
    }
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


class OfPerson(CitedAdmin):
    """A part of one person's record."""

    person = "prisoner"
    autocomplete_fields: ClassVar[Any] = ("prisoner",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related(*described(Prisoner, "prisoner__"))


@admin.register(PrisonerName)
class PrisonerNameAdmin(OfPerson):
    list_display = ("text", "prisoner", "language", "script", "kind", "is_display", "state")
    list_select_related = ("prisoner",)
    list_filter = ("state", "disclosure", "kind", "is_display", "script", "language")
    search_fields = ("text",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "prisoner",
                    "text",
                    ("language", "script", "kind"),
                    "is_display",
                    "filed_as",
                )
            },
        ),
    )


@admin.register(Affiliation)
class AffiliationAdmin(OfPerson):
    list_display = ("prisoner", "role", "actor", "kind", "began", "ended", "state", "disclosure")
    list_select_related = ("prisoner", "actor")
    list_filter = ("state", "disclosure", "kind")
    search_fields = ("role", "actor__name")
    autocomplete_fields = ("prisoner", "actor")
    fieldsets = ((None, {"fields": ("prisoner", "actor", ("kind", "role"), ("began", "ended"))}),)


@admin.register(Recognition)
class RecognitionAdmin(OfPerson):
    list_display = ("prisoner", "organisation", "since", "definition", "state", "disclosure")
    list_select_related = ("prisoner", "organisation")
    search_fields = ("organisation__name", "definition")
    autocomplete_fields = ("prisoner", "organisation")
    fieldsets = (
        (None, {"fields": ("prisoner", "organisation", "since", "definition", "statement")}),
    )


@admin.register(ExternalId)
class ExternalIdAdmin(OfPerson):
    list_display = ("scheme", "value", "prisoner", "state", "disclosure")
    list_select_related = ("prisoner",)
    list_filter = ("state", "disclosure", "scheme")
    search_fields = ("scheme", "value")
    fieldsets = ((None, {"fields": ("prisoner", ("scheme", "value"), "address")}),)
