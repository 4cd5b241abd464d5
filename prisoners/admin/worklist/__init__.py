"""What the desk opens on: what needs doing, how much of it there is, and where it is done.

Each item asks its question in ``prisoners.reading``, and says here in words what the answer is
and which page mends it.
"""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from prisoners.admin.logged import recent
from prisoners.admin.worklist.disclosures import DueDisclosures
from prisoners.admin.worklist.facts import Conflicting, Disputed, Uncited, Unnamed
from prisoners.admin.worklist.item import Asking, Item
from prisoners.admin.worklist.mentions import NamesTold
from prisoners.admin.worklist.records import (
    Duplicates,
    InReview,
    Proposed,
    ProposedMerges,
    RefusedRows,
    Unarchived,
    Unconfirmed,
)
from prisoners.admin.worklist.saying import count_label, number
from prisoners.adminsite import DeskSite
from prisoners.models.accounts import WRITE, may
from prisoners.reading.worklist.listed import MOST, Count, count

PAGE_SIZE: Final = 50
MINE: Final = "mine"


# In the order in which they stand on the desk.
ITEMS: Final[tuple[Item, ...]] = (
    Uncited(),
    InReview(),
    Proposed(),
    ProposedMerges(),
    Unnamed(),
    Conflicting(),
    Disputed(),
    Unconfirmed(),
    DueDisclosures(),
    NamesTold(),
    Duplicates(),
    RefusedRows(),
    Unarchived(),
)


# Pages ------------------------------------------------------------------------------------


def asked(request: HttpRequest, *, mine: bool = False) -> Asking:
    """Return who asks, and decide which day it is."""
    user = cast(int, request.user.pk) if mine else None
    return Asking(timezone.localdate(), may(request.user, WRITE), user)


def items_for(request: HttpRequest) -> list[Item]:
    """Return the items that somebody may be shown."""
    return [item for item in ITEMS if may(request.user, item.permission)]


def opening(request: HttpRequest) -> dict[str, Any]:
    """Return what the desk's first page holds: what is to be done, what is not, what was done."""
    asking = asked(request)
    work, done = [], []
    for item in items_for(request):
        found = count(item.rows(asking))
        if found:
            work.append(
                {
                    "title": item.title(),
                    "todo": item.todo(),
                    "count": number(found.number),
                    "is_more": found.is_more,
                    "count_label": count_label(found),
                    "url": reverse("admin:work", args=[item.name]),
                }
            )
        else:
            done.append(item.nothing())
    return {"work": work, "done": done, "recent": recent(request)}


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show what is to be done of one kind, each with the page on which it is done."""
    item = next((one for one in ITEMS if one.name == name), None)
    if item is None:
        raise Http404
    if not may(request.user, item.permission):
        raise PermissionDenied
    mine = item.by_person and request.GET.get("whose") == MINE
    asking = asked(request, mine=mine)
    rows = item.rows(asking)
    is_cut = isinstance(rows, list) and len(rows) > MOST
    shown = Paginator(rows[:MOST] if is_cut else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    total = shown.paginator.count
    found = ngettext("%(number)s to be done", "%(number)s to be done", total)
    context = {
        **admin.site.each_context(request),
        "title": item.title(),
        "todo": item.todo(),
        "nothing": item.nothing(),
        "found": found % {"number": count_label(Count(total, is_cut))},
        "is_cut": is_cut,
        "lines": item.lines(list(shown), asking),
        "by_person": item.by_person,
        "mine": mine,
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
    }
    return TemplateResponse(request, "admin/prisoners/work.html", context)


cast(DeskSite, admin.site).open_with(opening, page)
