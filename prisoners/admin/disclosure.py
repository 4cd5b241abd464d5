"""What visitors see of one person, at a glance and decided there; and the consents to it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.utils import ErrorList
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prisoners.admin.roles import ByRole
from prisoners.admin.standing import page_of, shown
from prisoners.desk import disclosure
from prisoners.desk.protecting import protect, reasons_to_protect
from prisoners.desk.workflow import with_parts
from prisoners.models import Consent, DisclosureRule, HoldsBack, How, Prisoner
from prisoners.models.disclosure import STAYS
from prisoners.reading.gaps import stated

Context = dict[str, Any]


class RuleForm(forms.Form):
    """How much visitors see of one fact."""

    fact = forms.ChoiceField(label=gettext_lazy("Fact"))
    how = forms.ChoiceField(label=gettext_lazy("What visitors see"), choices=How)
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}))
    asked_by = forms.CharField(
        label=gettext_lazy("Who asked for it"), max_length=200, required=False
    )
    review_on = forms.DateField(
        label=gettext_lazy("Look again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, facts: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact"].choices = facts  # type: ignore[attr-defined]  # a choice field


class IdentityForm(forms.Form):
    """How somebody is named to visitors."""

    identity = forms.ChoiceField(label=gettext_lazy("Identity"), choices=Prisoner.Identity)
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    asked_by = forms.CharField(
        label=gettext_lazy("Who asked for it"), max_length=200, required=False
    )


def parts_of(person: Prisoner) -> dict[str, HoldsBack]:
    """Return somebody and the parts of their record of which facts can be held back, by key."""
    return {
        f"{one._meta.model_name}-{one.pk}": one
        for one in with_parts(person)
        if isinstance(one, HoldsBack)
    }


def facts_of(parts: dict[str, HoldsBack]) -> list[tuple[str, str]]:
    """Return each fact of which something can be held back now, with its value in words."""
    found = []
    for key, one in parts.items():
        for name in one.sensitive:
            if not stated(one, name):  # type: ignore[arg-type]  # all of them are records
                continue
            label = one._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # a field of its own, and no relation to it
            words = f"{capfirst(one._meta.verbose_name)}: {label}: {shown(one, name)}"  # type: ignore[arg-type]  # it holds facts back
            found.append((f"{key}-{name}", words))
    return found


def rules_of(parts: dict[str, HoldsBack]) -> list[Context]:
    """Return each rule in words, with what is known and what visitors see."""
    found = []
    for one in parts.values():
        for rule in one.disclosure_rules.all():  # type: ignore[attr-defined]  # all that hold facts have them
            field = one._meta.get_field(rule.field)
            found.append(
                {
                    "pk": rule.pk,
                    "fact": f"{capfirst(one._meta.verbose_name)}: {field.verbose_name}",  # type: ignore[union-attr]  # a field of its own, and no relation to it
                    "known": rule.kept.get(rule.field, ""),
                    "seen": shown(one, rule.field) or _("nothing"),  # type: ignore[arg-type]  # it holds facts back
                    "rule": rule,
                    "is_due": bool(rule.review_on and rule.review_on <= timezone.localdate()),
                }
            )
    return found


def shown_page(
    request: HttpRequest, person: Prisoner, context: Context, *, may_decide: bool
) -> HttpResponse:
    """Show what visitors see of somebody, and do what is decided about it."""
    parts = parts_of(person)
    verb = request.POST.get("verb", "") if request.method == "POST" else ""
    if request.method == "POST" and not may_decide:
        raise PermissionDenied
    facts = facts_of(parts)
    rule_form = RuleForm(facts, request.POST if verb == "hold_back" else None)
    identity_form = IdentityForm(
        request.POST if verb == "show_as" else None, initial={"identity": person.identity}
    )
    for name, form in (("hold_back", rule_form), ("show_as", identity_form)):
        if verb == name and form.is_valid():
            try:
                _decide(person, parts, verb, form.cleaned_data)
            except ValidationError as error:
                form.errors.setdefault("__all__", ErrorList()).extend(error.messages)
            else:
                return _done(request, person)
    if verb == "forget_address":
        disclosure.forget_address(person=person)
        return _done(request, person)
    if verb == "lift":
        number = request.POST.get("rule", "")
        rule = DisclosureRule.objects.filter(pk=int(number) if number.isdecimal() else 0).first()
        if rule is None or f"{rule.target._meta.model_name}-{rule.target.pk}" not in parts:
            raise PermissionDenied
        return _lift(request, person, rule)
    return TemplateResponse(
        request,
        "admin/prisoners/shown.html",
        context
        | {
            "title": _("What visitors see of this person"),
            "original": person,
            "page": page_of(person),
            "rules": rules_of(parts),
            "rule_form": rule_form,
            "identity_form": identity_form,
            "may_decide": may_decide,
            "protected": reasons_to_protect(person, timezone.localdate()),
            "former": list(person.former_addresses.values_list("slug", flat=True)),
            "consents": person.consents.all(),
            "add_consent": f"{reverse('admin:prisoners_consent_add')}?prisoner={person.pk}",
        },
    )


def protect_and_tell(request: HttpRequest, person: Prisoner) -> None:
    """Withhold somebody who is to be protected by what was saved, and say so."""
    if reasons := protect(person=person, today=timezone.localdate()):
        words = _("Withheld from the public: %(why)s. An editor may decide otherwise.")
        messages.warning(request, words % {"why": ", ".join(reasons)})


def _decide(
    person: Prisoner, parts: dict[str, HoldsBack], verb: str, values: dict[str, Any]
) -> None:
    if verb == "show_as":
        disclosure.show_as(person=person, **values)
        return
    key, _dash, field = values.pop("fact").rpartition("-")
    disclosure.hold_back(record=parts[key], field=field, **values)


def _lift(request: HttpRequest, person: Prisoner, rule: DisclosureRule) -> HttpResponse:
    try:
        disclosure.lift(rule=rule)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return HttpResponseRedirect(request.path)
    return _done(request, person)


def _done(request: HttpRequest, person: Prisoner) -> HttpResponse:
    messages.success(request, _("Done: visitors see it so from the next page on."))
    return HttpResponseRedirect(reverse("admin:prisoners_prisoner_shown", args=[person.pk]))


@admin.register(Consent)
class ConsentAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Consents: whoever is given one enters it; read by those who read what is restricted."""

    list_display = (
        "prisoner",
        "given_by",
        "given_as",
        "given_on",
        "for_name",
        "for_portrait",
        "for_biography",
        "for_contact",
        "until",
        "withdrawn_on",
    )
    list_filter = ("given_as", "until")
    list_select_related = ("prisoner",)
    autocomplete_fields = ("prisoner",)
    show_full_result_count = False
    fieldsets: ClassVar[Any] = (
        (
            None,
            {
                "fields": (
                    "prisoner",
                    ("given_by", "given_as", "given_on"),
                    ("for_name", "for_portrait", "for_biography", "for_contact"),
                    ("until", "withdrawn_on"),
                    "note",
                )
            },
        ),
    )

    class Media:
        css = {"all": ["admin_desk/desk.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prisoner__names")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self.reads_restricted(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say of what has ended why it stays; of others nothing goes but their time."""
        _deleted, _counts, permissions, _protected = super().get_deleted_objects(objs, request)
        over = [f"{one}: {STAYS}" for one in objs if one.is_over]
        return [str(one) for one in objs], {}, permissions, over

    def delete_model(self, request: HttpRequest, obj: Consent) -> None:
        obj.withdraw(day=timezone.localdate())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for one in queryset:
            self.delete_model(request, one)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        words = _("The consent is kept, as withdrawn today: nothing is shown by it from now on.")
        messages.success(request, words)
        return HttpResponseRedirect(reverse("admin:prisoners_consent_changelist"))

    def _may_change(self, request: HttpRequest) -> bool:
        return self.has_publish_permission(request) and self.reads_restricted(request)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.reads_restricted(request):
            messages.success(request, _("The consent is kept."))
            return HttpResponseRedirect(page_of(obj.prisoner))
        return super().response_add(request, obj, *args, **kwargs)
