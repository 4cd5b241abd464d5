"""Reported numbers side by side, with what is documented here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prisoners.models import CountRange, Figure, Status
from prisoners.public import cards, words
from prisoners.public.addresses import page
from prisoners.public.disagreements import disagreements
from prisoners.public.footnotes import Footnotes
from prisoners.public.releases import comparison
from prisoners.reading.figures import compare_all, day_of, documented_held

PAGE_SIZE = 50

Context = dict[str, Any]


@page
def figure_list(request: HttpRequest) -> HttpResponse:
    found = (
        Figure.objects.published()
        .select_related("stated_by", "release")
        .order_by("country", "counts", F("as_of_first").desc(nulls_last=True), "pk")
    )
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    notes = Footnotes(shown)
    context = {
        "groups": _groups(list(shown), notes),
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
    }
    context["disagreements"] = disagreements(shown, notes)
    context["notes"] = notes.notes
    return render(request, "figures.html", context)


def _groups(figures: list[Figure], notes: Footnotes) -> list[Context]:
    """Return the figures by what they count and where, each with what is documented of the day."""
    held = cache(documented_held)  # many figures are of the same day
    by_quantity: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        by_quantity[str(figure.country.code), figure.counts].append(figure)
    return [
        {
            "title": _("%(counts)s, %(country)s")
            % {
                "counts": _first_upper(of_one[0].get_counts_display()),
                "country": of_one[0].country.name,
            },
            "rows": [_row(figure, held, notes) for figure in of_one],
            "comparisons": [comparison(one) for one in compare_all(of_one)],
        }
        for of_one in by_quantity.values()
    ]


def _row(figure: Figure, held: Callable[[str, date], CountRange], notes: Footnotes) -> Context:
    day = day_of(figure)
    documented = None
    if day and figure.counts == Figure.Counts.HELD:
        country = str(figure.country.code)
        counted = held(country, day)
        documented = cards.documented(
            counted,
            Status.HELD,
            ngettext(
                "person documented here as held, detained by %(country)s",
                "people documented here as held, detained by %(country)s",
                counted.possible,
            )
            % {"country": figure.country.name},
            day,
            country=country,
            on=day.isoformat(),
        )
        happened = figure.release.happened if figure.release else None
        if figure.as_of is None and happened and happened.inferred:
            documented["as_of"] = _("%(when)s (the day is inferred)") % {
                "when": documented["as_of"]
            }
    release = figure.release
    return {
        "anchor": f"figure-{figure.pk}",
        "reported": cards.reported(figure, notes) | {"proof_url": "", "proof_label": ""},
        "is_estimate": figure.is_estimate,
        "release": {"url": release.get_absolute_url(), "title": str(release)} if release else None,
        "documented": documented,
        "label": words.figure(figure),
    }


def _first_upper(text: object) -> str:
    return str(text)[:1].upper() + str(text)[1:]
