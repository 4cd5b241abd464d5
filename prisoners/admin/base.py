"""What every kind of record has at the desk: its state in plain words, and named actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, models
from django.db.models import Case, Q, When
from django.forms.models import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from django_countries.fields import CountryField

from prisoners.admin.fields import LARGEST_NUMBER, CountryChoice, IntervalWidget, RecordChoice
from prisoners.admin.forms import RecordForm, RecordFormSet
from prisoners.admin.history import HistoryPages
from prisoners.admin.preview import preview, preview_page
from prisoners.admin.proposing import Proposing, must_propose
from prisoners.admin.roles import ByRole
from prisoners.admin.standing import Standing, page_of, standing
from prisoners.admin.steps import WithReason, reason_of, steps_shown
from prisoners.desk import workflow
from prisoners.desk.former_addresses import forget_telling
from prisoners.desk.telling import refuse_telling
from prisoners.models import (
    Affiliation,
    Citation,
    Detention,
    Placement,
    Prisoner,
    Recognition,
    Record,
    ReleaseDestination,
    ReleaseOutcome,
    State,
    Statement,
    Translation,
)
from prisoners.models.accounts import RESTRICTED_FACTS
from prisoners.models.deals import DealParty
from prisoners.models.fields import IntervalField
from prisoners.reading.owners import owner_of, root_of
from prisoners.reading.search import find_any

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    StackedInline = admin.StackedInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    StackedInline = admin.StackedInline

# What the words for a record (its ``str``) are made from, besides itself.
NEEDED: Final[dict[type[models.Model], tuple[str, ...]]] = {
    Prisoner: ("names",),
    Affiliation: ("prisoner__names", "actor"),
    Recognition: ("prisoner__names", "organisation"),
    Detention: ("prisoner__names",),
    Placement: ("detention__prisoner__names", "facility"),
    ReleaseDestination: ("release",),
    ReleaseOutcome: ("detention__prisoner__names", "release"),
    DealParty: ("actor",),
    Statement: ("speaker", "prisoner__names"),
    Citation: ("source",),
}

KEEPING = (
    gettext_lazy("Kept by the site"),
    {"fields": ("key", "created_at", "updated_at"), "classes": ("collapse", "late")},
)
VERBS: Final[dict[str, tuple[Callable[..., int], Any]]] = {
    "publish": (workflow.publish, gettext_lazy("Publish")),
    "submit": (workflow.submit, gettext_lazy("Submit for review")),
    "send_back": (workflow.send_back, gettext_lazy("Send back")),
    "withdraw": (workflow.withdraw, gettext_lazy("Withdraw from the public")),
}


# These are done for a reason only, which somebody else will read.
NEEDS_REASON: Final = ("send_back", "withdraw")
# What came of more records than these is said of them together: a wall of messages is not read.
TOLD_ONE_BY_ONE: Final = 3
REASONS_SHOWN: Final = 10
LINKS_SHOWN: Final = 20


def private(model: type[models.Model]) -> tuple[Any, dict[str, Any]]:
    """Return the part of a page that holds what is kept from the public."""
    names = {field.name for field in model._meta.fields}
    return (
        gettext_lazy("Kept from the public"),
        {
            "fields": ("disclosure", *(name for name in RESTRICTED_FACTS if name in names)),
            "classes": ("collapse", "private", "late"),
            "description": gettext_lazy(
                "Never shown to the public: the reason, who asked, the day, the note. Withheld "
                "hides the whole record."
            ),
        },
    )


def described(model: type[models.Model], prefix: str = "") -> list[str]:
    """Return what to load with a record so that its words need no further query."""
    return [f"{prefix}{name}" for name in NEEDED.get(model, ())]


def variants(word: str) -> set[str]:
    """Return a word in the cases that it may be written in: SQLite folds those of ASCII only."""
    if word.isascii():
        return {word}
    return {word, word.lower(), word.upper(), word.capitalize()}


@dataclass(frozen=True, slots=True)
class People:
    """The people found by a name or an id: the spelling that matched of each, the nearest first.

    ``exact`` where they were found; else they only come close.
    """

    spellings: dict[int, str]
    exact: bool


def people_found(term: str) -> People:
    """Find people by public id, address or name, among all there are."""
    by_id = Prisoner.objects.filter(Q(public_id=term.lower()) | Q(slug=term.lower())).order_by()
    spellings = dict.fromkeys(by_id.values_list("pk", flat=True), "")
    found = find_any(term)
    exact = bool(spellings) or not found.guessed
    for match in found.matches:
        spellings.setdefault(match.prisoner, match.spelling.text)
    return People(spellings, exact)


class OfRecords(ByRole):
    """What pages and inlines of records share."""

    # Whether a chosen record can be opened beside the choice; a table has no room for it.
    opens_related = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, IntervalField):
            kwargs["widget"] = IntervalWidget
        elif isinstance(db_field, CountryField) and not db_field.multiple:
            kwargs["widget"] = CountryChoice
        elif isinstance(db_field, models.IntegerField) and not db_field.choices:
            kwargs["max_value"] = LARGEST_NUMBER
        elif isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A way to delete a whole record does not belong beside a choice of it.
            field.widget.can_delete_related = False
            field.widget.can_change_related &= self.opens_related
            field.widget.can_view_related &= self.opens_related
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if issubclass(db_field.remote_field.model, Record):
            kwargs["widget"] = RecordChoice(db_field, self.admin_site)  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin: its base has it


class RecordAdmin(HistoryPages, Proposing, OfRecords, ModelAdmin):
    """A kind of record at the desk.

    ``person`` is the path to the prisoner, by whose names a record is found.
    """

    form = RecordForm
    actions: tuple[str, ...] = ("publish", "submit", "send_back", "withdraw")
    action_form = WithReason
    list_filter: ClassVar[Any] = ("state", "disclosure")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "—"
    readonly_fields: ClassVar[Any] = ("key", "created_at", "updated_at")
    person: str | None = None
    # Whether a part is worked on further on its own page after it is saved.
    stays = False

    class Media:
        css = {"all": ["admin_desk/desk.css"]}
        js = ["admin_desk/desk.js"]

    # Lists and choices

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).prefetch_related(*described(self.model))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        # PostgreSQL refuses NUL in a query, too late for Django's own check of filters.
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise IncorrectLookupParameters
        return super().get_changelist_instance(request)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Find records of people by name, and others, or where no name matches, by their text.

        A name is found as the public finds it, among all there are, the nearest first. A text is
        found in any case and script; it takes reading every record, so names come before it.
        """
        term = search_term.strip()
        if "\0" in term:
            return queryset.none(), False
        if self.person is None or not term:
            return self._holding(request, queryset, term), False
        people = people_found(term)
        request.people = people  # type: ignore[attr-defined]  # read by whoever labels the choices
        if people.exact:
            return self._about(queryset, people, request), False
        by_text = self._holding(request, queryset, term)
        if not people.spellings or by_text.exists():
            return by_text, False
        return self._about(queryset, people, request), False

    def _holding(
        self, request: HttpRequest, queryset: models.QuerySet[Any], term: str
    ) -> models.QuerySet[Any]:
        """Return the records that hold every word."""
        for word in term.split():
            found = Q()
            for field in self.get_search_fields(request):
                for variant in variants(word):
                    found |= Q(**{f"{field}__icontains": variant})
            queryset = queryset.filter(found)
        return queryset

    def _about(
        self, queryset: models.QuerySet[Any], people: People, request: HttpRequest
    ) -> models.QuerySet[Any]:
        """Return the records about people, in their order where no other one is asked for."""
        path = self.person or "pk"
        queryset = queryset.filter(**{f"{path}__in": list(people.spellings)})
        if ORDER_VAR in request.GET:
            return queryset
        places = [When(**{path: one}, then=place) for place, one in enumerate(people.spellings)]
        return queryset.order_by(Case(*places, default=len(places)), "pk")

    def choice_label(self, request: HttpRequest, record: Any) -> str:
        """Return the words for a record among others to choose from: namesakes differ in them."""
        if self.person is None:
            return str(record)
        person = attrgetter(self.person.replace("__", "."))(record) if self.person else record
        if person is None:
            return str(record)
        found = getattr(request, "people", People({}, exact=False)).spellings.get(person.pk, "")
        known = [str(record)]
        if found and found != person.name:
            known.append(found)
        if person.birth:
            known.append(_("born %(date)s") % {"date": person.birth.label()})
        return " · ".join([*known, person.public_id])

    # The page of one record

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_fieldsets(request, obj), *self.kept_back(request, obj)]

    def kept_back(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Return the last parts of a page; whoever enters a record says what is to be kept back."""
        shown = [private(self.model)] if obj is None or self.reads_restricted(request) else []
        return [*shown, KEEPING] if obj else shown

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        if obj is None:
            return None
        # As it is stored: a form with errors has left its entries on the other one.
        shown = self.model._default_manager.published().filter(pk=obj.pk).first()
        return public_url(shown) if shown else None

    def is_shown(self, record: Record) -> bool:
        """Whether visitors see a record now: it and all that it hangs on."""
        return bool(self.model._default_manager.published().filter(pk=record.pk).exists())

    def tools(self, record: Any) -> list[tuple[str, str]]:
        """Return what is often done next with a record, as words and addresses."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = context.get("original")
        if record is not None and not context["is_popup"]:
            # As it is stored: a form with errors has left its entries on the other one.
            stored = self.model._default_manager.get(pk=record.pk)
            now = standing(
                stored,
                is_public=self.is_shown(stored),
                proposes=must_propose(request.user, stored),
            )
            context |= {
                "standing": now,
                "tools": self.tools(stored) if self.has_add_permission(request) else [],
                "verbs": self._verbs(request, stored, now),
                **steps_shown(stored),
                "preview_url": preview_page(stored),
            }
        context["show_save_and_continue"] = False
        is_free = not context["is_popup"] and (record is None or record.state != State.PUBLISHED)
        publishes = self.has_publish_permission(request)
        # Whoever saves is the last author; where it takes two, saving leads to the other one.
        context["can_save_and_publish"] = publishes and is_free and settings.ONE_PERSON_TEAM
        context["can_save_and_submit"] = is_free and (record is None or record.state == State.DRAFT)
        return super().render_change_form(request, context, *args, **kwargs)

    def _verbs(self, request: HttpRequest, record: Record, now: Standing) -> list[dict[str, Any]]:
        """Return the named actions that make sense for a record now."""
        possible = {
            State.DRAFT: ("publish", "submit"),
            State.IN_REVIEW: ("publish", "send_back"),
            State.PUBLISHED: ("publish", "withdraw") if now.new else ("withdraw",),
            State.WITHDRAWN: ("publish",),
        }[State(record.state)]
        name = f"admin:prisoners_{self.opts.model_name}_%s"
        return [
            {
                "name": verb,
                "label": _("Publish what is new") if now.new and verb == "publish" else label,
                "url": reverse(name % verb, args=[record.pk]),
                "needs_reason": verb in NEEDS_REASON,
            }
            for verb, (_verb, label) in VERBS.items()
            if verb in possible and self._may(request, verb, record)
        ]

    def _may(self, request: HttpRequest, verb: str, record: Any) -> bool:
        """Whether somebody may do a named action to a record: what is public is an editor's."""
        if verb != "submit" and not self.has_publish_permission(request):
            return False
        return self.changes_at_once(request, record)

    # Saving

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form again with a readable reason where the database refuses what passed it.

        That is a rule across rows that other rows of the same page break, another researcher's
        change at the same moment, or a text that tells what is held back. Nothing is written then.
        """
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (DatabaseError, ValidationError) as error:
            if request.method != "POST":
                raise
            request.refusal = refusal(error)  # type: ignore[attr-defined]  # read by get_form
            # Nothing of what was said while it was saved is true.
            said: Any = messages.get_messages(request)
            said._queued_messages.clear()  # noqa: SLF001  # its only place
            for _name, files in request.FILES.lists():
                for file in files:
                    file.seek(0)
            return super().changeform_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change:
            self._ask_for_sources(request, form)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for part in formset.initial_forms:
            if part.instance.pk and part.has_changed():
                self._ask_for_sources(request, part)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            self._settle_taken_away(request, form, formsets)
            refuse_telling(form.instance)
            forget_telling(form.instance)

    def _settle_taken_away(self, request: HttpRequest, form: Any, formsets: Any) -> None:
        """Let go of the sources of what is said no more; last, as they may be on the same page."""
        parts = [one for some in formsets for one in some.initial_forms if one.has_changed()]
        for one in (form, *parts):
            if one.instance.pk:
                facts = [name for name in one.changed_data if name in one.instance.facts]
                workflow.settle_taken_away(record=one.instance, names=facts, by=request.user)

    def _ask_for_sources(self, request: HttpRequest, form: Any) -> None:
        """Say which public facts were changed: their sources may say something else."""
        record = form.instance
        facts = [name for name in form.changed_data if name in record.facts]
        if facts and record.state == State.PUBLISHED:
            names = ", ".join(str(record._meta.get_field(name).verbose_name) for name in facts)
            self.message_user(
                request,
                _(
                    "Changed in public: %(facts)s. Check that the sources still say so. Once a new "
                    "source is public, those of the value before say only what they said, or are "
                    "withdrawn."
                )
                % {"facts": names},
                messages.WARNING,
            )

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._after_saving(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._after_saving(request, obj)

    def _after_saving(self, request: HttpRequest, record: Any) -> HttpResponseRedirect:
        """Go back to where the work is: the same page, or for a part the page that it is on."""
        if "_publish" in request.POST and self._may(request, "publish", record):
            self._do(request, "publish", [record])
            return HttpResponseRedirect(page_of(record))
        if "_submit" in request.POST and self._may(request, "submit", record):
            self._do(request, "submit", [record])
            return HttpResponseRedirect(page_of(record))
        if isinstance(record, Citation | Translation):
            return HttpResponseRedirect(page_of(root_of(record)))
        owner = None if self.stays else owner_of(record)
        return HttpResponseRedirect(page_of(owner or record))

    # Named actions

    def get_urls(self) -> list[URLPattern]:
        def route(verb: str) -> URLPattern:
            view = self.admin_site.admin_view(require_POST(self._verb_view))
            name = f"prisoners_{self.opts.model_name}_{verb}"
            return path(f"<number:pk>/{verb}/", view, {"verb": verb}, name=name)

        preview_view = self.admin_site.admin_view(require_safe(self._preview_view))
        name = f"prisoners_{self.opts.model_name}_preview"
        seen = path("<number:pk>/preview/", preview_view, name=name)
        return [*map(route, VERBS), seen, *super().get_urls()]

    def _preview_view(self, request: HttpRequest, pk: int) -> Any:
        record = self.get_object(request, str(pk))
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined]  # a mixin; Django's own way, without types
        return preview(request, record)

    def _verb_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        record = self.get_object(request, str(pk))
        if not self._may(request, verb, record):
            raise PermissionDenied
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined,no-any-return]  # a mixin; Django's own way, without types
        self._do(request, verb, [record])
        return HttpResponseRedirect(page_of(record))

    def _do(self, request: HttpRequest, verb: str, records: Iterable[Any]) -> None:
        """Do a named action to each record and say what came of it, one by one."""
        action, label = VERBS[verb]
        done: list[Any] = []
        refused: list[tuple[Any, ValidationError]] = []
        for record in records:
            if not self._may(request, verb, record):
                raise PermissionDenied
            try:
                action(record=record, by=request.user, reason=reason_of(request.POST))
            except ValidationError as error:
                refused.append((record, error))
            else:
                done.append(record)
                self.log_change(request, record, str(label))
        self._say_refused(request, verb, refused)
        self._say_done(request, verb, done)

    def _say_done(self, request: HttpRequest, verb: str, done: list[Any]) -> None:
        """Say of each what it is now; of many, of which there may be hundreds, only how many."""
        number = len(done)
        if done and verb == "submit":
            words = ngettext(
                "%(number)s record waits for review.", "%(number)s records wait for review.", number
            )
        elif number > TOLD_ONE_BY_ONE and verb == "publish":
            words = ngettext(
                "%(number)s record is published.", "%(number)s records are published.", number
            )
        else:
            for record in done:
                self.message_user(request, self._said(verb, record), messages.SUCCESS)
            return
        self.message_user(request, words % {"number": number}, messages.SUCCESS)

    def _say_refused(
        self, request: HttpRequest, verb: str, refused: list[tuple[Any, ValidationError]]
    ) -> None:
        """Say why each was refused; of many that were not published, each reason once."""
        if len(refused) > TOLD_ONE_BY_ONE and verb == "publish":
            self.message_user(request, _many_refused(refused), messages.ERROR)
            return
        for record, error in refused:
            self.message_user(request, _refused(verb, record, error), messages.ERROR)

    def _said(self, verb: str, record: Any) -> SafeString | str:
        if verb == "withdraw":
            return _("“%(record)s” is withdrawn: visitors no longer see it.") % {"record": record}
        if verb == "send_back":
            return _("“%(record)s” is a draft again, with your word to its author.") % {
                "record": record
            }
        if not self.is_shown(record):
            return _("“%(record)s” is published, and not shown to visitors.") % {"record": record}
        address = public_url(record)
        words = _("“%(record)s” is public.") % {"record": record}
        if address is None:
            return words
        return format_html('{} <a href="{}">{}</a>', words, address, _("See it on the site"))

    @admin.action(permissions=["publish"], description=gettext_lazy("Publish"))
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self._do(request, "publish", queryset)

    @admin.action(permissions=["change"], description=gettext_lazy("Submit for review"))
    def submit(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self._do(request, "submit", queryset)

    @admin.action(permissions=["publish"], description=gettext_lazy("Send back"))
    def send_back(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self._do(request, "send_back", queryset)

    @admin.action(permissions=["publish"], description=gettext_lazy("Withdraw from the public"))
    def withdraw(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self._do(request, "withdraw", queryset)

    # Deleting

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what was never public is deleted: an address that was public keeps its word."""
        if isinstance(obj, Record) and obj.state not in workflow.UNPUBLISHED:
            return False
        return super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say of what was public that it is withdrawn instead, before any word of permissions."""
        deleted, counts, permissions, protected = super().get_deleted_objects(objs, request)
        public = [one for one in objs if one.state not in workflow.UNPUBLISHED]
        if public:
            permissions = set()  # nobody has them, and the page would speak of them alone
            protected = [
                *protected,
                *(
                    _("“%(record)s” was public: withdraw it instead of deleting it.")
                    % {"record": one}
                    for one in public
                ),
            ]
        return deleted, counts, permissions, protected


class PartsInline(OfRecords):
    """Parts of a record on its page; each can be opened on its own for what is rarely needed."""

    form: type[ModelForm[Any]] = RecordForm
    formset: Any = RecordFormSet
    extra = 0
    show_change_link = True
    view_on_site: ClassVar[Any] = False
    related: tuple[str, ...] = ()
    opens_related = False
    # Whether it stands before the record's own fields.
    leads = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]  # a mixin: its base has it
        formset.may_publish = self.has_publish_permission(request)
        formset.proposes = must_propose(request.user, obj)
        formset.proposed = getattr(request, "proposed_values", {})
        return formset

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether somebody may add parts: drafts may be added to what is public."""
        return super().has_add_permission(request, obj) or must_propose(request.user, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) or must_propose(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the table has boxes to delete; those of what was public are closed."""
        return super().has_delete_permission(request, obj) or must_propose(request.user, obj)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset: models.QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]  # a mixin: its base has it
        model: type[models.Model] = self.model  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        return queryset.prefetch_related(*described(model), *self.related)


class PartsTable(PartsInline, TabularInline):
    """Parts with few fields, a row each."""

    template = "admin/prisoners/table.html"


class PartsList(PartsInline, StackedInline):
    """Parts with many fields, one under the other."""


def public_url(record: Record) -> str | None:
    """Return the public address of a record or of what it is a part of; None where it has none."""
    address = getattr(record, "get_absolute_url", None)
    if callable(address):
        return str(address())
    owner = owner_of(record)
    return public_url(owner) if owner else None


def _refused(verb: str, record: Record, error: ValidationError) -> SafeString | str:
    if verb in NEEDS_REASON:
        return f"{record}: {' '.join(error.messages)}"
    return format_html(
        '{} <a href="{}">{}</a><ul>{}</ul>',
        _("“%(record)s” is not published. This is missing:") % {"record": record},
        page_of(record),
        _("Its page links to where each is entered."),
        format_html_join("", "<li>{}</li>", ((one,) for one in dict.fromkeys(error.messages))),
    )


def _many_refused(refused: list[tuple[Any, ValidationError]]) -> SafeString:
    """Say together why many records were not published: what they share is said once."""
    reasons = Counter(one for _record, error in refused for one in dict.fromkeys(error.messages))
    shown = [(reason,) for reason, _number in reasons.most_common(REASONS_SHOWN)]
    number = len(refused)
    words = ngettext(
        "%(number)s record is not published. This is missing:",
        "%(number)s records are not published. This is missing:",
        number,
    )
    # The page of each says all that it lacks, and links to where that is entered.
    links = [(page_of(record), record) for record, _error in refused[:LINKS_SHOWN]]
    return format_html(
        "{}<ul>{}</ul>{}{}",
        words % {"number": number},
        format_html_join("", "<li>{}</li>", shown),
        format_html_join(" · ", '<a href="{}">{}</a>', links),
        " …" if number > LINKS_SHOWN else "",
    )


def refusal(error: DatabaseError | ValidationError) -> ValidationError:
    """Return the message of the rule that the database named when it refused to write."""
    if isinstance(error, ValidationError):
        return ValidationError(error.messages)
    said = str(error)
    if "add up to more people" in said:
        return ValidationError(_("The destinations add up to more people than were announced."))
    for model in apps.get_app_config("prisoners").get_models():
        for constraint in model._meta.constraints:
            columns = getattr(constraint, "fields", None)
            names = ", ".join(
                f"{model._meta.db_table}.{model._meta.get_field(one).column}"  # type: ignore[union-attr]  # a field of its own, and no relation to it
                for one in columns or ()
            )
            if constraint.name in said or (names and said.endswith(f"failed: {names}")):
                return ValidationError(str(constraint.violation_error_message))
    return ValidationError(
        _(
            "This could not be saved: it breaks a rule of the record, or somebody else has just "
            "changed the same. Nothing was saved; look at the entries and try again."
        )
    )
