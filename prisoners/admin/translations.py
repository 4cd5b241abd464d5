"""Translating: beside each record, what it says in the site's other languages."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from prisoners.admin.base import PartsTable, RecordAdmin, described
from prisoners.admin.forms import RecordForm
from prisoners.admin.roles import ByRole
from prisoners.admin.standing import page_of
from prisoners.models import (
    TRANSLATED,
    TRANSLATED_NAMES,
    Record,
    Translation,
    other_languages,
)
from prisoners.reading.untold import of_what_is_shown


def field_choices(model: type[Record]) -> list[tuple[str, Any]]:
    """Return the fields of a model that are translated, in words."""
    return [
        (name, capfirst(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # a field of its own, and no relation to it
        for name in model.translated
    ]


class TranslationForm(RecordForm):
    """A translation; ``of`` is the kind of record where that is settled."""

    of: type[Record] | None = None

    field = forms.ChoiceField(label=gettext_lazy("What is translated"))
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.instance.target if self.instance.pk else None
        model = type(target) if target else self.of
        if "field" in self.fields:
            cast(forms.ChoiceField, self.fields["field"]).choices = (
                field_choices(model)
                if model
                else [
                    (capfirst(one._meta.verbose_name), field_choices(one))
                    for one in TRANSLATED.values()
                ]
            )
        if "language" in self.fields:
            languages = list(other_languages().items())
            cast(forms.ChoiceField, self.fields["language"]).choices = languages


def translations_of(model: type[Record]) -> type[PartsTable]:
    """Return the table of a record's translations, for the page of its kind."""
    form = type("TranslationForm", (TranslationForm,), {"of": model})
    return type(
        f"{model.__name__}Translations",
        (TranslationsInline,),
        {"fk_name": TRANSLATED_NAMES[model], "form": form},
    )


def shown_to(desk: ByRole, request: HttpRequest, rows: Any) -> Any:
    """Return the translations that somebody may read: not of what is held back from them."""
    is_all = desk.reads_restricted(request)
    return rows if is_all else rows.filter(of_what_is_shown(Translation))


class TranslationsInline(PartsTable):
    model = Translation
    fields = ("language", "field", "text")
    verbose_name = gettext_lazy("translation")
    verbose_name_plural = gettext_lazy("Translations: what is entered above, in other languages")
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})}}

    def get_queryset(self, request: HttpRequest) -> Any:
        return shown_to(self, request, super().get_queryset(request))


@admin.register(Translation)
class TranslationAdmin(RecordAdmin):
    form = TranslationForm
    list_display = ("text", "language", "of", "field", "state", "disclosure")
    list_filter = ("state", "disclosure", "language", "field")
    search_fields = ("text",)
    autocomplete_fields = tuple(TRANSLATED)

    def get_queryset(self, request: HttpRequest) -> Any:
        paths = [
            path
            for name, model in TRANSLATED.items()
            for path in (name, *described(model, f"{name}__"))
        ]
        return shown_to(self, request, super().get_queryset(request).prefetch_related(*paths))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        about = (obj.target_name,) if obj else tuple(TRANSLATED)
        return [
            (None, {"fields": (*about, ("field", "language"), "text")}),
            *self.kept_back(request, obj),
        ]

    @admin.display(description=gettext_lazy("of"))
    def of(self, translation: Translation) -> SafeString | str:
        target = translation.target
        if target is None:
            return ""
        kind = capfirst(target._meta.verbose_name)
        return format_html('{}: <a href="{}">{}</a>', kind, page_of(target), target)
