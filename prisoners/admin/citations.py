"""Citing: beside each record, from a list of facts without a source, or several facts at once."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from prisoners.admin.base import PartsTable, RecordAdmin, described
from prisoners.admin.fields import ID, RecordChoice
from prisoners.admin.forms import RecordForm
from prisoners.admin.standing import described as fact_described
from prisoners.admin.standing import facts, page_of
from prisoners.admin.translations import translations_of
from prisoners.models import TARGET_NAMES, TARGETS, Citation, Record, Source, citable
from prisoners.reading.gaps import Gap, uncited
from prisoners.reading.untold import of_what_is_shown

WHOLE: Final = ("", gettext_lazy("the record as a whole"))
LAST_SOURCE: Final = "last_source"


def fact_choices(model: type[Record]) -> list[tuple[str, Any]]:
    """Return the fields of a model that a citation can be about, in words."""
    return [
        WHOLE,
        *(
            (name, capfirst(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # a field of its own, and no relation to it
            for name in citable(model)
        ),
    ]


def all_fact_choices() -> list[Any]:
    """Return the facts of every kind of record, grouped by the kind."""
    return [
        WHOLE,
        *(
            (capfirst(model._meta.verbose_name), fact_choices(model)[1:])
            for model in TARGETS.values()
        ),
    ]


class CitationForm(RecordForm):
    """A citation; ``target`` is the one relation that it is about where that is settled."""

    target: str | None = None
    cited: type[Record] | None = None

    field = forms.ChoiceField(
        label=gettext_lazy("Fact"),
        required=False,
        help_text=gettext_lazy("Which fact the source speaks of."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model = self.cited or (TARGETS[self.target] if self.target else None)
        choices = fact_choices(model) if model else all_fact_choices()
        if "field" in self.fields:
            cast(forms.ChoiceField, self.fields["field"]).choices = choices
        if self.target and self.target in self.fields:
            self.fields[self.target].required = True


def citations_of(model: type[Record]) -> type[PartsTable]:
    """Return the table of a record's citations, for the page of its kind."""
    form = type("CitationForm", (CitationForm,), {"cited": model})
    return type(
        f"{model.__name__}Citations",
        (CitationsInline,),
        {"fk_name": TARGET_NAMES[model], "form": form},
    )


class CitationsInline(PartsTable):
    model = Citation
    fields = ("source", "field", "locator", "read_on", "stance", "value")
    verbose_name = gettext_lazy("citation")
    verbose_name_plural = gettext_lazy("Citations: where each fact comes from")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if self.reads_restricted(request) else rows.filter(of_what_is_shown(Citation))


class SeveralForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """One source for several facts of a record and of its parts."""

    facts = forms.MultipleChoiceField(
        label=gettext_lazy("Facts"), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Citation
        fields = ("source", "locator", "read_on")

    def __init__(
        self, gaps: dict[str, Gap], open_gaps: set[Gap], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        source = Citation._meta.get_field("source")
        self.fields["source"].widget = RecordChoice(source, admin.site, choices=self._sources())
        self.fields["read_on"].widget = admin.widgets.AdminDateWidget()
        groups: list[tuple[str, list[tuple[str, str]]]] = [
            (
                heading,
                [
                    (key, fact_described(gap))
                    for key, gap in gaps.items()
                    if (gap in open_gaps) is without
                ],
            )
            for heading, without in ((_("without a source"), True), (_("with a source"), False))
        ]
        choices = [(heading, keys) for heading, keys in groups if keys]
        cast(forms.MultipleChoiceField, self.fields["facts"]).choices = choices

    def _sources(self) -> Any:
        return cast(forms.ModelChoiceField, self.fields["source"]).choices  # type: ignore[type-arg]  # in the stubs only


def fact_key(gap: Gap) -> str:
    return f"{TARGET_NAMES[type(gap.record)]}-{gap.record.pk}-{gap.field}"


class CitedAdmin(RecordAdmin):
    """A kind of record that can be cited: it has a table of citations, and can cite at once."""

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        inlines = super().get_inlines(request, obj)
        if self.model.translated:
            inlines = [*inlines, translations_of(self.model)]
        return [*inlines, citations_of(self.model)]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self._cite_view)
        name = f"prisoners_{self.opts.model_name}_cite"
        return [path("<number:pk>/cite/", view, name=name), *super().get_urls()]

    def _cite_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.get_object(request, str(pk))
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined,no-any-return]  # a mixin; Django's own way, without types
        gaps = {fact_key(gap): gap for gap in facts(record)}
        initial = {"source": request.session.get(LAST_SOURCE)}
        form = SeveralForm(gaps, set(uncited(record)), request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            number = self._cite(request, record, form, gaps)
            words = ngettext("%(number)s fact cited.", "%(number)s facts cited.", number)
            self.message_user(request, words % {"number": number}, messages.SUCCESS)
            return HttpResponseRedirect(page_of(record))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cite a source for several facts"),
            "subtitle": str(record),
            "opts": self.opts,
            "original": record,
            "form": form,
            "media": self.media + form.media,
            "page": page_of(record),
        }
        return TemplateResponse(request, "admin/prisoners/cite.html", context)

    def _cite(
        self, request: HttpRequest, record: Any, form: SeveralForm, gaps: dict[str, Gap]
    ) -> int:
        """Make a citation of each chosen fact, or none of any."""
        chosen = [gaps[key] for key in form.cleaned_data["facts"]]
        shared = {name: form.cleaned_data[name] for name in ("source", "locator", "read_on")}
        with transaction.atomic():
            for gap in chosen:
                citation = Citation(
                    **{TARGET_NAMES[type(gap.record)]: gap.record}, field=gap.field, **shared
                )
                citation.full_clean()
                citation.save()
            request.session[LAST_SOURCE] = shared["source"].pk
            labels = ", ".join(gap.label for gap in chosen)
            self.log_change(request, record, _("Cited for: %(facts)s") % {"facts": labels})
        return len(chosen)


@admin.register(Citation)
class CitationAdmin(RecordAdmin):
    form = CitationForm
    list_display = ("source", "about", "fact", "locator", "stance", "state", "disclosure")
    list_display_links = ("source", "locator")
    list_select_related = ("source",)
    list_filter = ("state", "disclosure", "stance", "read_on")
    search_fields = ("source__title", "locator", "value")
    autocomplete_fields = ("source", *TARGETS)

    def get_queryset(self, request: HttpRequest) -> Any:
        paths = [
            path
            for name, model in TARGETS.items()
            for path in (name, *described(model, f"{name}__"))
        ]
        rows = super().get_queryset(request).prefetch_related(*paths)
        return rows if self.reads_restricted(request) else rows.filter(of_what_is_shown(Citation))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.target = settled(request, obj)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        target = settled(request, obj)
        about = (target, "field") if target else ("field", *TARGETS)
        self_help = (
            ""
            if target
            else _("Quicker: open the record and cite from there. Here, choose exactly one.")
        )
        return [
            (_("What it is about"), {"fields": about, "description": self_help}),
            (
                _("The source"),
                {"fields": ("source", "locator", "stance", "value", "read_on", "archived")},
            ),
            *self.kept_back(request, obj),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        if settled(request, None):
            initial.setdefault("source", request.session.get(LAST_SOURCE))
        return initial

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        request.session[LAST_SOURCE] = obj.source_id

    @admin.display(description=gettext_lazy("what it is about"))
    def about(self, citation: Citation) -> SafeString | str:
        target = citation.target
        if target is None:
            return ""
        kind = capfirst(target._meta.verbose_name)
        return format_html('{}: <a href="{}">{}</a>', kind, page_of(target), target)

    @admin.display(description=gettext_lazy("fact"), ordering="field")
    def fact(self, citation: Citation) -> Any:
        target = citation.target
        if target is None or not citation.field:
            return WHOLE[1]
        return target._meta.get_field(citation.field).verbose_name  # type: ignore[union-attr]  # a field of its own, and no relation to it


def settled(request: HttpRequest, citation: Citation | None) -> str | None:
    """Return the relation that a citation is about, from itself or from the link that led here."""
    if citation is not None:
        return citation.target_name
    named = [name for name in TARGETS if ID.match(request.GET.get(name, ""))]
    return named[0] if len(named) == 1 else None


def citations_page(source: Source) -> str:
    return f"{reverse('admin:prisoners_citation_changelist')}?source__id__exact={source.pk}"
