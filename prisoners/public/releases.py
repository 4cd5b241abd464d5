"""Releases: what was announced, who is named, and how it adds up."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from prisoners.bounds import Verdict
from prisoners.models import Prisoner, Release, ReleaseDestination, ReleaseOutcome, looking
from prisoners.public import cards, words
from prisoners.public.addresses import page, page_of
from prisoners.public.charts import adding_up
from prisoners.public.charts.adding_up import Part
from prisoners.public.disagreements import disagreements
from prisoners.public.footnotes import Footnotes
from prisoners.public.person import statement
from prisoners.public.quoting import quotation
from prisoners.reading import releases
from prisoners.reading.figures import Comparison, compare_all
from prisoners.reading.provenance import field_name

PAGE_SIZE = 50
# From so many people one open mark stands for ten.
MANY = 500
# So many names at most stand beside their marks.
NAMES_SHOWN = 12

Context = dict[str, Any]
People = list[tuple[ReleaseOutcome, Prisoner]]


@page
def release_list(request: HttpRequest) -> HttpResponse:
    found = releases.with_people(Release.objects.published().latest_first("happened"))
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    notes = Footnotes(record for release in shown for record in releases.records_of(release))
    context = {
        "releases": [summary(release, notes) for release in shown],
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
    }
    context["notes"] = notes.notes
    return render(request, "releases/list.html", context)


@page_of(Release)
def release_detail(request: HttpRequest, found: QuerySet[Release]) -> HttpResponse:
    release = get_object_or_404(releases.for_page(found))
    figures, statements = list(release.figures.all()), list(release.statements.all())
    notes = Footnotes([*releases.records_of(release), *figures, *statements])
    deal = words.seen(release.deal)
    context = {
        "release": release,
        "when": words.when(release.happened) or _("on a day that is not stated"),
        "when_refs": notes.refs(release, "happened"),
        "people": people(release, notes),
        "date_basis": _date_basis(release, notes),
        "context": {"text": release.context, "refs": notes.refs(release, "context")},
        "facts": _facts(release, notes),
        "sums": _sums(release),
        "reconciliation": _reconciliation(release, notes),
        "named": [
            _named(outcome, person, notes) for outcome, person in releases.people_of(release)
        ],
        "deal": deal,
        "deal_refs": notes.refs(release, "deal") if deal else [],
        "figures": [cards.reported(figure, notes) for figure in figures],
        "comparisons": [comparison(one) for one in compare_all(figures)],
        "statements": [statement(one, notes, release) for one in statements],
        "disagreements": disagreements(
            [*releases.records_of(release), *figures, *statements], notes
        ),
        "crumbs": [{"label": _("Releases"), "url": reverse("release-list")}],
        "quotation": quotation(release.title, release.get_absolute_url(), looking.today()),
    }
    context["notes"] = notes.notes
    return render(request, "releases/detail.html", context)


def summary(release: Release, notes: Footnotes) -> Context:
    """Return a release as a list and the home page show it."""
    return {
        "release": release,
        "url": release.get_absolute_url(),
        "date": words.label(release.happened) or _("date not stated"),
        "date_refs": notes.refs(release, "happened"),
        "country": release.country.name,
        "people": people(release, notes),
        "deal": words.seen(release.deal),
    }


def _date_basis(release: Release, notes: Footnotes) -> Context | None:
    """Return how the date is known; None where a source states the day itself."""
    happened = release.happened
    if happened is None or (happened.is_day and not happened.inferred):
        return None
    return {"text": release.date_basis, "refs": notes.refs(release, "date_basis")}


def people(release: Release, notes: Footnotes) -> Context | None:
    """Return a release as its people, for ``people_marks.html``; None where nobody is known of.

    Nobody is drawn in a destination that no source gives them.
    """
    sums, pairs = releases.reconcile(release), releases.people_of(release)
    freed = max(release.headcount or 0, sums.named)
    if not freed:
        return None
    each = 10 if freed >= MANY else 1
    destinations = list(release.destinations.all())
    picture: Context = {
        "key": release.slug,
        "freed": freed,
        "announced": release.headcount is not None,
        "named": sums.named,
        "unnamed": freed - sums.named,
        "each": each,
        "last": (freed - sums.named) % each or None,
        "refs": notes.refs(release, "headcount"),
        "unplaced": [],
        "tally": [],
    }
    placed = [pair for pair in pairs if pair[0].destination]
    if destinations and pairs and not placed:
        picture["groups"] = [_group(None, freed, pairs, [], each)]
        picture["tally"] = [_tally(one, notes) for one in destinations]
        picture["tally_note"] = (
            _("Those named here did not leave.")
            if all(outcome.refused_to_leave for outcome, _person_named in pairs)
            else _("Who went where is not stated for those named here.")
        )
        return picture
    picture["groups"] = [
        _group(
            _to(one),
            one.headcount,
            [pair for pair in placed if pair[0].destination == one.country],
            notes.refs(one, "headcount"),
            each,
        )
        for one in destinations
    ]
    elsewhere = [
        pair for pair in pairs if pair[0].destination not in {one.country for one in destinations}
    ]
    rest = freed - sum(one.headcount for one in destinations)
    if rest > 0:
        label = _("where to is not stated") if destinations else None
        picture["groups"].append(_group(label, rest, elsewhere, [], each))
    else:
        picture["unplaced"] = [_person(person) for _outcome, person in elsewhere]
    return picture


def _group(label: str | None, count: int, pairs: People, refs: list[Context], each: int) -> Context:
    unnamed = max(count - len(pairs), 0)
    return {
        "label": label,
        "count": words.number(count) if label else None,
        "refs": refs,
        "named": [_person(person) | {"detail": _went(outcome)} for outcome, person in pairs],
        "show_names": len(pairs) <= NAMES_SHOWN,
        "open": range(-(-unnamed // each)),
        "open_count": unnamed,
    }


def _person(person: Prisoner) -> Context:
    return {
        "name": person.name,
        "lang": words.language_of(person.display_name()),
        "url": person.get_absolute_url(),
    }


def _went(outcome: ReleaseOutcome) -> str:
    country = outcome.destination
    if not country:
        return _("did not leave") if outcome.refused_to_leave else _("where to is not stated")
    if country == outcome.release.country:
        return pgettext("where to", "inside %(country)s") % {"country": country.name}
    return pgettext("where to", "to %(country)s") % {"country": country.name}


def _to(destination: ReleaseDestination) -> str:
    country = destination.country
    if country == destination.release.country:
        return pgettext("how many went where", "inside %(country)s") % {"country": country.name}
    return pgettext("how many went where", "to %(country)s") % {"country": country.name}


def _tally(destination: ReleaseDestination, notes: Footnotes) -> Context:
    return {
        "label": _to(destination),
        "count": destination.headcount,
        "refs": notes.refs(destination, "headcount"),
    }


def _facts(release: Release, notes: Footnotes) -> list[Context]:
    facts = []
    for label, field in ((_("Freed by"), "freed_by"), (_("Announced by"), "announced_by")):
        by = words.seen_actor(getattr(release, field))
        # Who may not be named leaves no footnote behind either.
        refs = notes.refs(release, field) if by["name"] else []
        values = [{"text": by["name"], "url": by["url"], "refs": refs}] if by["name"] else []
        facts.append({"label": label, "values": values})
    country = {"text": release.country.name, "url": "", "refs": notes.refs(release, "country")}
    return [{"label": _("Country"), "values": [country]}, *facts]


def _named(outcome: ReleaseOutcome, person: Prisoner, notes: Footnotes) -> Context:
    flags = [
        field_name(ReleaseOutcome, name)
        for name in ("refused_to_leave", "returned_to_custody", "already_free")
        if getattr(outcome, name)
    ]
    return _person(person) | {
        "went": _went(outcome),
        "flags": ", ".join(flags),
        "refs": notes.refs(outcome, "release", "destination"),
    }


def _reconciliation(release: Release, notes: Footnotes) -> Context:
    """Return how a release adds up, each sum with who says it and where it is proved."""
    sums = releases.reconcile(release)
    here, people_url = _("this record"), "#named"
    announced_by = words.seen_actor(release.announced_by)
    rows: list[Context] = [
        {
            "label": _("Announced"),
            "value": words.number(release.headcount)
            if release.headcount is not None
            else _("not stated"),
            "by": announced_by["name"] or _("our sources"),
            "by_url": announced_by["url"],
            "refs": notes.refs(release, "headcount"),
        }
    ]
    for one in release.destinations.all():
        by = words.seen_actor(one.stated_by)
        named = sums.named_by_country.get(str(one.country.code), 0)
        rows.append(
            {
                "label": _to(one).capitalize() if _to(one).islower() else _to(one),
                "value": words.number(one.headcount),
                "by": by["name"] or _("our sources"),
                "by_url": by["url"],
                "refs": notes.refs(one, "headcount"),
                # Who went there is not stated of those named: that is not to say none of them did.
                "note": _("%(number)s of them named here") % {"number": words.number(named)}
                if named
                else _("who is among them is not stated"),
                "part": True,
            }
        )
    if sums.unplaced is not None and sums.placed:
        rows.append(
            {
                "label": _("Of no stated destination"),
                "value": words.number(sums.unplaced),
                "by": here,
                "note": _adds_up(sums),
                "part": True,
            }
        )
    rows.append(
        {
            "label": _("Named here"),
            "value": words.number(sums.named),
            "by": here,
            "proof_url": people_url,
            "proof_label": _("see who"),
        }
    )
    if sums.unnamed is not None:
        rows.append(
            {
                "label": _("Yet to be named"),
                "value": words.number(sums.unnamed),
                "by": here,
                "note": _("announced less named here"),
            }
        )
    for label, value in (
        (_("Refused to leave the country"), sums.refused),
        (_("Returned to custody"), sums.returned),
        (_("Already free before"), sums.already_free),
    ):
        rows.append(
            {
                "label": label,
                "value": words.number(value) if value else _("not stated"),
                "by": here if value else "",
                "proof_url": people_url if value else "",
                "proof_label": _("see who"),
            }
        )
    return {"caption": _("How this release adds up"), "rows": rows}


def _sums(release: Release) -> list[list[Context]]:
    """Return the sums as bars, for ``charts/adding_up.html``; none where nothing was announced."""
    sums = releases.reconcile(release)
    whole = max(sums.announced or 0, sums.named)
    if not sums.announced:
        return []
    bars = [
        [Part(_("Announced"), sums.announced, "whole")],
        [
            *(Part(_to(one), one.headcount, "segment") for one in release.destinations.all()),
            Part(_("where to is not stated"), sums.unplaced or 0, "open"),
        ],
        [
            Part(_("Named here"), sums.named, "full"),
            Part(_("Yet to be named"), sums.unnamed or 0, "open"),
        ],
        [Part(_("Refused to leave the country"), sums.refused, "full")],
        [Part(_("Returned to custody"), sums.returned, "full")],
        [Part(_("Already free before"), sums.already_free, "full")],
    ]
    drawn = adding_up.draw(bars, whole)
    return [[part | {"value": words.number(part["people"])} for part in parts] for parts in drawn]


def _adds_up(sums: releases.Reconciliation) -> str:
    parts = {"placed": words.number(sums.placed), "announced": words.number(sums.announced or 0)}
    if sums.unplaced == 0:
        return _("the destinations add up to %(announced)s") % parts
    return _("the destinations add up to %(placed)s of %(announced)s") % parts


def comparison(one: Comparison) -> Context:
    """Return what two figures say about each other, for ``verdict.html``."""
    parts = {
        "first": words.figure(one.first),
        "second": words.figure(one.second),
        "first_by": one.first.stated_by or _("the source"),
        "second_by": one.second.stated_by or _("the source"),
        "released": words.number(one.released or 0),
        "left": words.bounded(one.carried),
    }
    if one.released is None:
        text = _("%(first)s (%(first_by)s) and %(second)s (%(second_by)s).") % parts
    elif one.verdict is Verdict.CONFLICT and one.first.value < one.released:
        text = _("%(first)s held before (%(first_by)s), but %(released)s freed.") % parts
    else:
        text = (
            _(
                "%(first)s held before (%(first_by)s), less the %(released)s freed if all of them "
                "were counted, leaves %(left)s; reported afterwards: %(second)s (%(second_by)s)."
            )
            % parts
        )
    return {"answer": one.verdict.value, "text": text[:1].upper() + text[1:]}
