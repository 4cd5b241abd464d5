"""The two pictures over time, with their numbers as text and where each is proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.bounds import Kind
from prisoners.dates import Interval
from prisoners.models import CountRange, Deal, Figure, Record, Release, Status
from prisoners.public import cards, words
from prisoners.public.charts import held, months
from prisoners.public.templatetags.languages import marked
from prisoners.reading import series
from prisoners.reading.figures import day_of

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the number held: what others report, the largest releases, latest deals.

    It is put into the reader's language with the rest of the page.
    """

    reported: list[Figure]
    releases: list[Release]
    deals: list[Deal]

    @property
    def records(self) -> list[Record]:
        return [*self.reported, *self.releases, *self.deals]


def beside(countries: Sequence[str] = ()) -> Beside:
    return Beside(
        series.reported_held(countries),
        series.largest_releases(countries),
        series.latest_deals(countries),
    )


def held_over_time(
    around: Beside, last: date, first: date | None = None, countries: Sequence[str] = ()
) -> Context | None:
    """Return how many were held, for ``charts/held.html``; None where nothing is known of it."""
    documented = series.held_over_time(last, first, countries)
    reported = around.reported
    figures = reported[-series.MOST_REPORTED :]
    points = [
        held.Point(*days, one.value, Kind(one.bound), _reported_words(one), one.get_absolute_url())
        for one in figures
        if (days := _days_of(one)) and (first is None or days[0] >= first)
    ]
    picture = held.draw(documented, points, _marks(around), last)
    if picture is None:
        return None
    counted = documented.points if documented else []
    most = max(counted, key=lambda one: (one.count.possible, one.count.certain), default=None)
    return picture | {
        "documented": [_held_row(one, countries) for one in counted],
        "each": _each(documented.step) if documented else "",
        "most": _held_row(most, countries) if most else None,
        "reported": [_reported_row(one) for one in figures],
        "more_reported": len(reported) - len(figures),
        "kinds": _kinds({one["kind"] for one in picture["marks"]}),
    }


def _kinds(marked: set[str]) -> dict[str, str]:
    names = {"release": _("release"), "deal": _("deal")}
    return {kind: name for kind, name in names.items() if kind in marked}


def _each(step: int | None) -> str:
    """Say which days are counted."""
    known = {
        None: _("Counted on each day on which the number changes."),
        1: _("Counted on the last day of each month."),
        3: _("Counted on the last day of each quarter."),
        6: _("Counted on the last day of each half-year."),
        12: _("Counted on the last day of each year."),
    }
    return known.get(step, _("Counted on the last day of each span of years."))


def _held_row(one: series.Held, countries: Sequence[str]) -> Context:
    query: Context = {"status": Status.HELD.value, "on": one.day.isoformat()}
    return {
        "day": dates.day_label(one.day),
        "value": words.count(one.count),
        "url": _list(query, countries),
    }


def _list(query: Context, countries: Sequence[str]) -> str:
    asked = query | ({"country": list(countries)} if countries else {})
    return f"{reverse('prisoner-list')}?{urlencode(asked, doseq=True)}"


def _days_of(figure: Figure) -> tuple[date, date] | None:
    """Return the days that a figure may be of; None where it cannot be placed."""
    if day := day_of(figure):
        return day, day
    placed: Interval | None = figure.as_of
    if placed is None and figure.release and figure.relation:
        placed = figure.release.happened
    if placed is None or placed.first is None or placed.last is None:
        return None
    return placed.first, placed.last


def _reported_words(figure: Figure) -> str:
    said = _("%(number)s %(counts)s in %(country)s, %(when)s. Reported by %(who)s.") % {
        "number": words.figure(figure),
        "counts": figure.get_counts_display(),
        "country": figure.country.name,
        "when": cards.as_of(figure),
        "who": "\0",
    }
    # Put in last: a name that is not translated is marked.
    before, after = said.split("\0")
    return format_html("{}{}{}", before[:1].upper() + before[1:], marked(_who(figure)), after)


def _who(figure: Figure) -> str:
    return figure.stated_by.name if figure.stated_by else _("the source itself")


def _reported_row(figure: Figure) -> Context:
    number = words.figure(figure)
    return {
        "value": number[:1].upper() + number[1:],
        "country": figure.country.name,
        "when": cards.as_of(figure),
        "by": _who(figure),
        "url": figure.get_absolute_url(),
        "is_drawn": _days_of(figure) is not None,
    }


def _marks(around: Beside) -> list[held.Mark]:
    """Return the largest releases and the latest deals, by date."""
    happened: list[tuple[str, Release | Deal, Interval | None]] = [
        *(("release", one, one.happened) for one in around.releases),
        *(("deal", one, one.agreed) for one in around.deals),
    ]
    marks = [
        held.Mark(kind, when.first, when.last, _mark_words(one, when), one.get_absolute_url())
        for kind, one, when in happened
        if when and when.first and when.last
    ]
    return sorted(marks, key=lambda mark: (mark.first, mark.last))


def _mark_words(record: Release | Deal, when: Interval) -> str:
    return format_html("{}, {}", marked(str(record)), when.label())


def arrests_and_releases(
    last: date, first: date | None = None, countries: Sequence[str] = ()
) -> Context | None:
    """Return arrests and releases, for ``charts/months.html``; None where no date is known."""
    counted = series.by_month(last, first, countries)
    rows = [
        {
            "month": dates.month_label(one.first),
            "arrested": _month_count("arrested", one.first, one.arrested, countries),
            "released": _month_count("released", one.first, one.released, countries),
        }
        for one in counted
        if one.arrested.possible or one.released.possible
    ]
    if not rows:
        return None
    return {
        "picture": months.draw(counted) if months.is_worth_drawing(counted) else None,
        "rows": rows,
        "has_range": any(
            not one.is_exact for month in counted for one in (month.arrested, month.released)
        ),
        "is_cut": len(counted) == series.MOST_MONTHS,
        "first": dates.month_label(counted[0].first),
        "last": dates.month_label(counted[-1].first),
    }


def _month_count(name: str, month: date, counted: CountRange, countries: Sequence[str]) -> Context:
    return {
        "value": words.count(counted),
        "url": _list({name: month.strftime("%Y-%m")}, countries) if counted.possible else "",
    }
