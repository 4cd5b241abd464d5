"""The same change to many people: chosen in the list, shown person by person, done, and undone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django_countries import countries

from prisoners.admin.fields import RecordChoice
from prisoners.admin.operations import operation_page
from prisoners.desk import bulk
from prisoners.models import Citation, Detention, Prisoner, Release, ReleaseOutcome, Source
from prisoners.models.accounts import GRANTS, RESTRICTED, WRITE, may
from prisoners.reading import desk_export

if TYPE_CHECKING:
    from prisoners.desk.bulk import Change

NOBODY: Final = "nobody"


def researchers() -> QuerySet[User]:
    """Return who may be given work: whoever may write, by any of their roles."""
    roles = [role for role, granted in GRANTS.items() if WRITE in granted]
    groups = Group.objects.filter(name__in=roles)
    return User.objects.filter(is_active=True, groups__in=groups).distinct().order_by("username")


class ChosenPeople(forms.Form):
    """What every such form has: who was chosen, as numbers."""

    people = forms.CharField(widget=forms.HiddenInput)
    title: ClassVar[Any] = ""
    # What the change is called on the page; the verb of its button.
    help: ClassVar[Any] = ""

    def clean_people(self) -> list[int]:
        numbers = [one for one in self.cleaned_data["people"].split(",") if one.isdecimal()]
        people = sorted({int(one) for one in numbers if len(one) < 10})  # fits a column
        if not people:
            raise ValidationError(_("Choose at least one person."))
        if len(people) > bulk.MOST:
            raise ValidationError(
                _("Choose at most %(number)s people at once.") % {"number": bulk.MOST}
            )
        return people

    def change(self) -> Change:
        raise NotImplementedError


def _choice(model: type[models.Model], name: str, related: Any, label: Any) -> Any:
    relation: Any = model._meta.get_field(name)
    return forms.ModelChoiceField(
        related.objects.all(), label=label, widget=RecordChoice(relation, admin.site)
    )


class CitedForm(ChosenPeople):
    """A change that a source stands for."""

    source = _choice(Citation, "source", Source, gettext_lazy("Source"))
    locator = forms.CharField(
        label=gettext_lazy("Where in the source"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Paragraph, page or minute: ¶4, p. 12, 03:15."),
    )

    def cited(self) -> bulk.Cited:
        return bulk.Cited(
            self.cleaned_data["source"], self.cleaned_data["locator"], timezone.localdate()
        )


class ReleaseForm(CitedForm):
    title = gettext_lazy("Record a release for the chosen people")
    help = gettext_lazy(
        "Each one's open detention ends on the day of the release, an outcome of the release is "
        "entered, and the source is cited for both."
    )
    release = _choice(ReleaseOutcome, "release", Release, gettext_lazy("Release"))
    end_kind = forms.ChoiceField(
        label=gettext_lazy("How they were freed"),
        choices=[one for one in Detention.EndKind.choices if one[0] != Detention.EndKind.DIED],
    )
    destination = forms.ChoiceField(
        label=gettext_lazy("To which country"),
        required=False,
        choices=lambda: [("", gettext_lazy("not stated")), *countries],
    )

    field_order = ("release", "end_kind", "destination", "source", "locator")

    def change(self) -> Change:
        return bulk.ReleaseRecorded(
            self.cleaned_data["release"],
            self.cleaned_data["end_kind"],
            self.cleaned_data["destination"],
            self.cited(),
        )


class HeldForm(CitedForm):
    title = gettext_lazy("Confirm the chosen people as still held")
    help = gettext_lazy(
        "The day is entered where it is later than the one that is known, and the source is cited "
        "for it."
    )
    day = forms.DateField(
        label=gettext_lazy("Held on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy(
            "The day of which the source speaks, not that on which you read it."
        ),
    )
    field_order = ("day", "source", "locator")

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day

    def change(self) -> Change:
        return bulk.StillHeld(self.cleaned_data["day"], self.cited())


class AssignForm(ChosenPeople):
    title = gettext_lazy("Assign the chosen people to a researcher")
    help = gettext_lazy("Whoever it is finds them in the list under “assigned to me”.")
    to = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("To whom"),
        required=False,
        empty_label=gettext_lazy("nobody"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = researchers()

    def change(self) -> Change:
        return bulk.Assigned(self.cleaned_data["to"])


FORMS: Final[dict[str, type[ChosenPeople]]] = {
    "release": ReleaseForm,
    "held": HeldForm,
    "assign": AssignForm,
}


def visitors(made: bulk.Plan) -> Iterator[str]:
    """Say of how many people visitors see a change, at once or later."""
    if at_once := made.showing(bulk.Shows.AT_ONCE):
        yield ngettext(
            "Public at once: %(number)s person.", "Public at once: %(number)s people.", at_once
        ) % {"number": at_once}
    if waits := made.showing(bulk.Shows.WAITS):
        yield ngettext(
            "Proposed, and public once somebody else has accepted it: %(number)s person.",
            "Proposed, and public once somebody else has accepted each: %(number)s people.",
            waits,
        ) % {"number": waits}


SHOWN: Final = {
    bulk.Shows.NOTHING: gettext_lazy("nothing: for the desk alone"),
    bulk.Shows.AT_ONCE: gettext_lazy("it, at once"),
    bulk.Shows.WAITS: gettext_lazy("it, once somebody else has accepted it"),
}


class AssignedFilter(admin.SimpleListFilter):
    title = gettext_lazy("assigned to")
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("me", gettext_lazy("me")),
            ("others", gettext_lazy("somebody else")),
            (NOBODY, gettext_lazy("nobody")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() == "me":
            return queryset.filter(assignment__to=request.user)
        if self.value() == "others":
            return queryset.filter(assignment__isnull=False).exclude(assignment__to=request.user)
        if self.value() == NOBODY:
            return queryset.filter(assignment__isnull=True)
        return None


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


class InBulk:
    """Actions on the chosen people. Each leads to a page that says what it will do."""

    bulk_actions: ClassVar[tuple[str, ...]] = (
        "record_release",
        "confirm_held",
        "assign",
        "export_people",
    )

    # What the list offers

    @admin.action(permissions=["change"], description=gettext_lazy("Record a release for them…"))
    def record_release(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._begin(request, queryset, "release")

    @admin.action(
        permissions=["change"], description=gettext_lazy("Confirm as still held on a day…")
    )
    def confirm_held(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._begin(request, queryset, "held")

    @admin.action(permissions=["change"], description=gettext_lazy("Assign to a researcher…"))
    def assign(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._begin(request, queryset, "assign")

    @admin.action(permissions=["view"], description=gettext_lazy("Export what is chosen…"))
    def export_people(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | StreamingHttpResponse:
        if "_download" in request.POST:
            return self._download(request, queryset)
        restricted = may(request.user, RESTRICTED)
        return self._answer(
            request,
            "admin/bulk/export.html",
            title=_("Export the chosen people"),
            number=queryset.count(),
            columns=desk_export.columns(restricted=restricted),
            restricted=restricted,
            chosen=[
                (name, value)
                for name, values in request.POST.lists()
                for value in values
                if name != "csrfmiddlewaretoken"
            ],
            page=request.get_full_path(),
        )

    def _download(self, request: HttpRequest, queryset: QuerySet[Any]) -> StreamingHttpResponse:
        writer = csv.writer(_Echo())
        people = queryset.prefetch_related(None)
        rows = desk_export.rows(people, restricted=may(request.user, RESTRICTED))

        def lines() -> Iterator[str]:
            # By this sign spreadsheets know that it is UTF-8.
            yield "\ufeff"
            for row in rows:
                yield writer.writerow(row)

        response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="people.csv"'
        return response

    # The pages

    def get_urls(self) -> list[URLPattern]:
        site: Any = self.admin_site  # type: ignore[attr-defined]  # a mixin
        view = site.admin_view(require_POST(self._bulk_view))
        route = path("in-bulk/<slug:verb>/", view, name="prisoners_prisoner_bulk")
        return [route, *super().get_urls()]  # type: ignore[misc]  # a mixin: its base has it

    def _begin(
        self, request: HttpRequest, queryset: QuerySet[Any], verb: str
    ) -> HttpResponse | None:
        numbers = list(queryset.order_by("pk").values_list("pk", flat=True)[: bulk.MOST + 1])
        if len(numbers) > bulk.MOST:
            words = _("Choose at most %(number)s people at once.") % {"number": bulk.MOST}
            self.message_user(request, words, messages.ERROR)  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
            return None
        form = FORMS[verb](initial={"people": ",".join(map(str, numbers))})
        return self._form(request, verb, form, len(numbers))

    def _bulk_view(self, request: HttpRequest, verb: str) -> HttpResponse:
        if not may(request.user, WRITE):
            raise PermissionDenied
        if verb not in FORMS:
            raise Http404
        form = FORMS[verb](request.POST)
        if not form.is_valid() or "_back" in request.POST:
            return self._form(request, verb, form, len(form.cleaned_data.get("people", [])))
        people, change = form.cleaned_data["people"], form.change()
        if "_do" not in request.POST:
            return self._preview(request, verb, form, people, change)
        try:
            operation = bulk.do(
                change=change,
                people=people,
                by=request.user,
                reason=request.POST.get("reason", "")[:1000],
                seen=request.POST.get("seen", "") or "-",
            )
        except ValidationError as error:
            for message in error.messages:
                self.message_user(request, message, messages.ERROR)  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
            return self._preview(request, verb, form, people, change)
        words = _("Done: %(what)s.") % {"what": operation.label}
        self.message_user(request, words, messages.SUCCESS)  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        return HttpResponseRedirect(operation_page(operation))

    def _form(
        self, request: HttpRequest, verb: str, form: ChosenPeople, number: int
    ) -> HttpResponse:
        words = ngettext("%(number)s person is chosen.", "%(number)s people are chosen.", number)
        return self._answer(
            request,
            "admin/bulk/form.html",
            title=form.title,
            form=form,
            media=self.media + form.media,  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
            verb=verb,
            chosen=words % {"number": number},
        )

    def _preview(
        self, request: HttpRequest, verb: str, form: ChosenPeople, people: list[int], change: Any
    ) -> HttpResponse:
        made = bulk.plan(change=change, people=people, by=request.user)
        done = len(made.done)
        words = ngettext(
            "This will be done to %(number)s person.",
            "This will be done to %(number)s people.",
            done,
        )
        return self._answer(
            request,
            "admin/bulk/preview.html",
            title=form.title,
            label=change.label(),
            summary=words % {"number": done},
            visitors=list(visitors(made)),
            done=[(line, SHOWN[line.shows]) for line in made.done],
            refused=made.refused,
            seen=made.seen,
            verb=verb,
            sent=[(name, request.POST.get(name, "")) for name in form.fields],
        )

    def _answer(self, request: HttpRequest, template: str, **values: Any) -> HttpResponse:
        site: Any = self.admin_site  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        context = {
            **site.each_context(request),
            "opts": Prisoner._meta,
            "media": self.media,  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
            "people_page": reverse("admin:prisoners_prisoner_changelist"),
            **values,
        }
        return TemplateResponse(request, template, context)
