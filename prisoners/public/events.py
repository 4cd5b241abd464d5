"""How the timeline and a person's page show what happened."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prisoners import dates
from prisoners.models import (
    Affiliation,
    Concession,
    Deal,
    Detention,
    Figure,
    Recognition,
    Release,
    Sentence,
    Statement,
)
from prisoners.public.footnotes import Footnotes
from prisoners.public.words import figure, number, seen
from prisoners.reading.timeline import Event, Kind


def item(event: Event, notes: Footnotes) -> dict[str, Any]:
    """Return one thing that happened, for ``timeline_item.html``."""
    shown = {"lang": "", "detail": "", "linked": [], **_SHOWN[type(event.record)](event)}
    fields = shown.pop("fields")
    return {
        "kind": event.kind.value,
        "kind_label": event.kind.label,
        "date": event.date.label() if event.date else "",
        "refs": notes.refs(event.record, *fields),
        **shown,
    }


def own_item(event: Event, notes: Footnotes, url: str) -> dict[str, Any]:
    """Return one thing that happened to a person, for their own page, which it does not link to."""
    shown = item(event, notes)
    if shown["url"] != url:
        return shown
    plain = {
        Kind.ARREST: _("Detained"),
        Kind.RELEASE: _("Escaped") if _is_escape(event) else _("Freed"),
        Kind.DEATH: _("Died in custody"),
        Kind.SENTENCE: _("Sentenced"),
    }
    if isinstance(event.record, Affiliation):
        plain[Kind.AWARD] = f"{event.record.role}, {event.record.actor}"
    return shown | {"url": "", "lang": "", "title": plain.get(event.kind, shown["title"])}


def _is_escape(event: Event) -> bool:
    record = event.record
    return isinstance(record, Detention) and record.end_kind == Detention.EndKind.ESCAPED


def by_month(events: list[Event], notes: Footnotes) -> dict[str, Any]:
    """Return the years, months and undated things of ``timeline_items.html``, as ordered."""
    dated = [event for event in events if event.date]
    years = []
    for year, of_year in groupby(dated, key=_year):
        months = [
            {"label": month, "items": [item(event, notes) for event in of_month]}
            for month, of_month in groupby(of_year, key=_month)
        ]
        years.append({"label": str(year), "anchor": f"y{year}", "months": months})
    undated = [item(event, notes) for event in events if not event.date]
    return {"years": years, "undated": undated}


def _day(event: Event) -> Any:
    return event.date and (event.date.first or event.date.last)


def _year(event: Event) -> int:
    return int(_day(event).year)


def _month(event: Event) -> str:
    """The month that an event is known to be in; empty where it may be in one of several."""
    date = event.date
    if date is None or date.precision not in ("day", "month"):
        return ""
    if date.first and date.last and date.first.replace(day=1) != date.last.replace(day=1):
        return ""
    return dates.month_label(_day(event))


def _detention(event: Event) -> dict[str, Any]:
    detention: Detention = event.record  # type: ignore[assignment]  # by its type, in _SHOWN
    person = detention.prisoner
    title, fields = {
        Kind.ARREST: (_("%(name)s detained"), ("began",)),
        Kind.DEATH: (_("%(name)s died in custody"), ("ended", "end_kind")),
        Kind.RELEASE: (_("%(name)s freed"), ("ended", "end_kind")),
    }[event.kind]
    if event.kind is Kind.RELEASE and _is_escape(event):
        title = _("%(name)s escaped")
    shown = person.display_name()
    return {
        "title": title % {"name": person.name},
        "url": person.get_absolute_url(),
        "lang": shown.language if shown else "",
        # Where only the country is stated, that somebody was held at all rests on its source.
        "fields": fields if event.date or event.kind is not Kind.ARREST else ("country",),
    }


def _release(event: Event) -> dict[str, Any]:
    release: Release = event.record  # type: ignore[assignment]  # of this kind
    deal = seen(release.deal)
    announced = ""
    if release.headcount is not None:
        announced = ngettext(
            "%(number)s person announced", "%(number)s people announced", release.headcount
        ) % {"number": number(release.headcount)}
    return {
        "title": release.title,
        "url": release.get_absolute_url(),
        "detail": announced,
        "linked": [{"label": str(deal), "url": deal.get_absolute_url()}] if deal else [],
        "fields": ("happened", "headcount"),
    }


def _deal(event: Event) -> dict[str, Any]:
    deal: Deal = event.record  # type: ignore[assignment]  # of this kind
    return {
        "title": deal.title,
        "url": deal.get_absolute_url(),
        "linked": [
            {"label": release.title, "url": release.get_absolute_url()}
            for release in deal.releases.all()
        ],
        "fields": ("agreed",) if deal.agreed else ("summary",),
    }


def _concession(event: Event) -> dict[str, Any]:
    concession: Concession = event.record  # type: ignore[assignment]  # of this kind
    return {
        "title": concession.what,
        "url": concession.get_absolute_url(),
        "detail": _("%(giver)s to %(receiver)s: %(stage)s")
        % {
            "giver": concession.giver,
            "receiver": concession.receiver,
            "stage": concession.get_stage_display(),
        },
        "linked": [{"label": concession.deal.title, "url": concession.deal.get_absolute_url()}],
        "fields": ("what", "stage", "stage_on"),
    }


def _statement(event: Event) -> dict[str, Any]:
    statement: Statement = event.record  # type: ignore[assignment]  # of this kind
    linked = [one for one in (statement.release, statement.deal) if one]
    return {
        "title": str(statement.said_by),
        "url": statement.said_by.get_absolute_url(),
        "detail": statement.text,
        "linked": [{"label": str(one), "url": one.get_absolute_url()} for one in linked],
        "fields": ("text", "said"),
    }


def _figure(event: Event) -> dict[str, Any]:
    reported: Figure = event.record  # type: ignore[assignment]  # of this kind
    by = reported.stated_by.name if reported.stated_by else _("the source itself")
    title = _("%(number)s %(counts)s, %(country)s") % {
        "number": figure(reported),
        "counts": reported.get_counts_display(),
        "country": reported.country.name,
    }
    return {
        "title": title[:1].upper() + title[1:],
        "url": reported.get_absolute_url(),
        "detail": _("Reported by %(who)s") % {"who": by},
        "linked": [
            {"label": f"{reported.get_relation_display()}: {one}", "url": one.get_absolute_url()}
            for one in [reported.release]
            if one
        ],
        "fields": ("value", "as_of", "stated_by"),
    }


def _sentence(event: Event) -> dict[str, Any]:
    sentence: Sentence = event.record  # type: ignore[assignment]  # of this kind
    person = sentence.detention.prisoner
    return {
        "title": _("%(name)s sentenced") % {"name": person.name},
        "url": person.get_absolute_url(),
        "detail": ", ".join(one for one in (str(sentence), sentence.court) if one),
        "fields": ("passed", "years"),
    }


def _recognition(event: Event) -> dict[str, Any]:
    recognition: Recognition = event.record  # type: ignore[assignment]  # of this kind
    person = recognition.prisoner
    return {
        "title": _("%(who)s recognises %(name)s as a political prisoner")
        % {"name": person.name, "who": recognition.organisation},
        "url": person.get_absolute_url(),
        "fields": ("organisation", "since"),
    }


def _award(event: Event) -> dict[str, Any]:
    award: Affiliation = event.record  # type: ignore[assignment]  # of this kind
    person = award.prisoner
    return {
        "title": f"{person.name}: {award.role}, {award.actor}",
        "url": person.get_absolute_url(),
        "linked": [{"label": award.actor.name, "url": award.actor.get_absolute_url()}],
        "fields": ("role", "began"),
    }


_SHOWN = {
    Detention: _detention,
    Release: _release,
    Deal: _deal,
    Concession: _concession,
    Statement: _statement,
    Figure: _figure,
    Sentence: _sentence,
    Recognition: _recognition,
    Affiliation: _award,
}
