"""The list of prisoners."""

from __future__ import annotations

from typing import Any

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django_countries.fields import Country

from prisoners import dates
from prisoners.models import (
    CountRange,
    Detention,
    Prisoner,
    Status,
)
from prisoners.public import cards, words
from prisoners.public.addresses import page
from prisoners.public.footnotes import Footnotes
from prisoners.reading import people
from prisoners.reading.figures import latest_held
from prisoners.reading.filters import NOT_STATED, PrisonerFilter
from prisoners.reading.search import LONGEST

PAGE_SIZE = 50
# What else may stand in the address of the list without being a filter.
NOT_FILTERS = {"page"}

Context = dict[str, Any]


@page
def prisoner_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    asked = PrisonerFilter(request.GET, Prisoner.objects.published(), today=today)
    unknown = [name for name in request.GET if name not in {*asked.filters, *NOT_FILTERS}]
    context: Context = {"unknown_filters": unknown, "fields": None}
    if not asked.is_valid():
        context |= {
            "errors": [message for messages in asked.form.errors.values() for message in messages],
            "filters": _filter_form(asked, request.GET, {}),
        }
        return render(request, "prisoners/list.html", context, status=400)
    listed = people.for_list(asked.people)
    ordered = (
        people.by_nearness(listed, asked.found)
        if asked.found
        else people.by_name(listed, get_language() or "en")
    )
    paginator = Paginator(ordered, PAGE_SIZE)
    try:
        shown = paginator.page(request.GET.get("page", 1))
    except (EmptyPage, PageNotAnInteger):
        context |= {
            "errors": [
                gettext("There is no page “%(page)s”: this list has %(pages)s.")
                % {"page": request.GET["page"][:20], "pages": paginator.num_pages}
            ],
            "filters": _filter_form(asked, request.GET, asked.facets()),
        }
        return render(request, "prisoners/list.html", context, status=400)
    rows = list(shown)
    notes = Footnotes(record for person in rows for record in people.listed_records_of(person))
    counted = asked.count()
    context |= {
        "filters": _filter_form(asked, request.GET, asked.facets()),
        "sentence": _sentence(asked, request.GET, counted),
        "counted": counted,
        "table": {
            "caption": gettext("People, the nearest name first")
            if asked.found
            else gettext("People, by name"),
            "rows": [_row(person, asked, notes) for person in rows],
        },
        "notes": notes.notes,
        "page_obj": shown,
        "pages": list(paginator.get_elided_page_range(shown.number)),
        "guess": _guess(asked) if rows else None,
        "empty": None if rows else _empty(asked),
        "reported": _reported_held(asked, notes) if Status.HELD in asked.statuses else None,
    }
    context["notes"] = notes.notes
    return render(request, "prisoners/list.html", context)


def _row(person: Prisoner, asked: PrisonerFilter, notes: Footnotes) -> Context:
    detention = people.latest_detention(person, asked.day)
    custody = Status(person.custody)  # type: ignore[attr-defined]  # annotated by status()
    # Somebody of whom the status asked for is only possible is shown under it, and marked.
    possibly = bool(asked.statuses) and custody not in asked.statuses
    status = asked.statuses[0] if possibly else custody
    shown, own = person.display_name(), words.own_name(person)
    row: Context = {
        "name": person.name,
        "lang": words.language_of(shown),
        "url": person.get_absolute_url(),
        "own_name": own.text if own else "",
        "own_lang": words.language_of(own),
        "name_refs": notes.refs(shown, "text") if shown else [],
        **_matched(person, asked),
        "status": "unknown" if status is Status.NOT_YET else status.value,
        "possibly": possibly,
    }
    if detention is None:
        return row
    since = words.label(detention.began)
    place, place_refs = _place(detention, notes)
    return row | {
        "since": since,
        "since_refs": notes.refs(detention, "began") if since else [],
        "status_since": words.when(detention.ended)
        if status in (Status.RELEASED, Status.DIED)
        else "",
        "until": words.label(detention.ended) if status is Status.HELD else "",
        "status_refs": notes.refs(detention, *status_facts(detention)),
        "confirmed": confirmed(detention) if status is Status.HELD and detention.is_open else "",
        "place": place,
        "place_refs": place_refs,
    }


def status_facts(detention: Detention) -> list[str]:
    """Return the fields that a person's status rests on."""
    if detention.is_open:
        return ["last_confirmed"] if detention.last_confirmed else []
    return ["end_kind", "ended"] if detention.ended else ["end_kind"]


def _place(detention: Detention, notes: Footnotes) -> tuple[str, list[Context]]:
    """Where somebody is held or went; where neither is known, the country that held them."""
    if detention.is_open:
        placements = list(detention.placements.all())
        if placements:
            return str(placements[-1].facility), notes.refs(placements[-1], "facility")
    else:
        for outcome in detention.outcomes.all():
            if outcome.destination:
                to = gettext("to %(country)s") % {"country": outcome.destination.name}
                return to, notes.refs(outcome, "destination")
    held_in = gettext("held in %(country)s") % {"country": detention.country.name}
    return held_in, notes.refs(detention, "country")


def confirmed(detention: Detention) -> str:
    """Return when an open detention was last confirmed, in words."""
    if detention.last_confirmed is None:
        return gettext("not confirmed since the arrest")
    return gettext("last confirmed %(when)s") % {"when": words.when(detention.last_confirmed)}


def _filter_form(
    asked: PrisonerFilter, data: QueryDict, facets: dict[str, dict[str, int]]
) -> Context:
    fields: list[Context] = []
    for name, one in asked.filters.items():
        chosen = data.getlist(name)
        if name == "status" and asked.is_valid():
            # A day alone asks who was held: the box says so.
            chosen = [status.value for status in asked.statuses]
        messages = asked.form.errors.get(name) or [""]
        field: Context = {
            "kind": {"on": "date", "q": "search"}.get(name, "checkbox"),
            "name": name,
            "id": f"filter-{name}",
            "label": one.label,
            "value": chosen[-1][:LONGEST] if chosen else "",
            "hint": one.extra.get("help_text", ""),
            "error": messages[0],
        }
        if field["kind"] == "checkbox":
            counts = facets.get(name, {})
            known = [str(value) for value, _label in _choices(asked, name)]
            field["choices"] = [
                {
                    "value": value,
                    "label": _choice_label(name, value),
                    "count": counts.get(value),
                    "checked": value in chosen,
                    "id": f"filter-{name}-{value}",
                }
                for value in known
                # A choice that would list nobody is left out, unless it is the one chosen.
                if counts.get(value) or value in chosen or name == "status"
            ]
        fields.append(field)
    return {
        "action": reverse("prisoner-list"),
        "results": "chips results",
        "open": bool(asked.form.errors)
        or any(data.getlist(name) for name in asked.filters if name != "q"),
        "fields": [one for one in fields if one["kind"] != "checkbox" or one["choices"]],
        "hidden": [],
    }


def _choices(asked: PrisonerFilter, name: str) -> Any:
    field: Any = asked.form.fields[name]
    return field.choices


def _choice_label(name: str, value: str) -> str:
    if name == "country":
        return str(Country(value).name) or value
    if name == "status":
        return str(Status(value).label)
    return gettext("not stated") if value == NOT_STATED else str(Prisoner.Gender(value).label)


def _sentence(asked: PrisonerFilter, data: QueryDict, counted: CountRange) -> Context:
    """Say what is listed, each filter removable: ``2 people · released · by Belarus``."""
    chips = []
    for name in asked.filters:
        for value in data.getlist(name):
            if not value:
                continue
            rest = data.copy()
            rest.setlist(name, [one for one in data.getlist(name) if one != value])
            rest.pop("page", None)
            if name == "on":
                label = gettext("on %(day)s") % {"day": dates.day_label(asked.day)}
            elif name == "q":
                label = gettext("named like “%(name)s”") % {"name": value[:LONGEST]}
            elif name == "country":
                label = gettext("detained by %(country)s") % {"country": _choice_label(name, value)}
            else:
                label = _choice_label(name, value)
            chips.append({"label": label, "remove_url": f"?{rest.urlencode()}" if rest else "."})
    if asked.form.cleaned_data.get("on") and not asked.form.cleaned_data.get("status"):
        chips.insert(0, {"label": gettext("held"), "remove_url": "."})
    lead = ngettext("%(count)s person", "%(count)s people", counted.possible) % {
        "count": words.count(counted)
    }
    return {
        "lead": f"{lead}:" if chips else lead,
        "chips": chips,
        "clear_url": reverse("prisoner-list") if chips else "",
    }


def _guess(asked: PrisonerFilter) -> Context | None:
    """Say that nobody has this name, where those listed only come close."""
    if asked.found is None or not asked.found.guessed:
        return None
    name = asked.form.cleaned_data["q"]
    return {
        "title": gettext("Nobody is documented here under “%(name)s”.") % {"name": name},
        "text": gettext("The closest names are these."),
    }


def _matched(person: Prisoner, asked: PrisonerFilter) -> Context:
    """Return the spelling that was found, where it is not the name shown."""
    matches = asked.found.matches if asked.found else ()
    spelling = next((one.spelling for one in matches if one.prisoner == person.pk), None)
    if spelling is None or spelling.text == person.name:
        return {"matched": "", "matched_lang": ""}
    return {"matched": spelling.text, "matched_lang": spelling.language}


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
