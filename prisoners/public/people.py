"""The list of prisoners."""

from __future__ import annotations

from typing import Any

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from prisoners import dates
from prisoners.models import ASKABLE, CountRange, Detention, Prisoner, Status
from prisoners.models.custody import PrisonerQuerySet
from prisoners.public import cards, words
from prisoners.public.addresses import page
from prisoners.public.footnotes import Footnotes
from prisoners.reading import people
from prisoners.reading.facets import FACETS, NOT_STATED, Facet
from prisoners.reading.figures import latest_held
from prisoners.reading.filters import PrisonerFilter
from prisoners.reading.people import Sort
from prisoners.reading.search import LONGEST

PAGE_SIZE = 50
# So many choices of a filter stand open; the others can be unfolded.
CHOICES_OPEN = 8
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
    ordered = in_order(people.for_list(asked.people), asked)
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
            else gettext("People, by %(order)s") % {"order": asked.order.label},
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


def in_order(listed: PrisonerQuerySet, asked: PrisonerFilter) -> PrisonerQuerySet:
    """Order a list as it is asked for; by nearness where a name is and no order."""
    if asked.found and not asked.form.cleaned_data.get("sort"):
        return people.by_nearness(listed, asked.found)
    if asked.order is Sort.NAME:
        return people.by_name(listed, get_language() or "en")
    return people.by_detention(listed, asked.order, asked.day)


def _row(person: Prisoner, asked: PrisonerFilter, notes: Footnotes) -> Context:
    detention = people.latest_detention(person, asked.day)
    custody = Status(person.custody)  # type: ignore[attr-defined]  # annotated by status()
    # Somebody of whom the status asked for is only possible is shown under it, and marked.
    possibly = bool(asked.statuses) and custody not in asked.statuses
    status = asked.statuses[0] if possibly else custody
    shown, own = person.display_name(), words.own_name(person)
    is_certain = person.is_certain  # type: ignore[attr-defined]  # annotated by the filters
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
        "doubt": ""
        if is_certain or possibly
        else gettext("possibly: the dates known leave it open"),
    }
    if detention is None:
        return row
    since = words.label(detention.began)
    place, place_refs = _place(detention, status, notes)
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


def _place(detention: Detention, status: Status, notes: Footnotes) -> tuple[str, list[Context]]:
    """Where somebody is held, else by whom; where they went, if they are free; else nothing."""
    if status is Status.RELEASED:
        for outcome in detention.outcomes.all():
            if outcome.destination:
                to = gettext("to %(country)s") % {"country": outcome.destination.name}
                return to, notes.refs(outcome, "destination")
        return "", []
    if detention.is_open:
        for stay in detention.placements.all():
            if stay.ended is None:
                return str(stay.facility), notes.refs(stay, "facility")
    held_by = gettext("held by %(country)s") % {"country": detention.country.name}
    return held_by, notes.refs(detention, "country")


def confirmed(detention: Detention) -> str:
    """Return when an open detention was last confirmed, in words."""
    if detention.last_confirmed is None:
        return gettext("no later confirmation is in this record")
    return gettext("last confirmed %(when)s") % {"when": words.when(detention.last_confirmed)}


def _filter_form(
    asked: PrisonerFilter, data: QueryDict, counted: dict[str, dict[str, int]]
) -> Context:
    """Return the form; ``counted`` says how many each choice would list, and may be empty."""
    chosen = {name: data.getlist(name) for name in asked.filters}
    if asked.is_valid():
        # A day alone asks who was held: the box says so.
        chosen["status"] = [status.value for status in asked.statuses]
    fields = [_search_field(asked, data), _status_field(asked, chosen["status"], counted)]
    fields += [
        _facet_field(asked, facet, chosen[facet.name], counted.get(facet.name, {}))
        for facet in FACETS
    ]
    fields += [_day_field(asked, data), _sort_field(asked)]
    narrowed = any(chosen[name] for name in asked.filters if name not in ("q", "sort"))
    return {
        "action": reverse("prisoner-list"),
        "results": "chips results",
        "open": bool(asked.form.errors) or narrowed,
        "fields": [one for one in fields if one["kind"] != "checkbox" or one["choices"]],
        "hidden": [],
    }


def _field(asked: PrisonerFilter, name: str, kind: str, **more: object) -> Context:
    filtered = asked.filters[name]
    return {
        "kind": kind,
        "name": name,
        "id": f"filter-{name}",
        "label": filtered.label,
        "value": "",
        "hint": filtered.extra.get("help_text", ""),
        "error": (asked.form.errors.get(name) or [""])[0],
        **more,
    }


def _search_field(asked: PrisonerFilter, data: QueryDict) -> Context:
    return _field(asked, "q", "search", value=data.get("q", "")[:LONGEST])


def _day_field(asked: PrisonerFilter, data: QueryDict) -> Context:
    return _field(asked, "on", "date", value=data.get("on", "")[:40])


def _sort_field(asked: PrisonerFilter) -> Context:
    order = asked.order if asked.is_valid() else Sort.NAME
    choices = [_choice("sort", sort.value, sort.label, None, [order.value]) for sort in Sort]
    return _field(asked, "sort", "select", choices=choices)


def _status_field(
    asked: PrisonerFilter, chosen: list[str], counted: dict[str, dict[str, int]]
) -> Context:
    counts = counted.get("status", {})
    choices = [
        _choice("status", status.value, status.label, counts.get(status.value), chosen)
        for status in ASKABLE
    ]
    return _field(asked, "status", "checkbox", choices=choices)


def _facet_field(
    asked: PrisonerFilter, facet: Facet, chosen: list[str], counts: dict[str, int]
) -> Context:
    """Return the choices that would list somebody, and those chosen, which may not."""
    known = [value for value, number in counts.items() if number]
    known += [value for value in chosen if value not in known and not asked.form.errors]
    choices = [
        _choice(facet.name, value, label, counts.get(value), chosen)
        for value, label in facet.labels(known).items()
    ]
    # Of many choices, those that list the most people stand open; in their order all the same.
    often = sorted(choices, key=lambda one: (not one["checked"], -(one["count"] or 0)))
    first = often[:CHOICES_OPEN] if len(choices) > CHOICES_OPEN + 2 else choices
    return _field(
        asked,
        facet.name,
        "checkbox",
        choices=[one for one in choices if one in first],
        more=[one for one in choices if one not in first],
    )


def _choice(name: str, value: str, label: object, count: int | None, chosen: list[str]) -> Context:
    return {
        "value": value,
        "label": label,
        "count": count,
        "checked": value in chosen,
        "id": f"filter-{name}-{value}".replace(" ", "_"),
    }


def _sentence(asked: PrisonerFilter, data: QueryDict, counted: CountRange) -> Context:
    """Say what is listed, each filter removable: ``2 people: released, detained by Belarus``."""
    chips = [
        {"label": label, "remove_url": _without(data, name, value)}
        for name in asked.filters
        for value in data.getlist(name)
        if value and (label := _chip(asked, name, value))
    ]
    if asked.form.cleaned_data.get("on") and not asked.form.cleaned_data.get("status"):
        chips.insert(
            0, {"label": gettext("held"), "remove_url": _without(data, "on", str(data["on"]))}
        )
    lead = ngettext("%(count)s person", "%(count)s people", counted.possible) % {
        "count": words.count(counted)
    }
    return {
        "lead": f"{lead}:" if chips else lead,
        "chips": chips,
        "clear_url": reverse("prisoner-list") if chips else "",
    }


def _chip(asked: PrisonerFilter, name: str, value: str) -> str:
    """Return one filter as a part of the sentence; empty for the order, which is none."""
    if name == "q":
        return gettext("named like “%(name)s”") % {"name": value[:LONGEST]}
    if name == "on":
        return gettext("on %(day)s") % {"day": dates.day_label(asked.day)}
    if name == "status":
        return str(Status(value).label)
    facet = next((facet for facet in FACETS if facet.name == name), None)
    if facet is None:
        return ""
    label = facet.labels([value]).get(value, value)
    if facet.name == "gender" and value != NOT_STATED:
        return label
    return f"{str(facet.label).lower()} {label}"


def _without(data: QueryDict, name: str, value: str) -> str:
    """Return the address of the list without one value of one filter."""
    rest = data.copy()
    rest.setlist(name, [one for one in data.getlist(name) if one != value])
    rest.pop("page", None)
    return f"{reverse('prisoner-list')}?{rest.urlencode()}" if rest else reverse("prisoner-list")


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
