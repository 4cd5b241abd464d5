"""A text that may name somebody who is not shown: what it says, and what was found of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prisoners.admin.sources import ReadOnlyAdmin
from prisoners.admin.standing import page_of
from prisoners.admin.worklist.saying import named
from prisoners.desk import mentions
from prisoners.models import Mention
from prisoners.models.accounts import WRITE, may
from prisoners.models.duplicates import LONGEST_REASON
from prisoners.reading.worklist.mentions import OF_KINDS


class AnotherForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is another person"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "The next researcher reads it; of this text it is not asked again unless it changes."
        ),
    )


class Answered(ChangeList):
    """Those that somebody has looked at; the others are on the work list, where they are public."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().get_queryset(request, *args, **kwargs).exclude(at=None)


@admin.register(Mention)
class MentionAdmin(ReadOnlyAdmin):
    """What was found of texts that may name somebody who is not shown."""

    list_display = ("person", "where", "reason", "by", "at", "reopened_at")
    list_filter = (("reopened_at", admin.EmptyFieldListFilter),)

    class Media:
        css = {"all": ["admin_desk/desk.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of whom a name is not shown is for those who may read what is restricted."""
        return super().has_view_permission(request, obj) and self.reads_restricted(request)

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).select_related("person", "by")
        return found.prefetch_related("person__names")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Answered

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = _("Texts that were found to name somebody else")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("where"))
    def where(self, mention: Mention) -> str:
        model: Any = OF_KINDS[mention.kind]
        field = model._meta.get_field(mention.field).verbose_name
        return f"{model._meta.verbose_name} {mention.record}: {field}"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        mention = self.get_object(request, object_id)
        if not self.has_view_permission(request, mention):
            raise PermissionDenied
        if mention is None:
            return super().change_view(request, object_id, form_url, extra_context)
        form = AnotherForm(request.POST or None)
        if request.method == "POST" and (answer := self._answered(request, mention, form)):
            return answer
        model: Any = OF_KINDS[mention.kind]
        record: Any = model._default_manager.filter(pk=mention.record).first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Does this text name somebody who is not shown?"),
            "mention": mention,
            "person_page": page_of(mention.person),
            "spelled": mentions.spelled(mention.person),
            "record": named(record) if record else "",
            "record_page": f"{page_of(record)}#id_{mention.field}" if record else "",
            "label": model._meta.get_field(mention.field).verbose_name,
            "text": getattr(record, mention.field) if record else "",
            "form": form,
            "can_answer": may(request.user, WRITE),
            "work_page": work_page(),
        }
        return TemplateResponse(request, "admin/prisoners/mention.html", context)

    def _answered(
        self, request: HttpRequest, mention: Mention, form: AnotherForm
    ) -> HttpResponse | None:
        """Keep what was found, or ask again; None where the form says why it cannot be."""
        if not may(request.user, WRITE):
            raise PermissionDenied
        if "_reopen" in request.POST:
            mentions.reopen(mention=mention, by=request.user)
            words = _("The question is open again; what was found before is kept.")
        elif form.is_valid():
            try:
                mentions.is_another(mention=mention, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error.messages)
                return None
            words = _("Kept: the text names somebody else.")
        else:
            return None
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(work_page())


def work_page() -> str:
    return reverse("admin:work", args=["names-told"])
