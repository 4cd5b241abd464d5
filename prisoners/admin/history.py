"""The history of a record and of its parts at the desk: in words, to be put back, and by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from prisoners import dates
from prisoners.admin.proposing import must_propose, propose_as_it_was
from prisoners.admin.standing import page_of
from prisoners.desk.putting_back import can_be_put_back, put_back
from prisoners.desk.workflow import UNPUBLISHED
from prisoners.models import (
    TARGETS,
    TRANSLATED,
    Citation,
    Origin,
    Record,
    Translation,
    recorded,
)
from prisoners.models.accounts import PUBLISH, RESTRICTED, RESTRICTED_FACTS, WRITE, may
from prisoners.models.fields import IntervalField
from prisoners.reading.history import (
    Known,
    Step,
    Steps,
    as_known_on,
    author,
    changed,
    deleted,
    history_begins,
    hold_back,
    moment,
    origin,
    said,
    title,
)
from prisoners.reading.owners import root_of

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Base = ModelAdmin[Any]
else:
    Base = object

PER_PAGE: Final = 50
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Value:
    """What a field held, in words; ``is_given`` is false where it held nothing."""

    words: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that was changed, from what to what; ``url`` leads to putting it back."""

    label: str
    before: Value
    after: Value
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One change in words. ``kept_back`` is whether it holds what one's role does not show."""

    kind: str
    record: str
    what: str
    who: str
    at: datetime
    when: str
    why: str
    origin: str
    operation: str
    changes: list[FieldChange]
    kept_back: bool
    is_new: bool
    is_gone: bool
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A record as it was known on a day, in words, and its parts."""

    kind: str
    record: str
    facts: list[tuple[str, Value]]
    since: str
    who: str
    parts: list[Section]


class Words:
    """Says what rows of history hold, in words, for somebody with a role.

    Everything that the rows speak of is loaded at once.
    """

    def __init__(self, request: HttpRequest, site: Any, rows: Iterable[Any]) -> None:
        rows = list(rows)
        self.restricted = may(request.user, "view_restricted")
        if not self.restricted:
            hold_back(rows)
        self.loaded: dict[tuple[type[Any], int], Any] = {}
        needed: dict[type[Any], set[int]] = defaultdict(set)
        for row in rows:
            for field in row.instance_type._meta.concrete_fields:
                if field.is_relation and (number := getattr(row, field.attname)) is not None:
                    needed[field.related_model].add(number)
        for model, numbers in needed.items():
            self._load(request, site, model, numbers)

    def _load(self, request: HttpRequest, site: Any, model: type[Any], numbers: set[int]) -> None:
        found = site.get_model_admin(model).get_queryset(request).in_bulk(numbers)
        if gone := numbers - found.keys():
            history: Any = model.history
            latest = (
                history.filter(id__in=gone)
                .order_by()
                .values("id")
                .annotate(latest=Max("history_id"))
            )
            for row in history.filter(pk__in=latest.values("latest")):
                found[row.id] = row.instance
        self.loaded |= {(model, number): record for number, record in found.items()}

    def shows(self, field: Any) -> bool:
        return self.restricted or field.name not in RESTRICTED_FACTS

    def record(self, row: Any) -> Any:
        """Return the record as a row has it, with what it hangs on."""
        record = row.instance
        for field in row.instance_type._meta.concrete_fields:
            if field.is_relation:
                number = getattr(row, field.attname)
                other = self.loaded.get((field.related_model, number))
                if other is not None:
                    setattr(record, field.name, other)
        return record

    def value(self, row: Any, field: Any) -> Value:
        value = getattr(row, field.attname) if row is not None else None
        if value in (None, "", []):
            return Value(pgettext("of a value", "not given"), is_given=False)
        return Value(self._words(row, field, value), is_given=True)

    def _words(self, row: Any, field: Any, value: Any) -> str:
        if field.is_relation:
            return self._related(field, value)
        if isinstance(field, IntervalField):
            return str(value.label())
        if getattr(field, "countries", None):
            return ", ".join(one.name for one in (value if field.multiple else [value]))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, date):
            return dates.on_day(value).label()
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if field.name == "field" and row.instance_type in (Citation, Translation):
            return self._fact(row, value)
        return str(value)

    def _related(self, field: Any, number: int) -> str:
        other = self.loaded.get((field.related_model, number))
        if other is None:
            kind = field.related_model._meta.verbose_name
            return _("deleted: %(kind)s") % {"kind": kind}
        return str(other)

    def _fact(self, row: Any, name: str) -> str:
        """Return the words for the fact that a citation or translation is about."""
        kinds: dict[str, Any] = TARGETS if row.instance_type is Citation else TRANSLATED
        target = next((one for one in kinds if getattr(row, f"{one}_id") is not None), None)
        if target is None:
            return name
        return str(kinds[target]._meta.get_field(name).verbose_name)


def put_back_url(row: Any, field: str = "") -> str:
    name = f"admin:prisoners_{row.instance_type._meta.model_name}_put_back"
    return reverse(name, args=[row.id, row.pk], query={"field": field} if field else None)


class HistoryPages(Base):
    """The pages of a record's history, in place of Django's list of saved forms."""

    def get_urls(self) -> list[URLPattern]:
        name = f"prisoners_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("deleted/", wrap(self.deleted_view), name=f"{name}_deleted"),
            path("<number:pk>/known/", wrap(self.known_view), name=f"{name}_known"),
            path(
                "<number:pk>/history/<number:row>/",
                wrap(self.put_back_view),
                name=f"{name}_put_back",
            ),
            *super().get_urls(),
        ]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let whoever saves say why."""
        with recorded(reason=request.POST.get("_why", "").strip()[:LONGEST_REASON]):
            return super().changeform_view(request, *args, **kwargs)

    # All changes

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show all changes of a record and of its parts, the newest first."""
        del extra_context
        record, last = self._kept(request, unquote(object_id))
        found: Any = Steps(self.model, last.id if last else record.pk)  # counted and sliced only
        pages: Paginator[Step] = Paginator(found, PER_PAGE)
        page = pages.get_page(request.GET.get("page"))
        steps = list(page.object_list)
        words = Words(
            request,
            self.admin_site,
            [row for step in steps for row in (step.row, step.before) if row is not None],
        )
        name = str(record) if record else title(last)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of “%(record)s”") % {"record": name},
            "opts": self.opts,
            "original": name,
            "page_url": page_of(record) if record else "",
            "known_url": reverse(f"admin:prisoners_{self.opts.model_name}_known", args=[last.id])
            if last
            else "",
            "today": timezone.localdate(),
            "deleted_url": reverse(f"admin:prisoners_{self.opts.model_name}_deleted"),
            "page": page,
            "pages": pages.get_elided_page_range(page.number),
            "entries": [self._entry(request, words, step, name) for step in steps],
        }
        return TemplateResponse(request, "admin/prisoners/history.html", context)

    def _kept(self, request: HttpRequest, number: str) -> tuple[Any, Any]:
        """Return a record (None: deleted) and its last row of history (None: it has none)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not number.isdecimal() or int(number) >= 2**63:
            raise Http404
        record = self.get_object(request, number)
        history: Any = self.model.history
        last = history.filter(id=number).order_by("-history_id").first()
        if record is None and (last is None or self._is_there(number)):
            raise Http404
        if last is not None and not may(request.user, RESTRICTED):
            hold_back([last])
        return record, last

    def _is_there(self, number: Any) -> bool:
        """Whether a record that somebody is not given is there: kept from them, and not deleted."""
        return bool(self.model._default_manager.filter(pk=number).exists())

    def _entry(self, request: HttpRequest, words: Words, step: Step, name: str) -> Entry:
        row = step.row
        shown = [field for field in step.fields if words.shows(field)]
        is_gone = row.history_type == "-"
        mine = row.instance_type is self.model
        free = self._is_putting_back_allowed(request, step)
        return Entry(
            kind=capfirst(str(row.instance_type._meta.verbose_name)),
            record=name if mine else title(row, words.record(row)),
            what=_what(step),
            who=author(row),
            at=row.history_date,
            when=moment(row.history_date),
            why="" if row.origin == Origin.DOSSIER else row.history_change_reason,
            origin=origin(row),
            operation=row.operation.describe() if row.operation else "",
            changes=[self._change(words, step, field, free) for field in shown],
            kept_back=step.before is not None and not is_gone and len(shown) < len(step.fields),
            is_new=step.before is None and not is_gone,
            is_gone=is_gone,
            url=put_back_url(row) if free and is_gone == step.is_last else "",
        )

    def _change(self, words: Words, step: Step, field: Any, free: bool) -> FieldChange:
        row = step.row
        if row.history_type == "-":
            return FieldChange(_label(field), words.value(row, field), words.value(None, field), "")
        can_go_back = (
            free
            and step.before is not None
            and field.name
            in {one.name for one in can_be_put_back(row.instance_type, restricted=words.restricted)}
        )
        return FieldChange(
            _label(field),
            words.value(step.before, field),
            words.value(row, field),
            put_back_url(step.before, field.name) if can_go_back else "",
        )

    def _is_putting_back_allowed(self, request: HttpRequest, step: Step) -> bool:
        """Whether somebody may change the record of a step as it is now."""
        if not issubclass(step.row.instance_type, Record) or not may(request.user, WRITE):
            return False
        return may(request.user, PUBLISH) or step.row.state_last in UNPUBLISHED

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """List the records of this kind that are gone; the history of each says what it was."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pages = Paginator(deleted(self.model), PER_PAGE)
        page = pages.get_page(request.GET.get("page"))
        rows = list(page.object_list)
        words = Words(request, self.admin_site, rows)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deleted: %(kinds)s") % {"kinds": self.opts.verbose_name_plural},
            "opts": self.opts,
            "page": page,
            "pages": pages.get_elided_page_range(page.number),
            "gone": [
                {
                    "record": title(row, words.record(row)),
                    "url": history_of(row.instance),
                    "when": moment(row.history_date),
                    "who": author(row),
                    "why": row.history_change_reason,
                }
                for row in rows
            ],
        }
        return TemplateResponse(request, "admin/prisoners/deleted.html", context)

    # Putting back

    def put_back_view(self, request: HttpRequest, pk: int, row: int) -> HttpResponse:
        """Show what putting back would change; do it once that is confirmed."""
        history: Any = self.model.history
        then = get_object_or_404(history, pk=row, id=pk)
        record = self.get_object(request, str(pk))
        if record is None and self._is_there(pk):
            raise Http404
        allowed = (
            self.has_change_permission(request, record)
            if record
            else self.has_add_permission(request)
        )
        if not allowed or (then.state not in UNPUBLISHED and not may(request.user, PUBLISH)):
            raise PermissionDenied
        last = history.filter(id=pk).order_by("-history_id").first()
        words = Words(request, self.admin_site, [then, last])
        fields = can_be_put_back(self.model, restricted=words.restricted)
        if chosen := request.GET.get("field"):
            fields = [field for field in fields if field.name == chosen]
        if record is not None:
            fields = [field for field in fields if field in changed(last, then)]
        reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
        errors: list[str] = []
        if request.method == "POST":
            try:
                if record is not None and must_propose(request.user, record):
                    propose_as_it_was(
                        request, record, then, [field.name for field in fields], reason
                    )
                    return HttpResponseRedirect(page_of(record))
                done = put_back(
                    row=then,
                    fields=[field.name for field in fields],
                    by=request.user,
                    reason=reason,
                )
            except ValidationError as error:
                errors = error.messages
            else:
                said_so = _("Put back: %(fields)s") % {"fields": ", ".join(map(_label, fields))}
                self.log_change(request, done, said_so)
                self.message_user(request, f"{said_so}.", messages.SUCCESS)
                return HttpResponseRedirect(history_of(root_of(done)))
        name = title(then, words.record(then))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Put back “%(record)s”") % {"record": name},
            "opts": self.opts,
            "original": name,
            "history_url": history_of(root_of(record)) if record else "",
            "then": moment(then.history_date),
            "is_gone": record is None,
            "errors": errors,
            "reason": reason,
            "changes": [
                FieldChange(
                    _label(field),
                    words.value(last if record else None, field),
                    words.value(then, field),
                    "",
                )
                for field in (fields if record else [one for one in fields if one in said(then)])
            ],
        }
        return TemplateResponse(request, "admin/prisoners/put_back.html", context)

    # By day

    def known_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a record with its parts as it was known at the end of a day."""
        record, last = self._kept(request, str(pk))
        asked = request.GET.get("on", "")
        today = timezone.localdate()
        try:
            day = date.fromisoformat(asked) if asked else today
            known = as_known_on(self.model(pk=pk), day)
            error = ""
        except (ValueError, OverflowError):
            day, known = today, None
            error = _("“%(day)s” is no day; write it as 2021-07-15.") % {"day": asked}
        rows = list(_rows(known)) if known else []
        begins = history_begins(self.model, pk)
        words = Words(request, self.admin_site, rows)
        name = str(record) if record else title(last)
        context = {
            **self.admin_site.each_context(request),
            "title": _("“%(record)s” as known on a day") % {"record": name},
            "opts": self.opts,
            "original": name,
            "page_url": page_of(record) if record else "",
            "history_url": reverse(f"admin:prisoners_{self.opts.model_name}_history", args=[pk]),
            "day": day,
            "day_in_words": dates.on_day(day).label(),
            "today": today,
            "error": error,
            "begins": moment(begins) if begins else "",
            "known": _section(words, known, name) if known else None,
        }
        return TemplateResponse(request, "admin/prisoners/known.html", context)


def history_of(record: Record) -> str:
    """Return the address of a record's history at the desk."""
    return reverse(f"admin:prisoners_{record._meta.model_name}_history", args=[record.pk])


def _label(field: Any) -> str:
    return str(field.verbose_name)


def _what(step: Step) -> str:
    if step.row.history_type == "-":
        return pgettext("a record was", "deleted")
    if step.row.origin == Origin.BEFORE:
        return pgettext("a record was", "there when its history began")
    if step.before is None:
        return pgettext("a record was", "entered")
    return pgettext("a record was", "changed")


def _rows(known: Known) -> Iterator[Any]:
    yield known.row
    for part in known.parts:
        yield from _rows(part)


def _section(words: Words, known: Known, name: str = "") -> Section:
    row = known.row
    state: list[models.Field[Any, Any]] = [
        field
        for field in row.instance_type._meta.concrete_fields
        if field.name in ("state", "disclosure")
    ]
    facts = [field for field in said(row) if field not in state and words.shows(field)]
    return Section(
        kind=capfirst(str(row.instance_type._meta.verbose_name)),
        record=name or title(row, words.record(row)),
        facts=[(_label(field), words.value(row, field)) for field in [*facts, *state]],
        since=moment(row.history_date),
        who=author(row),
        parts=[_section(words, part) for part in known.parts],
    )
