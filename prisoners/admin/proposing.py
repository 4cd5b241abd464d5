"""Saving the page of a public record: what visitors see is proposed, the rest is saved at once.

The page is saved as always, by every rule of forms, models and database, and looked at; then all of
it is undone, and saved once more with what is public left as it is. What was undone is proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from prisoners.admin.guarded import Guarded
from prisoners.admin.opened import as_sent, form_values, is_entry, page_values
from prisoners.admin.standing import missing
from prisoners.desk import revisions
from prisoners.desk.revisions import Key, Values, on_page, put, values_of
from prisoners.desk.workflow import needs_second
from prisoners.models import Record, Revision, State, kind_of
from prisoners.models.accounts import WRITE, may
from prisoners.models.workflow import NO_FACTS
from prisoners.reading.review import proposed_for

WHY: Final = "_why"
# In the address of a record's page: which proposal of one's own it is to show and change.
REVISION: Final = "revision"


@dataclass(slots=True)
class Heard:
    """Stands in for a request's messages while a page is saved that may be undone."""

    said: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, *message: Any) -> None:
        self.said.append(message)


@dataclass(slots=True)
class Stored:
    """What a page's records hold at one moment."""

    public: dict[Key, Values] = field(default_factory=dict)
    rest: dict[Key, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record) -> Stored:
        stored = cls()
        for one in on_page(record):
            key, values = (kind_of(one), one.pk), values_of(one)
            if one.state == State.PUBLISHED:
                stored.public[key] = values
                values = {}
            kept = {
                name: one.__dict__.get(name) for name in NO_FACTS if name != "updated_at"
            }  # fmt: skip
            stored.rest[key] = (values, kept)
        return stored


class _UndoneError(Exception):
    """Leaves a transaction without keeping what was written in it."""


def must_propose(user: Any, record: Any) -> bool:
    """Whether somebody's change to a record waits for somebody else to accept it."""
    if not isinstance(record, Record) or record.state != State.PUBLISHED:
        return False
    return may(user, WRITE) and needs_second(user)


class Proposing(Guarded):
    """A page on which a change of what is public is proposed where it takes two."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Return a record; where one's own proposal is changed, with what it proposes."""
        record = super().get_object(request, object_id, from_field)
        if record is not None and request.method == "GET" and REVISION in request.GET:
            overlay(record, self.proposed_values(request, record))
        return record

    def own_revision(self, request: HttpRequest, record: Record) -> Revision | None:
        """Return the undecided proposal of whoever asks that the address names."""
        number = request.GET.get(REVISION, "")
        if not re.fullmatch(r"\d{1,18}", number):
            return None
        return proposed_for(record).filter(by=request.user, pk=number).first()  # type: ignore[misc]  # signed in by now

    def proposed_values(self, request: HttpRequest, record: Record) -> dict[Key, Values]:
        if not hasattr(request, "proposed_values"):
            revision = self.own_revision(request, record)
            request.proposed_values = {  # type: ignore[attr-defined]  # set by us
                (one["kind"], one["record"]): {
                    name: after for name, (_before, after) in one["fields"].items()
                }
                for one in (revision.changes if revision else ())
            }
        found: dict[Key, Values] = request.proposed_values  # type: ignore[attr-defined]  # set by us
        return found

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether somebody may open the form: what they cannot change at once they propose."""
        at_once: bool = super().has_change_permission(request, obj)
        return at_once or must_propose(request.user, obj)

    def save_page(
        self, request: HttpRequest, object_id: str, form_url: str, extra: dict[str, Any] | None
    ) -> HttpResponse:
        stored = self.get_object(request, unquote(object_id))
        if not must_propose(request.user, stored):
            return super().save_page(request, object_id, form_url, extra)
        before = Stored.of(stored)
        heard, said = Heard(), getattr(request, "_messages", None)
        changes: dict[Key, dict[str, list[str | None]]] = {}
        saved = False
        _hear(request, heard)
        try:
            with transaction.atomic():
                response = super().save_page(request, object_id, form_url, extra)
                if response.status_code == 302:
                    after = Stored.of(self.get_object(request, unquote(object_id)))
                    changes = differences(before, after)
                    saved = after.rest != before.rest
                if changes:
                    raise _UndoneError
        except _UndoneError:
            pass
        finally:
            _hear(request, said)
        if not changes:
            for message in heard.said:
                messages.add_message(request, *message)
            return response
        if saved:
            self._save_rest(request, object_id, form_url, extra)
        now = Stored.of(self.get_object(request, unquote(object_id)))
        revision = revisions.propose(
            record=stored,
            changes=changes,
            added=[key for key in now.rest if key not in before.rest],
            by=request.user,
            reason=request.POST.get(WHY, ""),
            instead_of=self.own_revision(request, stored),
        )
        say_proposed(request, revision)
        return HttpResponseRedirect(response["Location"])

    def _save_rest(
        self, request: HttpRequest, object_id: str, form_url: str, extra: dict[str, Any] | None
    ) -> None:
        """Save the page with everything that is public left as it is."""
        sent, files = request.POST, request.FILES
        stored = self.get_object(request, unquote(object_id))
        entries = without_public(sent, *self.unfilled(request, stored))
        _send(request, entries, MultiValueDict())
        try:
            super().save_page(request, object_id, form_url, extra)
        finally:
            _send(request, sent, files)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = context.get("original")
        if record is not None:
            context["proposes"] = must_propose(request.user, record)
            context["own_revision"] = self.own_revision(request, record)
            context["revisions"] = proposed_for(record)
            if context["own_revision"] is not None:
                # The form shows what is proposed; what it was opened at is what is stored.
                proposed, request.proposed_values = request.proposed_values, {}  # type: ignore[attr-defined]  # set by us
                unfilled = self.unfilled(request, type(record)._default_manager.get(pk=record.pk))
                context["opened"] = page_values(*unfilled).as_text()
                request.proposed_values = proposed  # type: ignore[attr-defined]  # set by us
        return super().render_change_form(request, context, *args, **kwargs)


def say_proposed(request: HttpRequest, revision: Revision) -> None:
    """Say that nothing changed yet, and where what was proposed is to be seen."""
    words = _("Visitors see no change yet: what you changed waits for somebody else's review.")
    address = reverse("admin:prisoners_revision_change", args=[revision.pk])
    link = format_html('{} <a href="{}">{}</a>', words, address, _("See the proposal"))
    messages.add_message(request, messages.SUCCESS, link)
    if lacking := missing(revision):
        links = format_html_join(
            "",
            '<li>{} <a href="{}">{}</a></li>',
            ((one.text, one.url, one.link) for one in lacking),
        )
        words = _("It can be accepted once each of these has a source of its own:")
        said = format_html("{}<ul>{}</ul>", words, links)
        messages.add_message(request, messages.WARNING, said)


def propose_as_it_was(
    request: HttpRequest, record: Record, row: Any, names: Iterable[str], reason: str
) -> None:
    """Propose that fields of a public record hold again what a row of its history says."""
    now, then = values_of(record), values_of(row)
    changes = {name: [now[name], then.get(name)] for name in names if name in now}
    changes = {name: change for name, change in changes.items() if change[0] != change[1]}
    if not changes:
        raise ValidationError(_("Nothing is put back: it is so already."))
    revision = revisions.propose(
        record=record,
        changes={(kind_of(record), record.pk): changes},
        by=request.user,
        reason=reason,
    )
    say_proposed(request, revision)


def _hear(request: HttpRequest, storage: Any) -> None:
    """Let what is said to whoever asks be kept elsewhere than Django keeps it."""
    request._messages = storage  # type: ignore[attr-defined]  # noqa: SLF001  # its only place


def _send(request: HttpRequest, entries: QueryDict, files: Any) -> None:
    """Let a request bring other entries and files."""
    request.POST = entries  # type: ignore[assignment]  # what is read from here on
    request._files = files  # type: ignore[attr-defined]  # noqa: SLF001  # its only place


def overlay(record: Record, proposed: dict[Key, Values]) -> None:
    """Show of a record what is proposed, without saving."""
    put(record, proposed.get((kind_of(record), record.pk), {}))


def differences(before: Stored, after: Stored) -> dict[Key, dict[str, list[str | None]]]:
    """Return how the fields of what is public changed, record by record."""
    changes: dict[Key, dict[str, list[str | None]]] = {}
    for key, values in before.public.items():
        new = after.public.get(key, values)
        changed = {name: [old, new[name]] for name, old in values.items() if old != new[name]}
        if changed:
            changes[key] = changed
    return changes


def without_public(entries: QueryDict, form: Any, formsets: Iterable[Any]) -> QueryDict:
    """Return the entries of a page with those of facts that are public as they are stored."""
    left = entries.copy()
    left.pop("_publish", None)
    _put_back(left, form, form.prefix or "")
    for formset in formsets:
        stored = {str(one.instance.pk): one for one in formset.initial_forms}
        key = formset.model._meta.pk.name
        for name in entries:
            found = re.fullmatch(rf"({re.escape(formset.prefix)}-\d+-){key}", name)
            row = stored.get(entries.get(name) or "") if found else None
            if found and row is not None and row.instance.state == State.PUBLISHED:
                _put_back(left, row, found[1])
    return left


def _put_back(entries: QueryDict, form: Any, at: str) -> None:
    values = form_values(form)
    for name, given in form.fields.items():
        if name in NO_FACTS or not is_entry(form, name):
            continue
        if isinstance(given, forms.FileField):
            entries.pop(f"{at}{name}-clear", None)
        else:
            entries.setlist(f"{at}{name}", as_sent(values.get(name)))
