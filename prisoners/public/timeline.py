"""Everything by date."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from prisoners.alphabets import sort_key
from prisoners.dates import FIRST_YEAR, LAST_YEAR
from prisoners.models import Record, looking
from prisoners.public import words
from prisoners.public.addresses import page
from prisoners.public.events import by_month
from prisoners.public.filter_form import box
from prisoners.public.footnotes import Footnotes
from prisoners.public.over_time import Beside, arrests_and_releases, beside, held_over_time
from prisoners.reading import timeline
from prisoners.reading.filters import ChoicesField

PAGE_SIZE = 50

Context = dict[str, Any]


class TimelineForm(forms.Form):
    """What the timeline may be asked for."""

    kind = ChoicesField(label=gettext_lazy("Kind"), choices=timeline.Kind.choices, required=False)
    country = ChoicesField(
        label=gettext_lazy("Country"), choices=lambda: list(countries), required=False
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        error_messages={"invalid": gettext_lazy("A year is a whole number, such as 2025.")},
    )


@page
def timeline_page(request: HttpRequest) -> HttpResponse:
    form = TimelineForm(request.GET)
    singly = timeline.tells_singly()
    unknown = [name for name in request.GET if name not in {*form.fields, "page"}]
    context: Context = {"unknown_filters": unknown}
    if not form.is_valid():
        errors = [message for messages in form.errors.values() for message in messages]
        context |= {"errors": errors, "filters": _filter_form(form, request, singly=singly)}
        return render(request, "timeline.html", context, status=400)
    paginator = Paginator(
        timeline.rows(
            [timeline.Kind(kind) for kind in form.cleaned_data["kind"]],
            form.cleaned_data["country"],
            form.cleaned_data["year"],
            singly=singly,
        ),
        PAGE_SIZE,
    )
    try:
        shown = paginator.page(request.GET.get("page", 1))
    except (EmptyPage, PageNotAnInteger):
        message = _("There is no page “%(page)s”: this list has %(pages)s.") % {
            "page": request.GET["page"][:20],
            "pages": paginator.num_pages,
        }
        context |= {"errors": [message], "filters": _filter_form(form, request, singly=singly)}
        return render(request, "timeline.html", context, status=400)
    happened = timeline.events(list(shown))
    records: list[Record] = [event.record for event in happened]
    # The pictures are of every kind of thing at once.
    has_pictures = shown.number == 1 and not form.cleaned_data["kind"]
    around = beside(form.cleaned_data["country"]) if has_pictures else None
    notes = Footnotes(records, around.records if around else ())
    context |= {
        "filters": _filter_form(form, request, singly=singly),
        "told_singly": singly,
        "counted": words.number(paginator.count),
        **by_month(happened, notes),
        "page_obj": shown,
        "pages": list(paginator.get_elided_page_range(shown.number)),
    }
    if around:
        context |= _pictures(form, around)
    if not happened:
        context["empty"] = {
            "title": _("Nothing is documented here under these filters."),
            "searched": "",
            "tries": [{"label": _("the whole timeline"), "url": reverse("timeline")}],
        }
    context["notes"] = notes.notes
    return render(request, "timeline.html", context)


def _pictures(form: TimelineForm, around: Beside) -> Context:
    countries, year = form.cleaned_data["country"], form.cleaned_data["year"]
    first, last = None, looking.today()
    if year is not None:
        first, last = date(year, 1, 1), min(date(year, 12, 31), last)
    return {
        "over_time": held_over_time(around, last, first, countries),
        "months": arrests_and_releases(last, first, countries),
    }


def _filter_form(form: TimelineForm, request: HttpRequest, *, singly: bool) -> Context:
    fields: list[Context] = []
    known = {
        "kind": [kind.value for kind in timeline.kinds_told(singly=singly)],
        "country": timeline.countries_in_use(),
    }
    labels = {"kind": dict(timeline.Kind.choices), "country": dict(countries)}
    known["country"].sort(key=lambda code: sort_key(name := labels["country"][code], name))
    for name, values in known.items():
        chosen = request.GET.getlist(name)
        choices = [
            box(name, value, labels[name].get(value, value), None, chosen) for value in values
        ]
        fields.append(
            {
                "kind": "checkbox",
                "name": name,
                "label": form.fields[name].label,
                "choices": choices,
            }
        )
    fields.append(
        {
            "kind": "text",
            "name": "year",
            "id": "filter-year",
            "label": form.fields["year"].label,
            "value": request.GET.get("year", "")[:20],
            "hint": _("Such as 2025. Things without a date are left out then."),
            "error": form.errors.get("year", [""])[0],
        }
    )
    return {
        "action": reverse("timeline"),
        "results": "results",
        "open": any(request.GET.getlist(name) for name in form.fields),
        "fields": fields,
    }
