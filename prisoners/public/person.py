"""One person."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.models import (
    Affiliation,
    Charge,
    Detention,
    Prisoner,
    Recognition,
    Record,
    ReleaseOutcome,
    Statement,
    Status,
    looking,
)
from prisoners.models.custody import PrisonerQuerySet
from prisoners.public import events, words
from prisoners.public.addresses import page_of
from prisoners.public.charts import time_held
from prisoners.public.disagreements import disagreements
from prisoners.public.footnotes import Footnotes
from prisoners.public.quoting import quotation
from prisoners.public.words import confirmed, status_facts
from prisoners.reading import people
from prisoners.reading.provenance import field_name
from prisoners.reading.timeline import life_of

Context = dict[str, Any]


@page_of(Prisoner)
def prisoner_detail(request: HttpRequest, found: PrisonerQuerySet) -> HttpResponse:
    today = looking.today()
    person = get_object_or_404(people.for_page(found, today))
    detention = people.latest_detention(person)
    notes = Footnotes(people.records_of(person))
    shown = person.display_name()
    context = {
        "person": person,
        "lang": words.language_of(shown),
        "name_refs": notes.refs(shown, "text") if shown else [],
        "names": [
            {
                "text": name.text,
                "lang": name.language,
                "kind": name.get_kind_display(),
                "refs": notes.refs(name, "text"),
            }
            for name in person.names.all()
            if name != shown
        ],
        "status": _status(person, detention, notes),
        "biography": {"text": person.biography, "refs": notes.refs(person, "biography")}
        if person.biography
        else None,
        "facts": _folded(_facts(person, notes)),
        "detentions": [_detention(one, notes) for one in people.detentions_of(person)],
        "time_held": _time_held(person, today),
        "disagreements": disagreements(people.records_of(person), notes),
        "recognitions": [_recognition(one, notes) for one in person.recognitions.all()],
        "life": [
            events.own_item(event, notes, person.get_absolute_url()) for event in life_of(person)
        ],
        "statements": [statement(one, notes, person) for one in person.statements.all()],
        "external_ids": person.external_ids.all(),
        "crumbs": [{"label": gettext("Prisoners"), "url": reverse("prisoner-list")}],
        "quotation": quotation(person.name, person.get_absolute_url(), today),
    }
    context["notes"] = notes.notes
    return render(request, "prisoners/detail.html", context)


@page_of(Prisoner)
def portrait(request: HttpRequest, found: PrisonerQuerySet) -> HttpResponse:
    person = get_object_or_404(found)
    if not person.portrait:
        raise Http404
    # The stored name says nothing of use, and goes into the answer unless another is given.
    name = f"{person.public_id}{Path(person.portrait.name).suffix}"
    return FileResponse(person.portrait.open(), filename=name)  # type: ignore[return-value]  # a file is a response


def _status(person: Prisoner, detention: Detention | None, notes: Footnotes) -> Context:
    """Return the mark and the line in words: ``Freed on 13 December 2025 after 4 years``."""
    custody = Status(person.custody)  # type: ignore[attr-defined]  # annotated by status()
    status = "unknown" if custody is Status.NOT_YET else custody.value
    if detention is None:
        return {"status": status, "line": gettext("No detention is documented."), "refs": []}
    span = detention.span()
    how = {
        Status.RELEASED: (_("Freed %(when)s after %(span)s"), _("Freed %(when)s")),
        Status.DIED: (
            _("Died in custody %(when)s after %(span)s"),
            _("Died in custody %(when)s"),
        ),
        Status.HELD: (
            _("Held %(when)s, for %(span)s"),
            _("Held %(when)s") if detention.began else _("Held; since when is not stated"),
        ),
    }
    refs = notes.refs(detention, "began", *status_facts(detention))
    if custody not in how:
        line = gettext("Whether still held is not known.")
        if detention.began:
            since = words.when(detention.began)
            line = gettext("Detained %(when)s; whether still held is not known.") % {"when": since}
        return {"status": status, "line": line, "refs": refs, "note": ""}
    with_span, without = how[custody]
    if detention.end_kind == Detention.EndKind.ESCAPED and custody is Status.RELEASED:
        with_span, without = _("Escaped %(when)s after %(span)s"), _("Escaped %(when)s")
    if custody is Status.HELD:
        since = pgettext("a date", "since %(date)s") % {"date": words.label(detention.began)}
        note = confirmed(detention)
    else:
        since = words.when(detention.ended) or gettext("on a day that is not stated")
        note = "" if span else gettext("Since when is not stated in our sources.")
        if people.returned_into(person, detention):
            # The time since the return alone would be taken for the whole of it.
            span = None
            note = gettext("Held again since the return to custody, %(date)s.") % {
                "date": words.label(detention.began) or gettext("date not stated")
            }
    chosen = with_span if span else without
    line = chosen % {"when": since, "span": span.label() if span else ""}
    return {"status": status, "line": line, "refs": refs, "note": note}


def _fact(label: str, values: list[Context], absent: str = "") -> Context:
    return {"label": label, "values": [one for one in values if one["text"]], "absent": absent}


def _folded(facts: list[Context], *kept: str) -> list[Context]:
    """Gather the facts that no source states, but for some, in one line that names each."""
    shown = [one for one in facts if one["values"] or one["absent"] or one["label"] in kept]
    unstated = [one["label"].lower() for one in facts if one not in shown]
    if unstated:
        line = _value(words.listed(unstated), [])
        shown.append(_fact(gettext("Not stated in our sources"), [line]))
    return shown


def _value(text: object, refs: list[Context], url: str = "", note: str = "") -> Context:
    return {"text": str(text), "refs": refs if text else [], "url": url, "note": note}


def _facts(person: Prisoner, notes: Footnotes) -> list[Context]:
    facts = [
        _fact(
            gettext("Date of birth"),
            [_value(words.label(person.birth), notes.refs(person, "birth"))],
        ),
        _fact(
            gettext("Gender"),
            [_value(person.get_gender_display(), notes.refs(person, "gender"))],
        ),
        _fact(
            gettext("Citizenship"),
            [
                _value(country.name, notes.refs(person, "citizenships"))
                for country in person.citizenships
            ],
        ),
        _fact(gettext("Occupation"), [_value(person.occupation, notes.refs(person, "occupation"))]),
    ]
    if person.death:
        facts.insert(
            1,
            _fact(gettext("Died"), [_value(person.death.label(), notes.refs(person, "death"))]),
        )
    for kind, label in (
        (Affiliation.Kind.AWARD, gettext("Awards")),
        (None, gettext("Affiliations")),
    ):
        of_kind = [
            one
            for one in person.affiliations.all()
            if (one.kind == Affiliation.Kind.AWARD) == (kind is not None)
        ]
        if of_kind:
            facts.append(_fact(label, [_affiliation(one, notes) for one in of_kind]))
    return facts


def _affiliation(one: Affiliation, notes: Footnotes) -> Context:
    began, ended = words.label(one.began), words.label(one.ended)
    note = f"{began} – {ended}" if began and ended else began or ended
    text = f"{one.role}, {one.actor}"
    return _value(
        text, notes.refs(one, "role", "began", "ended"), one.actor.get_absolute_url(), note
    )


def _detention(one: Detention, notes: Footnotes) -> Context:
    span = one.span()
    facts = [
        _fact(gettext("Detained by"), [_value(one.country.name, notes.refs(one, "country"))]),
        _fact(gettext("Since"), [_value(words.label(one.began), notes.refs(one, "began"))]),
        _fact(gettext("Place of arrest"), [_value(one.place, notes.refs(one, "place"))]),
        _fact(
            gettext("Arresting authority"),
            [_value(one.arresting_authority, notes.refs(one, "arresting_authority"))],
        ),
        _fact(
            gettext("Held at"),
            [
                _value(
                    stay.facility,
                    notes.refs(stay, "facility", "began", "ended"),
                    stay.facility.get_absolute_url(),
                    " – ".join(filter(None, (words.label(stay.began), words.label(stay.ended)))),
                )
                for stay in one.placements.all()
            ],
        ),
        _fact(
            gettext("Charges"),
            [
                _value(
                    charge,
                    notes.refs(charge, "article", "standing", "standing_on"),
                    note=_standing(charge),
                )
                for charge in one.charges.all()
            ],
        ),
        _fact(
            gettext("Sentence"),
            [
                _value(
                    sentence,
                    notes.refs(sentence, "kind", "years", "passed", "court", "regime"),
                    note=", ".join(
                        filter(
                            None,
                            (
                                sentence.get_regime_display(),
                                sentence.court,
                                words.when(sentence.passed),
                            ),
                        )
                    ),
                )
                for sentence in one.sentences.all()
            ],
        ),
    ]
    if one.is_open or one.last_confirmed:
        facts.append(
            _fact(
                gettext("Last confirmed as held"),
                [_value(words.label(one.last_confirmed), notes.refs(one, "last_confirmed"))],
                gettext("no confirmation is in this record"),
            )
        )
    if not one.is_open:
        facts += _ending(one, notes)
    return {
        "anchor": f"detention-{one.pk}",
        "title": words.label(one.began) or gettext("Since when is not stated"),
        "span": span.label() if span else "",
        "facts": _folded(
            facts, gettext("Since"), gettext("Held at"), gettext("Ended"), gettext("Taken to")
        ),
    }


def _standing(charge: Charge) -> str:
    standing = str(charge.get_standing_display())
    if not charge.standing_on:
        return standing
    return gettext("%(standing)s %(when)s") % {
        "standing": standing,
        "when": words.when(charge.standing_on),
    }


def _time_held(person: Prisoner, today: date) -> Context | None:
    """Return the picture of a person's detentions, for ``charts/time_held.html``."""
    picture = time_held.draw(list(person.detentions.all()), today)
    if picture is None:
        return None
    for row in picture["rows"]:
        one: Detention = row.pop("detention")
        span = one.span()
        until = words.label(one.ended) or confirmed(one) or _("whether still held is not known")
        row |= {
            "anchor": f"detention-{one.pk}",
            "when": f"{words.label(one.began)} – {until}",
            "span": span.label() if span else "",
            "days": _days(span) if span else "",
        }
    return picture


def _days(span: dates.Span) -> str:
    most = span.longest_days
    if most is None:
        return ""
    low, high = words.number(span.shortest_days), words.number(most)
    shown = low if low == high else f"{low}–{high}"
    return ngettext("%(number)s day", "%(number)s days", most) % {"number": shown}


def _ending(one: Detention, notes: Footnotes) -> list[Context]:
    facts = [
        _fact(gettext("Ended"), [_value(words.label(one.ended), notes.refs(one, "ended"))]),
        _fact(
            gettext("How it ended"),
            [_value(one.get_end_kind_display(), notes.refs(one, "end_kind"))],
        ),
    ]
    for outcome in one.outcomes.all():
        facts += _outcome(outcome, notes)
    return facts


def _outcome(outcome: ReleaseOutcome, notes: Footnotes) -> list[Context]:
    release = outcome.release
    facts = [
        _fact(
            gettext("Freed in"),
            [_value(release.title, notes.refs(outcome, "release"), release.get_absolute_url())],
        ),
        _fact(
            gettext("Taken to"),
            [
                _value(
                    outcome.destination.name if outcome.destination else "",
                    notes.refs(outcome, "destination"),
                )
            ],
        ),
    ]
    for name in ("refused_to_leave", "returned_to_custody", "already_free", "conviction_in_force"):
        value = getattr(outcome, name)
        if value is not None:
            label = field_name(ReleaseOutcome, name)
            text = gettext("yes") if value else gettext("no")
            facts.append(_fact(label.capitalize(), [_value(text, notes.refs(outcome, name))]))
    return facts


def _recognition(one: Recognition, notes: Footnotes) -> Context:
    return {
        "anchor": f"recognition-{one.pk}",
        "organisation": one.organisation,
        "since": words.when(one.since),
        "definition": one.definition,
        "statement": one.statement,
        "refs": notes.refs(one, "organisation", "since", "definition", "statement"),
    }


def statement(one: Statement, notes: Footnotes, page: Record | None = None) -> Context:
    """Return a statement for ``statement.html``, without a link to the page that shows it."""
    about = next((on for on in (one.release, one.deal) if on and on != page), None)
    if page in (one.release, one.deal):
        about = None
    said_by = one.said_by
    return {
        "anchor": f"statement-{one.pk}",
        "who": str(said_by),
        "who_url": "" if said_by == page else said_by.get_absolute_url(),
        "as_what": one.speaker.role if one.speaker else "",
        "when": words.when(one.said) or gettext("when is not stated"),
        "about": str(about) if about else "",
        "about_url": about.get_absolute_url() if about else "",
        "text": one.text,
        "refs": notes.refs(one, "text", *(["said"] if one.said else [])),
    }
