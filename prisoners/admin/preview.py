"""A draft as visitors would see it: the public page itself, behind the gate."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from prisoners.admin.standing import page_of
from prisoners.desk.workflow import UNPUBLISHED, with_parts
from prisoners.models import Prisoner, Record
from prisoners.models.looking import as_if_published, by_a_visitor
from prisoners.reading.owners import root_of

READS: Final = ("SELECT", "WITH", "EXPLAIN", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True, slots=True)
class Language:
    """A preview in one language: where it is, and what the language calls itself."""

    code: str
    name: str
    url: str
    is_current: bool

    @property
    def address(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Preview:
    """What the banner of a previewed page says, and the same page in the other languages."""

    languages: list[Language]
    back: str


def preview_page(record: Record, **query: str) -> str:
    """Return the address of the preview of a record, or of what it is a part of."""
    root = root_of(record)
    name = f"admin:prisoners_{root._meta.model_name}_preview"
    address = reverse(name, args=[root.pk])
    return f"{address}?{urlencode(query)}" if query else address


def preview(request: HttpRequest, record: Record) -> HttpResponseBase:
    """Answer with the public page of a record, as it would be if the record were published.

    Nothing is written: the database refuses it meanwhile. Nobody else sees any of it, and it is
    kept nowhere.
    """
    root = root_of(record)
    codes = [code for code, _name in settings.LANGUAGES]
    code = request.GET.get("lang", codes[0])
    code = code if code in codes else codes[0]
    drafts = drafts_of(root)
    before = translation.get_language()
    try:
        with (
            translation.override(code),
            by_a_visitor(timezone.localdate()),
            as_if_published(drafts),
            reading_only(),
        ):
            response = _answer(request, root, code)
    except (Http404, Resolver404):
        response = None
    translation.activate(before or codes[0])
    if response is None or response.status_code != 200:
        messages.warning(
            request,
            _("Visitors would see nothing of this: it, or what it hangs on, is kept from them."),
        )
        return HttpResponseRedirect(page_of(root))
    response.headers["Cache-Control"] = "no-store"
    return response


def drafts_of(record: Record) -> dict[type[Any], frozenset[int]]:
    """Return what publishing a record would make public, by kind; see ``workflow.publish``."""
    found: dict[type[Any], set[int]] = defaultdict(set)
    for one in with_parts(record):
        if one is record or one.state in UNPUBLISHED:
            found[type(one)].add(one.pk)
    return {model: frozenset(numbers) for model, numbers in found.items()}


def _answer(request: HttpRequest, record: Record, code: str) -> HttpResponseBase:
    address, _mark, query = record.get_absolute_url().partition("#")[0].partition("?")
    portrait = reverse("portrait", args=[record.slug]) if isinstance(record, Prisoner) else ""
    if portrait and "portrait" in request.GET:
        address, query = portrait, ""
    match = resolve(address)
    asked = copy.copy(request)
    asked.path = asked.path_info = address
    asked.method = "GET"
    asked.GET = QueryDict(query)
    asked.META = {**request.META, "QUERY_STRING": query, "PATH_INFO": address}
    asked.user = AnonymousUser()
    asked.resolver_match = match
    asked.LANGUAGE_CODE = code
    asked.preview = Preview(  # type: ignore[attr-defined]  # read by the context of all pages
        [
            Language(one, str(name), preview_page(record, lang=one), one == code)
            for one, name in settings.LANGUAGES
        ],
        page_of(record),
    )
    response: HttpResponseBase = match.func(asked, *match.args, **match.kwargs)
    if portrait and isinstance(response, HttpResponse):
        # Its own address knows of no draft.
        shown = preview_page(record, portrait="1")
        response.content = response.content.replace(portrait.encode(), shown.encode())
    return response


@contextmanager
def reading_only() -> Iterator[None]:
    """Refuse whatever would write to the database."""

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip("( \n").upper().startswith(READS):
            raise RuntimeError(f"a preview writes nothing: {sql[:40]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield
