"""Sources with every fact that rests on them; actors and facilities."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prisoners.models import (
    Actor,
    Affiliation,
    Concession,
    DealParty,
    Facility,
    Figure,
    Placement,
    Recognition,
    Release,
    ReleaseDestination,
    Source,
    Statement,
    looking,
)
from prisoners.public import cards, words
from prisoners.public.addresses import page, page_of
from prisoners.public.disagreements import disagreements
from prisoners.public.footnotes import Footnotes, byline
from prisoners.public.person import statement
from prisoners.public.quoting import quotation
from prisoners.reading.people import names_loaded
from prisoners.reading.provenance import Fact, facts, field_label, resting_on, value_label
from prisoners.reading.provenance import page_of as page_of_record
from prisoners.reading.translations import translate

PAGE_SIZE = 50
FACTS_SHOWN = 200
# So many people are shown on the page of an actor, for each of what they have to do with it.
PEOPLE_SHOWN = 100

Context = dict[str, Any]


@page
def source_list(request: HttpRequest) -> HttpResponse:
    found = Source.objects.published().order_by("title", "pk")
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "sources": [{"source": one, "byline": byline(one)} for one in shown],
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
    }
    return render(request, "sources/list.html", context)


@page_of(Source)
def source_detail(request: HttpRequest, found: QuerySet[Source]) -> HttpResponse:
    source = get_object_or_404(found)
    shown = Paginator(resting_on(source), FACTS_SHOWN).get_page(request.GET.get("page"))
    found_facts = facts(list(shown))
    count = shown.paginator.count
    translate(fact.record for fact in found_facts)
    context = {
        "source": source,
        "about": [
            {"label": label, "value": value}
            for label, value in (
                (_("Kind"), source.get_kind_display()),
                (_("Author"), source.author),
                (_("Publisher"), source.publisher),
                (_("Published"), words.label(source.published)),
            )
        ],
        "fact_count": ngettext(
            "%(count)s citation of this source", "%(count)s citations of this source", count
        )
        % {"count": words.number(count)},
        "groups": _grouped(found_facts),
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
        "crumbs": [{"label": _("Sources"), "url": reverse("source-list")}],
        "quotation": quotation(source.title, source.get_absolute_url(), looking.today()),
    }
    return render(request, "sources/detail.html", context)


def _value(fact: Fact) -> str:
    """Return what a source is cited for, in words; numbers as their own pages write them."""
    if isinstance(fact.record, Figure) and fact.field in ("", "value"):
        counted = fact.record.get_counts_display()
        number = words.figure(fact.record)
        return number if fact.field else f"{number} {counted}"
    value = getattr(fact.record, fact.field) if fact.field else None
    if isinstance(value, int) and not isinstance(value, bool):
        return words.number(value)
    return value_label(fact.record, fact.field)


def _grouped(facts: list[Fact]) -> list[Context]:
    """Return facts under the record whose page shows them, one row for each value."""
    groups: dict[str, Context] = {}
    for fact in facts:
        title, url = page_of_record(fact.record)
        group = groups.setdefault(url, {"title": title, "url": url, "facts": {}})
        key = (type(fact.record), fact.record.pk, fact.field, fact.citation.stance)
        row = group["facts"].setdefault(
            key,
            {
                "label": field_label(fact.record, fact.field),
                "value": _value(fact),
                "stance": fact.citation.stance,
                "places": [],
                "says": [],
            },
        )
        row["places"].append(fact.citation.locator or _("the whole source"))
        if fact.citation.value and fact.citation.value not in row["says"]:
            row["says"].append(fact.citation.value)
    return [group | {"facts": list(group["facts"].values())} for group in groups.values()]


@page_of(Actor)
def actor_detail(request: HttpRequest, found: QuerySet[Actor]) -> HttpResponse:
    actor = get_object_or_404(
        found.prefetch_related(
            Prefetch("deals", DealParty.objects.published().select_related("deal")),
            Prefetch("deals_by_others", DealParty.objects.published().select_related("deal")),
            Prefetch("concessions_given", Concession.objects.published().select_related("deal")),
            Prefetch("concessions_received", Concession.objects.published().select_related("deal")),
            Prefetch("releases_ordered", Release.objects.published()),
            Prefetch("releases_announced", Release.objects.published()),
            Prefetch(
                "destinations_stated",
                ReleaseDestination.objects.published().select_related("release"),
            ),
            Prefetch("figures", Figure.objects.published().select_related("stated_by", "release")),
            Prefetch("statements", Statement.objects.published().select_related("release", "deal")),
        )
    )
    affiliations = _some(Affiliation.objects.published().filter(actor=actor))
    recognitions = _some(Recognition.objects.published().filter(organisation=actor))
    translate([actor, *affiliations, *recognitions])
    parts = _parts(actor, affiliations, recognitions)
    figures, statements = list(actor.figures.all()), list(actor.statements.all())
    notes = Footnotes([actor, *(part["record"] for part in parts), *figures, *statements])
    context = {
        "actor": actor,
        "name_refs": notes.refs(actor, "name"),
        "role": {"text": actor.role, "refs": notes.refs(actor, "role")},
        "description": {"text": actor.description, "refs": notes.refs(actor, "description")},
        "parts": [
            (what, [part | {"refs": notes.refs(part["record"], *part["fields"])} for part in alike])
            for what, alike in _by_what(parts).items()
        ],
        "more": _more(actor, affiliations, recognitions),
        "figures": [cards.reported(one, notes) for one in figures],
        "disagreements": disagreements([actor], notes),
        "statements": [statement(one, notes) for one in statements],
        "quotation": quotation(actor.name, actor.get_absolute_url(), looking.today()),
    }
    context["notes"] = notes.notes
    return render(request, "actors/detail.html", context)


def _some(rows: QuerySet[Any]) -> list[Any]:
    """Return as many parts of people as an actor's page shows, with their names."""
    rows = rows.select_related("prisoner").prefetch_related(names_loaded("prisoner__names"))
    return list(rows[:PEOPLE_SHOWN])


def _more(actor: Actor, affiliations: list[Any], recognitions: list[Any]) -> list[Context]:
    """Return who has as much to do with an actor and is not shown, and where they are."""
    more = []
    if len(recognitions) == PEOPLE_SHOWN:
        query = urlencode({"recognised_by": actor.slug})
        more.append(
            {
                "text": _("All the people whom it recognises as political prisoners"),
                "url": f"{reverse('prisoner-list')}?{query}",
            }
        )
    if len(affiliations) == PEOPLE_SHOWN:
        # People, not their parts in it: somebody may have several, and some of them shown.
        shown = {one.prisoner_id for one in affiliations}
        others = Affiliation.objects.published().filter(actor=actor).exclude(prisoner__in=shown)
        count = others.order_by().values("prisoner").distinct().count()
        if count:
            words_for = ngettext(
                "%(count)s more person has to do with it",
                "%(count)s more people have to do with it",
                count,
            )
            more.append({"text": words_for % {"count": words.number(count)}, "url": ""})
    return more


def _parts(actor: Actor, affiliations: list[Any], recognitions: list[Any]) -> list[Context]:
    """Return what an actor has to do with the record, each with the page that says more."""
    parts: list[Context] = []
    for party in [*actor.deals.all(), *actor.deals_by_others.all()]:
        words_for = party.get_role_display() if party.actor_id == actor.pk else _("behind it")
        parts.append(_part(party, words_for, party.deal, "role"))
    parts += [
        _part(one, _("gave: %(what)s") % {"what": one.what}, one.deal, "what")
        for one in actor.concessions_given.all()
    ]
    parts += [
        _part(one, _("was given: %(what)s") % {"what": one.what}, one.deal, "what")
        for one in actor.concessions_received.all()
    ]
    parts += [_part(one, _("let them go"), one, "freed_by") for one in actor.releases_ordered.all()]
    parts += [
        _part(one, _("announced it"), one, "announced_by") for one in actor.releases_announced.all()
    ]
    parts += [
        _part(
            one,
            _("stated: %(number)s to %(country)s")
            % {"number": words.number(one.headcount), "country": one.country.name},
            one.release,
            "headcount",
        )
        for one in actor.destinations_stated.all()
    ]
    parts += [_part(one, one.role, one.prisoner, "role", "began") for one in affiliations]
    parts += [
        _part(one, _("recognised as a political prisoner"), one.prisoner, "organisation", "since")
        for one in recognitions
    ]
    return parts


def _by_what(parts: list[Context]) -> dict[str, list[Context]]:
    """Return parts under what each is, as a list of terms names each of them once."""
    groups: dict[str, list[Context]] = {}
    for part in parts:
        groups.setdefault(part["what"], []).append(part)
    return groups


def _part(record: Any, what: str, about: Any, *fields: str) -> Context:
    return {
        "record": record,
        "what": what,
        "about": str(about),
        "url": about.get_absolute_url(),
        "fields": fields,
    }


@page_of(Facility)
def facility_detail(request: HttpRequest, found: QuerySet[Facility]) -> HttpResponse:
    facility = get_object_or_404(found)
    stays = (
        Placement.objects.published()
        .filter(facility=facility)
        .select_related("detention__prisoner")
        .prefetch_related(names_loaded("detention__prisoner__names"))
        .by_date("began")
    )
    shown = Paginator(stays, PAGE_SIZE).get_page(request.GET.get("page"))
    notes = Footnotes([facility, *shown])
    context = {
        "facility": facility,
        "name_refs": notes.refs(facility, "name"),
        "facts": [
            {"label": _("Kind"), "values": [{"text": facility.get_kind_display()}]},
            {"label": _("Country"), "values": [{"text": facility.country.name}]},
            _stated(_("Address for letters"), facility.address, notes.refs(facility, "address")),
            _stated(_("Position"), _position(facility), notes.refs(facility, "latitude")),
        ],
        "stays": [_stay(one, notes) for one in shown],
        "disagreements": disagreements([facility, *shown], notes),
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
        "quotation": quotation(facility.name, facility.get_absolute_url(), looking.today()),
    }
    context["notes"] = notes.notes
    return render(request, "facilities/detail.html", context)


def _stated(label: str, text: str, refs: list[Context]) -> Context:
    return {"label": label, "values": [{"text": text, "refs": refs}] if text else []}


def _position(facility: Facility) -> str:
    if facility.latitude is None:
        return ""
    return f"{facility.latitude}, {facility.longitude}"


def _stay(stay: Placement, notes: Footnotes) -> Context:
    person = stay.detention.prisoner
    return {
        "name": person.name,
        "lang": words.language_of(person.display_name()),
        "url": person.get_absolute_url(),
        "began": words.label(stay.began),
        "ended": words.label(stay.ended),
        "refs": notes.refs(stay, "facility", "began", "ended"),
    }
