"""The list of prisoners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from prisoners.models import Prisoner, Status, looking
from prisoners.public import cards
from prisoners.public.addresses import page
from prisoners.public.filter_form import NOT_FILTERS, filter_form, sentence
from prisoners.public.footnotes import Footnotes
from prisoners.public.rows import Rows
from prisoners.reading import people
from prisoners.reading.figures import latest_held
from prisoners.reading.filters import PrisonerFilter, Standing
from prisoners.reading.snapshot.kept import current

PAGE_SIZE = 50

Context = dict[str, Any]


@page
def prisoner_list(request: HttpRequest) -> HttpResponse:
    today = looking.today()
    asked = PrisonerFilter(request.GET, current(), today=today)
    unknown = [name for name in request.GET if name not in {*asked.filters, *NOT_FILTERS}]
    context: Context = {"unknown_filters": unknown, "fields": None}
    if not asked.is_valid():
        context |= {
            "errors": [message for messages in asked.form.errors.values() for message in messages],
            "filters": filter_form(asked, request.GET, {}),
        }
        return render(request, "prisoners/list.html", context, status=400)
    listed = Listed(asked, get_language() or "en")
    paginator = Paginator(listed, PAGE_SIZE)
    try:
        shown = paginator.page(request.GET.get("page", 1))
    except (EmptyPage, PageNotAnInteger):
        context |= {
            "errors": [
                gettext("There is no page “%(page)s”: this list has %(pages)s.")
                % {"page": request.GET["page"][:20], "pages": paginator.num_pages}
            ],
            "filters": filter_form(asked, request.GET, asked.facets()),
        }
        return render(request, "prisoners/list.html", context, status=400)
    language = get_language()
    rows = [(people.Line.of(person, asked.day, language), standing) for person, standing in shown]
    notes = Footnotes(record for line, _ in rows for record in line.records)
    counted = asked.count()
    context |= {
        "filters": filter_form(asked, request.GET, asked.facets()),
        "sentence": sentence(asked, request.GET, counted),
        "counted": counted,
        "table": {
            "caption": gettext("People, the nearest name first")
            if asked.by_nearness
            else gettext("People, by %(order)s") % {"order": asked.order.label},
            "rows": Rows(asked, notes).of(rows),
        },
        "page_obj": shown,
        "pages": list(paginator.get_elided_page_range(shown.number)),
        "guess": _guess(asked) if rows else None,
        "empty": None if rows else _empty(asked),
        "reported": _reported_held(asked, notes) if Status.HELD in asked.statuses else None,
    }
    context["notes"] = notes.notes
    asked.forget()
    answer = render(request, "prisoners/list.html", context)
    people.let_go(person for person, _standing in shown)
    return answer


class Listed(Sequence[tuple[Prisoner, Standing]]):
    """The people that filters leave, in order; loaded a page at a time."""

    def __init__(self, asked: PrisonerFilter, language: str) -> None:
        self.asked = asked
        self.language = language

    def __len__(self) -> int:
        return self.asked.count().possible

    @overload
    def __getitem__(self, place: int) -> tuple[Prisoner, Standing]: ...
    @overload
    def __getitem__(self, place: slice) -> list[tuple[Prisoner, Standing]]: ...
    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, slice):
            return self[place : place + 1][0]
        numbers = self.asked.page(place.start or 0, place.stop, self.language).tolist()
        standing = self.asked.standing(numbers)
        return [(person, standing[person.pk]) for person in people.for_list(numbers)]


def _guess(asked: PrisonerFilter) -> Context | None:
    """Say that nobody has this name and those listed only come close, or that there are more."""
    if asked.found is None:
        return None
    name = asked.form.cleaned_data["q"]
    if asked.found.cut:
        return {
            "title": gettext("Many names are like “%(name)s”.") % {"name": name},
            "text": gettext(
                "These are the nearest ones, not all of them, and their number says nothing of how "
                "many there are. More of the name finds the right one."
            ),
        }
    if not asked.found.guessed:
        return None
    return {
        "title": gettext("Nobody is documented here under “%(name)s”.") % {"name": name},
        "text": gettext("The closest names are these."),
    }


def _empty(asked: PrisonerFilter) -> Context:
    if name := asked.form.cleaned_data.get("q"):
        return {
            "title": gettext("Nobody is documented here under “%(name)s”, and no name is close.")
            % {"name": name},
            "searched": gettext(
                "Names are compared across scripts and spellings. This record names only people "
                "whose case rests on a cited source: somebody missing here may well be held."
            ),
            "tries": [
                {"label": gettext("the family name alone, or its first letters"), "url": ""},
                {"label": gettext("everybody in this record"), "url": reverse("prisoner-list")},
            ],
        }
    return {
        "title": gettext("Nobody is documented here under these filters."),
        "searched": gettext(
            "That is what this record holds, not what there is: it names only people whose "
            "case rests on a cited source."
        ),
        "tries": [
            {"label": gettext("everybody in this record"), "url": reverse("prisoner-list")},
            {"label": gettext("what others report"), "url": reverse("figure-list")},
        ],
    }


def _reported_held(asked: PrisonerFilter, notes: Footnotes) -> list[Context]:
    """What others report to be held, beside what is documented; never on a day of the past."""
    if asked.form.cleaned_data.get("on"):
        return []
    countries = asked.form.cleaned_data.get("country") or []
    figures = latest_held(countries)
    notes.add(figures)
    return [cards.reported(figure, notes) for figure in figures]
