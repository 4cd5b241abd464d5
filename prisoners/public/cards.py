"""One number as a card: what it counts, as of when, by whom, and where it is proved."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.models import CountRange, Figure, Status
from prisoners.public import words
from prisoners.public.footnotes import Footnotes


def reported(figure: Figure, notes: Footnotes) -> dict[str, Any]:
    """Return a figure that others report."""
    by = words.seen_actor(figure.stated_by)
    return {
        "form": "reported",
        "value": words.number(figure.value),
        "bound": "" if figure.bound == Figure.Bound.EXACTLY else figure.get_bound_display(),
        "counts": _("%(counts)s in %(country)s")
        % {"counts": figure.get_counts_display(), "country": figure.country.name},
        "as_of": as_of(figure),
        "by": by["name"] or _("the source itself"),
        "by_url": by["url"],
        "proof_url": figure.get_absolute_url(),
        "proof_label": _("An estimate; its source") if figure.is_estimate else _("Its source"),
        "refs": notes.refs(figure, "value", "stated_by"),
        "wordings": notes.wordings(figure, "value"),
        "lang": "",
    }


def as_of(figure: Figure) -> str:
    """Return as of when a figure is: its day, or before or after which release."""
    if figure.as_of:
        return words.when(figure.as_of)
    if figure.release and figure.relation:
        label = words.label(figure.release.happened) or str(figure.release)
        if figure.relation == Figure.Relation.BEFORE:
            return _("before the release of %(date)s") % {"date": label}
        return _("after the release of %(date)s") % {"date": label}
    return _("as of when is not stated")


def documented(
    counted: CountRange, status: Status, counts: str, day: date, **filters: str
) -> dict[str, Any]:
    """Return a number of people documented here, with the list that proves it."""
    query = urlencode({"status": status.value, **filters})
    return {
        "form": "documented",
        "value": words.count(counted),
        "bound": "",
        "counts": counts,
        "as_of": _("as of %(day)s") % {"day": dates.day_label(day)},
        "proof_url": f"{reverse('prisoner-list')}?{query}",
        "proof_label": _("See who") if counted.possible else _("See the list"),
        "refs": [],
    }
